"""What a workflow file may name: facts, conditions, commands, effects and roles.

The engine knows none of them by itself; whoever uses it (here `claims.catalogue`) hands in one
explicit table. Nothing is found by import path, ever.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from workflows.definition import Subject

FactType = Literal["integer", "money", "text", "yes-no", "date", "texts"]
"""`money` is a CEL double in major units (12.5 is twelve and a half); `date` a UTC timestamp,
`texts` a list of strings."""

Changes = Literal["never", "case", "elsewhere", "clock", "actor"]
"""never: fixed when the case is opened. case: by what happens to its reclamation. elsewhere: by
other reclamations of the order or the customer. clock: by itself. actor: with who fires."""

FactValue = object
Facts = Mapping[str, FactValue]
"""Flat: {"item.value": 24.99, "item.quantity": 2, "now": datetime(…, UTC)}."""


@dataclass(frozen=True, slots=True)
class Fact:
    type: FactType
    about: str
    changes: Changes = "case"
    """With what it changes; only `case` facts may decide an on-change event."""
    may_be_unset: bool = False
    """A date that is far away (the end of the year 9999) until somebody notes one."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A named Python condition; `when: has-evidence` instead of a CEL expression."""

    test: Callable[[Facts], bool]
    about: str
    subjects: frozenset[Subject] = frozenset({"item", "reclamation"})
    facts: tuple[str, ...] = ()
    """What it looks at, for whoever must know when it can change its mind."""


@dataclass(frozen=True, slots=True)
class Command:
    """A change of rows in the event's own transaction; what it does is the domain's affair."""

    about: str
    subjects: frozenset[Subject] = frozenset({"item", "reclamation"})
    needs_input: frozenset[str] = frozenset()
    takes_two: bool = False
    """Whether somebody else must have said the same before whoever fires its event."""


@dataclass(frozen=True, slots=True)
class EffectKind:
    """Something done in the outside world by a worker, exactly once."""

    about: str
    subjects: frozenset[Subject] = frozenset({"item", "reclamation"})
    must_handle: frozenset[str] = frozenset()
    """Outcomes that a workflow must name an event for: money must handle all three."""
    settings: Mapping[str, bool] = field(default_factory=dict)
    """The keys of `with:` it takes; True where it must be there."""
    choices: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """What a key of `with:` can be; any word where it is not named here."""
    moves_money: bool = False
    looks_up: bool = True
    """After a crash the outside world can be asked whether it took hold."""
    is_repeatable: bool = False
    """Done again under the same key it does no harm."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    facts: Mapping[Subject, Mapping[str, Fact]]
    conditions: Mapping[str, Condition]
    commands: Mapping[str, Command]
    effects: Mapping[str, EffectKind]
    roles: frozenset[str]
    no_person: frozenset[str] = frozenset({"import"})
    """Roles that a program acts in: no button is shown for them, and no case may rest on them."""
    item_fields: Mapping[str, Fact] = field(default_factory=dict)
    """What an aggregate of a reclamation's workflow sees of each item: items.all(final)."""
    refund_window: timedelta | None = None
    """How long after the purchase the payment provider still pays back; None: no limit known."""
    alone_up_to: Mapping[str, float] = field(default_factory=dict)
    """Role to the highest amount (major units) that it may refund in one case without a second
    person; a role that is missing has no limit."""
