"""What an extension of a shop is written with: one explicit table of what it adds.

    EXTENSION = Extension(
        name="acme",
        facts={"acme.grams": Fact("integer", "the weight on arrival; 0 until weighed", grams)},
        conditions={"acme.is-heavy": Condition(is_heavy, "weighs over 20 kg", ["acme.grams"])},
        commands={"acme.weigh": Command(check, weigh, "notes the weight", {"grams": "integer"})},
        effects={"acme.tell-hauler": Effect(tell, "books the hauler", look_up=find)},
    )

The operator names the module in EXTENSIONS; a workflow file can only use what stands in the
table. `docs/extending.md` tells how, with a complete example.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from claims.commands import CommandRun
from claims.models import Item, Reclamation
from claims.outside import Finding, Outcome
from claims.refusals import Refused
from workflows.catalogue import Facts, FactType
from workflows.definition import InputType, Subject

__all__ = [
    "Command",
    "CommandRun",
    "Condition",
    "Effect",
    "EffectRun",
    "Extension",
    "Fact",
    "Facts",
    "Item",
    "Reclamation",
    "Refused",
    "note",
    "noted",
]

BOTH: frozenset[Subject] = frozenset({"item", "reclamation"})
ITEM: frozenset[Subject] = frozenset({"item"})


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of an item, or of a reclamation where `subject` says so.

    `of` works it out from the rows that are loaded already; it must neither change anything nor
    ask the database or anybody else. A date is a datetime in UTC, money a float in major units.
    """

    type: FactType
    about: str
    of: Callable[[Any], object]
    subject: Subject = "item"


@dataclass(frozen=True, slots=True)
class Condition:
    """A yes-no over facts. `test` is given the `facts` that it names here, and no others."""

    test: Callable[[Facts], bool]
    about: str
    facts: Collection[str]
    subjects: frozenset[Subject] = ITEM


@dataclass(frozen=True, slots=True)
class Command:
    """A change of an item in the event's own transaction.

    `check` runs before anything is changed and raises Refused with a sentence where the change
    cannot be made; `act` then makes it, and must not fail. `inputs` are the fields that the form
    of the line's event must have, with their types.
    """

    check: Callable[[CommandRun], None]
    act: Callable[[CommandRun], None]
    about: str
    inputs: Mapping[str, InputType] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EffectRun:
    """One effect as it was asked for, frozen; what `carry_out` and `look_up` are given."""

    key: str
    """The same for every attempt: hand it to the other side as its idempotency key."""
    request: Mapping[str, Any]
    """The case as it was: order, reclamation, customer, items, input, with; see docs."""
    seconds: float
    """How long a call may take at most."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Something done outside, by a worker, with no transaction open.

    `carry_out` calls the other side and sorts what comes back into an Outcome of
    `claims.outside`. What is Unknown, and what a crash cut off, is looked up before it is tried
    again (`look_up`), or done again at once under its key (`is_repeatable`); one of the two there
    must be. Money goes through refunds only: an extension pays nothing.
    """

    carry_out: Callable[[EffectRun], Outcome]
    about: str
    look_up: Callable[[EffectRun], Finding] | None = None
    is_repeatable: bool = False
    outcomes: Collection[Literal["done", "refused", "unknown"]] = ()
    """Those that a workflow must name an event for."""
    settings: Mapping[str, bool] = field(default_factory=dict)
    """The keys of `with:`; True where it must be there."""
    subjects: frozenset[Subject] = ITEM
    arrives_within: timedelta = timedelta(minutes=15)
    """A call that got no answer may still take hold for this long; until then a look-up that
    finds nothing proves nothing."""


@dataclass(frozen=True, slots=True)
class Extension:
    """The table. Every name begins with the extension's own and a point."""

    name: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    commands: Mapping[str, Command] = field(default_factory=dict)
    effects: Mapping[str, Effect] = field(default_factory=dict)


def note(item: Item, name: str, value: str | int | float | bool) -> None:
    """Keep something with an item under a name of the extension, such as acme.grams."""
    item.noted = {**(item.noted or {}), name: value}


def noted(item: Item, name: str) -> str | int | float | bool | None:
    """What was kept under this name; None before."""
    found: str | int | float | bool | None = (item.noted or {}).get(name)
    return found
