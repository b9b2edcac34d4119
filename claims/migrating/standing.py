"""How a case stands when it is asked whether it can be moved to another version."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from claims.cases import Subject


@dataclass(frozen=True, slots=True)
class Clock:
    """A deadline of the case as it is in the table, or as it is to be; then `id` is None."""

    id: int | None
    event: str
    state: str | None
    begun_at: datetime | None
    runs_out_at: datetime | None
    due_at: datetime | None
    paused_at: datetime | None = None
    remaining: timedelta | None = None
    ending: str | None = None


@dataclass(frozen=True, slots=True)
class OpenEffect:
    """An effect that is waiting, unknown or stopped: it may still tell the case something."""

    use: str
    status: str
    events: frozenset[str]
    """What its outcomes fire, as the case's version said when it was asked for."""


@dataclass(frozen=True, slots=True)
class Standing:
    subject: Subject
    id: int
    reclamation_id: int
    number: str
    position: int
    """Of the item; 0 for a reclamation."""
    shop: str
    hash: str
    state: str
    state_since: datetime
    opened_at: datetime
    effects: tuple[OpenEffect, ...] = ()
    has_proposal: bool = False
    clocks: tuple[Clock, ...] = ()
    """Those that run, and those that rang."""
    beside: frozenset[str] = frozenset()
    """The versions of the cases it speaks with: of its reclamation, or of its open items."""

    @property
    def name(self) -> str:
        return case_name(self.number, self.position)


def case_name(number: str, position: int) -> str:
    """`R-000017`, or `R-000017 item 2`."""
    return f"{number} item {position}" if position else number
