"""What a workflow file may name: facts, conditions, commands, effects and roles.

The engine knows none of them by itself; whoever uses it (here `claims.catalogue`) hands in one
explicit table. Nothing is found by import path, ever.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from workflows.definition import Subject

FactType = Literal["integer", "money", "text", "yes-no", "date", "texts"]
"""`money` is a CEL double in major units (12.5 is twelve and a half); `date` a UTC timestamp,
`texts` a list of strings."""

FactValue = object
Facts = Mapping[str, FactValue]
"""Flat: {"item.value": 24.99, "item.quantity": 2, "now": datetime(…, UTC)}."""


@dataclass(frozen=True, slots=True)
class Fact:
    type: FactType
    about: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A named Python condition; `when: has-evidence` instead of a CEL expression."""

    test: Callable[[Facts], bool]
    about: str
    subjects: frozenset[Subject] = frozenset({"item", "reclamation"})


@dataclass(frozen=True, slots=True)
class Command:
    """A change of rows in the event's own transaction; what it does is the domain's affair."""

    about: str
    subjects: frozenset[Subject] = frozenset({"item", "reclamation"})
    needs_input: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class EffectKind:
    """Something done in the outside world by a worker, exactly once."""

    about: str
    subjects: frozenset[Subject] = frozenset({"item", "reclamation"})
    must_handle: frozenset[str] = frozenset()
    """Outcomes that a workflow must name an event for: money must handle all three."""
    settings: Mapping[str, bool] = field(default_factory=dict)
    """The keys of `with:` it takes; True where it must be there."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    facts: Mapping[Subject, Mapping[str, Fact]]
    conditions: Mapping[str, Condition]
    commands: Mapping[str, Command]
    effects: Mapping[str, EffectKind]
    roles: frozenset[str]
    no_person: frozenset[str] = frozenset({"import"})
    """Roles that a program acts in: no button is shown for them, and no case may rest on them."""
