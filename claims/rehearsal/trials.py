"""What a file of tests says, as frozen, typed values: given, when, then.

A test is called a trial here, so that nobody takes it for one of ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from claims.outcomes import Outcome
from claims.rehearsal.given import Given, Person
from workflows.definition import Place


@dataclass(frozen=True, slots=True)
class Fire:
    """Someone presses a button; with `refused` it must be refused, in these words."""

    case: int
    event: str
    who: Person
    typed: Mapping[str, str] = field(default_factory=dict)
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Someone changes what the claim says of an item."""

    case: int
    who: Person
    changes: Mapping[str, object]
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    span: timedelta
    is_business: bool = False


@dataclass(frozen=True, slots=True)
class WaitUntil:
    moment: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for an effect; None where the worker crashed and nobody knows yet."""

    effect: str
    outcome: Outcome | None
    case: int | None = None
    shares_paid: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """Whether someone is offered an event, or why it is not open to them."""

    case: int
    event: str
    who: Person
    is_open: bool
    because: str | None = None


Step = Fire | Edit | Wait | WaitUntil | Answer | Look


@dataclass(frozen=True, slots=True)
class Placed:
    """A step with where it stands."""

    step: Step
    place: Place


@dataclass(frozen=True, slots=True)
class Expected:
    """One thing that must be so at the end: the state of item 2, what was refunded, …"""

    what: str
    value: object
    place: Place
    case: int | None = None
    """Of which case; None where it is of the whole reclamation."""


@dataclass(frozen=True, slots=True)
class Trial:
    name: str
    place: Place
    given: Given
    when: tuple[Placed, ...]
    then: tuple[Expected, ...]


@dataclass(frozen=True, slots=True)
class TrialFile:
    """The tests of one workflow."""

    file: str
    workflow: str
    trials: tuple[Trial, ...]
