"""Deadlines fire by the database clock, found by an index on what is due."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from claims import cases, clock
from claims.door import finish_writing, fire_loaded
from claims.models import Deadline, Incident
from claims.people import CLOCK
from claims.refusals import Refused
from claims.rules import Rules
from claims.steps import Happening, name_of


@dataclass(frozen=True, slots=True)
class DueDeadline:
    id: int
    reclamation_id: int


def due(session: Session, limit: int) -> list[DueDeadline]:
    """Deadlines that are due, the longest due first. Takes no lock: `fire_due` asks again."""
    rows = session.execute(
        select(Deadline.id, Deadline.reclamation_id)
        .where(Deadline.ended_at.is_(None), Deadline.due_at <= func.redress_now())
        .order_by(Deadline.due_at, Deadline.id)
        .limit(limit)
    )
    return [DueDeadline(key, reclamation_id) for key, reclamation_id in rows]


def fire_due(session: Session, rules: Rules, deadline: DueDeadline) -> bool:
    """Fire one deadline's event under the lock of its case, if it is still due; one transaction.

    True where the case moved. Where no line can be taken the deadline ends as `held` and an
    incident tells a person: a clock that rings for nobody would strand the case.
    """
    loaded = cases.lock(session, [deadline.reclamation_id])[deadline.reclamation_id]
    at = clock.now(session)
    found = next((each for each in loaded.deadlines if each.id == deadline.id), None)
    if found is None or found.ended_at is not None or found.due_at > at:
        return False
    case = found.item or loaded
    happening = Happening(case, found.event, CLOCK, at)
    try:
        with session.begin_nested():
            fire_loaded(session, rules, happening)
            finish_writing(session)
    except Refused as refused:
        hold(session, session.get_one(Deadline, deadline.id, populate_existing=True), refused, at)
        session.flush()
        return False
    return True


def hold(session: Session, deadline: Deadline, refused: Refused, at: datetime) -> None:
    """End a deadline that rang where no line could be taken, and tell a person; in memory."""
    deadline.ended_at, deadline.ending = at, "held"
    case = deadline.item or deadline.reclamation
    session.add(
        Incident(
            reclamation=deadline.reclamation,
            kind="deadline-held",
            sentence=f"The deadline {deadline.event!r} of {name_of(case)} rang in vain: {refused}",
            opened_at=at,
        )
    )
