"""Whoever is needed is there: second persons, holders of roles, whoever hears of the unknown."""

from dataclasses import replace

import pytest

from tests.workflows.shop import SHOP, changed, marked, only_problem_at, sound
from workflows.catalogue import EffectKind
from workflows.proofs_people import prove_staff
from workflows.proofs_pinned import PinnedVersion, prove_pinned
from workflows.reading import problems_in

APPROVE = "approve: { label: Approve, by: [lead], second-person: true }"
HELD = {"agent": ["Anna"], "lead": ["Lena", "Lars"], "warehouse": ["Willi"]}
DARK = replace(
    SHOP,
    effects={**SHOP.effects, "customer.write": EffectKind("writes", looks_up=False)},
)


def broken_by(holders: dict[str, list[str]]) -> list[tuple[str, int, str]]:
    problems = prove_staff([(sound(), "shop.yaml")], holders, SHOP.no_person)
    return [(problem.rule, problem.line, problem.sentence) for problem in problems]


def test_a_program_is_no_second_person() -> None:
    text = changed(APPROVE, "⟨approve: { label: Approve, by: [import], second-person: true }")

    assert [problem.rule for problem in problems_in(marked(text).text, "s", SHOP)] == [
        "second-person-alone"
    ]


def test_with_enough_people_nothing_is_wanting() -> None:
    assert broken_by(HELD) == []


def test_a_role_that_nobody_holds_is_named_with_the_event_that_needs_it() -> None:
    assert broken_by({**HELD, "warehouse": []}) == [
        (
            "role-held-by-nobody",
            21,
            "Nobody can fire arrived: no active member of staff is warehouse.",
        )
    ]


def test_one_who_may_be_the_first_cannot_be_the_only_second_person() -> None:
    (problem,) = broken_by({**HELD, "lead": ["Lena"]})

    assert problem[0] == "one-role-holder"
    assert "Lena alone may fire it" in problem[2]


def test_one_who_is_never_the_first_suffices_as_a_second_person() -> None:
    text = changed("label: Refund\n    by: [agent, lead]", "label: Refund\n    by: [agent]")

    assert prove_staff([(sound(text), "s")], {**HELD, "lead": ["Lena"]}, SHOP.no_person) == []


def test_what_takes_two_whatever_the_file_says_is_not_left_to_one() -> None:
    def wanting(*warehouse: str) -> list[tuple[str, str]]:
        holders = {**HELD, "warehouse": warehouse}
        found = prove_staff([(sound(), "s")], holders, SHOP.no_person, ["item.receive"])
        return [(problem.rule, problem.sentence) for problem in found]

    [(rule, sentence)] = wanting("Willi")
    assert rule == "one-role-holder"
    assert "arrived takes two people whatever the file says, but Willi alone" in sentence
    assert wanting("Willi", "Wanda") == []


def test_what_nobody_can_look_up_is_told_of_when_it_is_unknown() -> None:
    text = changed("  write:\n", "  ⟨write:\n").replace("    with: { letter: refunded }\n", "")

    (problem,) = problems_in(marked(text).text, "shop.yaml", DARK)

    assert (problem.rule, problem.line) == ("unknown-unhandled", marked(text).line)


def test_what_nobody_can_look_up_is_not_repeated() -> None:
    text = changed("    with: { letter: refunded }\n", "    may-repeat: true\n")

    assert [each.rule for each in problems_in(text, "s", DARK)] == ["repeat-in-the-dark"]


@pytest.mark.parametrize("name", ["on", "no", "true", "items", "now"])
def test_words_of_yaml_and_of_the_language_name_nothing(name: str) -> None:
    text = changed("  reject: {", f"  ⟨{name}: {{").replace("event: reject", f"event: {name}")

    only_problem_at(text, "reserved-name")


def test_a_number_with_a_leading_zero_is_refused_wherever_one_stands() -> None:
    problem = only_problem_at(
        changed("received: { type: integer", "⟨received: { type: integer").replace(
            "min: 0, max: item.q", "min: 010, max: item.q"
        ),
        "leading-zero",
    )
    assert problem.suggestion == "Write 10."

    text = changed(
        "{ from: received, event: refund, to: approval, when: item.received > 0,",
        "{ from: received, event: refund, to: approval, when: ⟨item.received > 007,",
    )
    only_problem_at(text, "leading-zero")


def test_once_a_label_is_translated_all_of_them_are() -> None:
    text = changed("label: Reported", "label: { en: Reported, de: Gemeldet }")

    problems = problems_in(text, "shop.yaml", SHOP)

    assert {problem.rule for problem in problems} == {"label-untranslated"}
    assert [(problem.line, problem.sentence) for problem in problems][:2] == [
        (3, "The label of the workflow is not said in de, in which other labels are."),
        (7, "The label of the state received is not said in de, in which other labels are."),
    ]


def test_a_version_that_cases_are_pinned_to_names_only_what_there_still_is() -> None:
    fine = PinnedVersion("item-return", "a" * 64, sound().text, cases=5)
    text = changed("do: item.receive, happy", "do: item.weigh, happy")
    gone = PinnedVersion("item-return", "b" * 64, text, cases=2)

    (problem,) = prove_pinned([fine, gone], SHOP)

    assert (problem.rule, problem.file) == ("pinned-unreadable", "item-return@bbbbbbbbbbbb")
    assert (
        problem.sentence
        == "There is no command item.weigh. 2 open cases are pinned to this version."
    )


def test_what_the_checker_has_learnt_since_does_not_strand_pinned_cases() -> None:
    text = changed("  reject: {", "  unused: { label: Unused, by: [agent] }\n  reject: {")
    version = PinnedVersion("item-return", "a" * 64, text, cases=5)

    assert [problem.rule for problem in problems_in(text, "s", SHOP)] == ["unused-event"]
    assert prove_pinned([version], SHOP) == []
