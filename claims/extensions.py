"""Redress's own catalogue and commands, with those of the shop's extensions added to them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from claims.catalogue import CATALOGUE
from claims.commands import COMMANDS, CommandRun
from claims.extending import ITEM, Command, Condition, Effect, Extension, Fact
from claims.models import Item, Reclamation
from claims.refusals import Refused
from workflows import catalogue as named
from workflows.catalogue import Catalogue, Facts, FactType
from workflows.definition import InputType, Subject

CheckAndAct = tuple[Callable[[CommandRun], None], Callable[[CommandRun], None]]

_PYTHON: Mapping[FactType, tuple[type, ...]] = {
    "integer": (int,),
    "money": (float, int),
    "text": (str,),
    "yes-no": (bool,),
    "date": (datetime,),
    "texts": (list, tuple),
}
_TYPED: Mapping[InputType, type] = {
    "integer": int,
    "money": int,
    "text": str,
    "choice": str,
    "yes-no": bool,
    "date": date,
}


class ExtensionMistake(Exception):
    """An extension did not keep what its table says; its code is to be corrected."""


@dataclass(frozen=True, slots=True)
class Extensions:
    """What a process goes by, put together once when it starts."""

    catalogue: Catalogue
    commands: Mapping[str, CheckAndAct]
    effects: Mapping[str, Effect]
    _facts: Mapping[Subject, Mapping[str, Fact]]

    def facts_of(self, case: Reclamation | Item) -> dict[str, object]:
        """The facts that extensions add, of a case that is loaded."""
        subject: Subject = "item" if isinstance(case, Item) else "reclamation"
        return {name: _value(name, fact, case) for name, fact in self._facts[subject].items()}


def join(extensions: Sequence[Extension]) -> Extensions:
    """Everything in one; the tables were found right by `claims.extension_tables`."""
    facts: dict[Subject, dict[str, Fact]] = {"item": {}, "reclamation": {}}
    for extension in extensions:
        for name, fact in extension.facts.items():
            facts[fact.subject][name] = fact
    of = [(name, found) for each in extensions for name, found in each.conditions.items()]
    commands = [(name, found) for each in extensions for name, found in each.commands.items()]
    effects = [(name, found) for each in extensions for name, found in each.effects.items()]
    catalogue = replace(
        CATALOGUE,
        facts={
            subject: {**known, **{name: _fact(fact) for name, fact in facts[subject].items()}}
            for subject, known in CATALOGUE.facts.items()
        },
        conditions={**CATALOGUE.conditions, **{name: _condition(name, each) for name, each in of}},
        commands={
            **CATALOGUE.commands,
            **{
                name: named.Command(each.about, ITEM, frozenset(each.inputs))
                for name, each in commands
            },
        },
        effects={**CATALOGUE.effects, **{name: _kind(each) for name, each in effects}},
        item_fields={
            **CATALOGUE.item_fields,
            **{name: _fact(fact) for name, fact in facts["item"].items()},
        },
    )
    doing = {name: (_checked(name, each), each.act) for name, each in commands}
    return Extensions(catalogue, {**COMMANDS, **doing}, dict(effects), facts)


def _fact(fact: Fact) -> named.Fact:
    return named.Fact(fact.type, fact.about)


def _condition(name: str, condition: Condition) -> named.Condition:
    declared = tuple(condition.facts)

    def holds(facts: Facts) -> bool:
        answer = condition.test({each: facts[each] for each in declared})
        if not isinstance(answer, bool):
            raise ExtensionMistake(f"The condition {name} answered {answer!r}, not yes or no.")
        return answer

    return named.Condition(holds, condition.about, condition.subjects, declared)


def _kind(effect: Effect) -> named.EffectKind:
    return named.EffectKind(
        effect.about,
        effect.subjects,
        must_handle=frozenset(effect.outcomes),
        settings=effect.settings,
        looks_up=effect.look_up is not None,
        is_repeatable=effect.is_repeatable,
    )


def _checked(name: str, command: Command) -> Callable[[CommandRun], None]:
    """Its check, after it is sure that the form gave what the table declares."""

    def check(run: CommandRun) -> None:
        for field, kind in command.inputs.items():
            value, wanted = run.input.get(field), _TYPED.get(kind, object)
            if value is None or not isinstance(value, wanted) or _is_bool_for(value, wanted):
                raise Refused(f"{name} needs {field}; fill it in.")
        command.check(run)

    return check


def _value(name: str, fact: Fact, case: Reclamation | Item) -> object:
    value = fact.of(case)
    wanted = _PYTHON[fact.type]
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        raise ExtensionMistake(f"The fact {name} was {value!r}; its table declares {fact.type}.")
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ExtensionMistake(f"The fact {name} was {value!r}; a date needs its time zone.")
    return float(value) if fact.type == "money" and isinstance(value, int) else value


def _is_bool_for(value: object, wanted: type) -> bool:
    return isinstance(value, bool) and wanted is int


NO_EXTENSIONS = join(())
"""Redress as it comes."""
