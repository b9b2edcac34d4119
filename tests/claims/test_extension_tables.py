"""Everything that is wrong with an extension's table is told at once, in sentences."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from acme_claims import EXTENSION
from claims import outside
from claims.catalogue import CATALOGUE
from claims.commands import COMMANDS, CommandRun
from claims.extending import Command, Condition, Effect, EffectRun, Extension, Fact, Facts
from claims.extension_tables import problems_of
from claims.extensions import ExtensionMistake, join
from claims.models import Item, Reclamation
from claims.people import CLOCK
from claims.refusals import Refused
from config.settings import PROJECT
from tests.support.shop import PLACED
from workflows.catalogue import EffectKind
from workflows.reading import problems_in


def always(facts: Facts) -> bool:
    return True


def nothing(run: CommandRun) -> None:
    """Does nothing."""


def done(run: EffectRun) -> outside.Outcome:
    return outside.Done("1")


def of_two(one: object, two: object) -> bool:
    return True


async def later(facts: Facts) -> bool:
    return True


def bit_by_bit(run: EffectRun) -> Iterator[int]:
    yield 1


def as_number(facts: Facts) -> int:
    return 1


HEAVY = Condition(always, "it is heavy", ["item.quantity"])
TELL = Effect(done, "tells somebody", is_repeatable=True)
WEIGHT = Fact("integer", "the weight", lambda _: 1)
NOTE = Command(nothing, nothing, "notes it")


def table(**tables: Any) -> Extension:
    return Extension(**{"name": "acme", **tables})


BULKY = PROJECT / "docs" / "examples" / "acme_claims" / "workflows" / "item-bulky.yaml"
ACME = join([EXTENSION]).catalogue

WRONG: list[tuple[Extension, str]] = [
    (table(name="Acme-1"), "called 'Acme-1'; use small letters and digits only"),
    (table(name="refund"), "cannot be called refund: names of Redress begin so"),
    (table(facts=[WEIGHT]), "facts of the extension acme is "),
    (
        table(conditions={"is-heavy": HEAVY}),
        "'is-heavy' in conditions must begin with acme. and read like acme.is-heavy.",
    ),
    (table(commands={"other.note": NOTE}), "'other.note' in commands must begin with acme."),
    (
        table(facts={"acme.is-heavy": WEIGHT}),
        "must begin with acme. and read like acme.is_heavy.",
    ),
    (table(conditions={"acme.heavy": TELL}), "is a Effect; it must be a claims.extending.Cond"),
    (
        table(effects={"acme.pay": EffectKind("pays", moves_money=True)}),
        "acme.pay in effects is a EffectKind; it must be a claims.extending.Effect.",
    ),
    (table(effects={"acme.tell": replace(TELL, about=" ")}), "acme.tell says nothing about"),
    (
        table(facts={"acme.heavy": WEIGHT}, conditions={"acme.heavy": HEAVY}),
        "acme.heavy is a fact and a condition; rename one of them.",
    ),
    (
        table(conditions={"acme.heavy": replace(HEAVY, test=of_two)}),
        "test of acme.heavy must take one argument; it is declared as (one: object, two: object)",
    ),
    (
        table(conditions={"acme.heavy": replace(HEAVY, test=later)}),
        "test of acme.heavy answers later (async or yield); it must answer at once.",
    ),
    (
        table(effects={"acme.tell": replace(TELL, carry_out=bit_by_bit)}),
        "carry_out of acme.tell answers later",
    ),
    (
        table(conditions={"acme.heavy": replace(HEAVY, test=as_number)}),
        "test of acme.heavy must return bool; it is declared as ",
    ),
    (
        table(commands={"acme.note": replace(NOTE, act="acme_claims.note")}),
        "act of acme.note is 'acme_claims.note', not a function.",
    ),
    (
        table(conditions={"acme.heavy": replace(HEAVY, facts=["item.quantiy"])}),
        "there is no such fact of this item. Did you mean item.quantity?",
    ),
    (
        table(conditions={"acme.heavy": replace(HEAVY, subjects=frozenset({"reclamation"}))}),
        "looks at item.quantity, and there is no such fact of this reclamation.",
    ),
    (
        table(facts={"acme.weight": replace(WEIGHT, type="number")}),
        "The type of acme.weight is 'number'; it must be one of integer, money, text",
    ),
    (
        table(facts={"acme.weight": replace(WEIGHT, subject="order")}),
        "The subject of acme.weight is 'order'",
    ),
    (
        table(commands={"acme.note": replace(NOTE, inputs={"grams": "number"})}),
        "The input grams of acme.note is 'number'; it must be one of integer",
    ),
    (
        table(effects={"acme.tell": replace(TELL, is_repeatable=False)}),
        "acme.tell can neither be looked up nor be repeated",
    ),
    (
        table(effects={"acme.tell": replace(TELL, outcomes=["paid"])}),
        "An outcome of acme.tell is 'paid'; it must be one of done, refused, unknown.",
    ),
    (
        table(effects={"acme.tell": replace(TELL, settings={"depot": "yes"})}),
        "The settings of acme.tell must be True where they are needed",
    ),
    (
        table(effects={"acme.tell": replace(TELL, arrives_within=timedelta(-1))}),
        "arrives_within of acme.tell is ",
    ),
    (table(conditions={"acme.heavy": replace(HEAVY, subjects=frozenset())}), "for no subject"),
]


@pytest.mark.parametrize(("extension", "sentence"), WRONG, ids=[said[:40] for _, said in WRONG])
def test_a_mistake_in_a_table_is_a_sentence(extension: Extension, sentence: str) -> None:
    [said] = problems_of([extension])

    assert sentence in said


def test_two_extensions_of_one_name_are_refused() -> None:
    assert problems_of([table(), table()]) == [
        "Two extensions are called acme; rename one of them."
    ]


def test_a_condition_may_look_at_facts_of_another_extension() -> None:
    other = table(name="other", facts={"other.size": WEIGHT})
    conditions = {"acme.large": replace(HEAVY, facts=["other.size"])}

    assert problems_of([table(conditions=conditions), other]) == []


def test_redress_s_own_names_stay_what_they_are() -> None:
    joined = join([EXTENSION])

    for subject, facts in CATALOGUE.facts.items():
        assert facts.items() <= joined.catalogue.facts[subject].items()
    assert CATALOGUE.effects.items() <= joined.catalogue.effects.items()
    assert COMMANDS.items() <= joined.commands.items()
    assert not any(joined.catalogue.effects[name].moves_money for name in joined.effects)


def test_a_condition_sees_only_the_facts_it_declares() -> None:
    seen: list[Facts] = []

    def curious(facts: Facts) -> bool:
        seen.append(facts)
        return True

    joined = join([table(conditions={"acme.heavy": replace(HEAVY, test=curious)})])
    joined.catalogue.conditions["acme.heavy"].test({"item.quantity": 2, "item.value": 9.9})

    assert seen == [{"item.quantity": 2}]


def test_a_condition_that_does_not_say_yes_or_no_is_told() -> None:
    untyped: Any = lambda _: None  # noqa: E731
    joined = join([table(conditions={"acme.heavy": replace(HEAVY, test=untyped)})])

    with pytest.raises(ExtensionMistake, match=r"acme\.heavy answered None, not yes or no"):
        joined.catalogue.conditions["acme.heavy"].test({"item.quantity": 2})


@pytest.mark.parametrize(
    ("kind", "value"),
    [("integer", True), ("integer", "1"), ("money", "1.0"), ("date", PLACED.replace(tzinfo=None))],
)
def test_a_fact_that_is_not_of_its_type_is_told(kind: Any, value: object) -> None:
    joined = join([table(facts={"acme.weight": Fact(kind, "the weight", lambda _: value)})])

    with pytest.raises(ExtensionMistake, match=r"acme\.weight was "):
        joined.facts_of(Item())


def test_facts_are_those_of_the_subject() -> None:
    size = Fact("money", "how large it is", lambda _: 2, "reclamation")
    joined = join([table(facts={"acme.weight": WEIGHT, "acme.size": size})])

    assert joined.facts_of(Item()) == {"acme.weight": 1}
    assert joined.facts_of(Reclamation()) == {"acme.size": 2.0}


@pytest.mark.parametrize("values", [{}, {"grams": "9"}, {"grams": True}])
def test_a_command_is_refused_where_the_form_did_not_give_its_input(values: Any) -> None:
    check, _ = join([EXTENSION]).commands["acme.note-weight"]
    run = CommandRun(Item(noted={}), values, CLOCK, PLACED, "oldest-first")

    with pytest.raises(Refused, match=r"acme\.note-weight needs grams; fill it in\."):
        check(run)


def test_a_condition_that_looks_at_the_clock_cannot_be_waited_for_as_a_change() -> None:
    late = replace(HEAVY, facts=["now"])
    catalogue = join([table(conditions={"acme.late": late, "acme.heavy": HEAVY})]).catalogue
    text = (
        BULKY.read_text()
        .replace("acme.is-heavy", "acme.heavy")
        .replace("label: It never came, after: 30 days", "label: It never came, on-change: true")
    )
    waiting = text.replace("event: overdue, to", "event: overdue, when: acme.late, to")

    found = problems_in(
        waiting, "bulky.yaml", replace(catalogue, commands=ACME.commands, effects=ACME.effects)
    )

    assert "overdue waits for now, which changes by itself" in " ".join(map(str, found))
