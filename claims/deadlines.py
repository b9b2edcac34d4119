"""Deadlines fire by the database clock, found by an index on what is due.

`claims.clocks` sets them. What stands still, or rings in another state only, is not due.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from claims import cases, clock, refunded
from claims.door import finish_writing, fire_loaded
from claims.models import Deadline, Incident
from claims.people import CLOCK
from claims.refusals import Refused
from claims.rules import Rules
from claims.steps import Happening, name_of

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
TOLD_AFTER = 5
"""After so many failures in a row a person is told; trying goes on all the same."""
LONGEST_WORD = 500


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
    if found is None or found.ended_at is not None:
        return False
    if found.due_at is None or found.due_at > at:
        return False
    case = found.item or loaded
    happening = Happening(case, found.event, CLOCK, at)
    refunded.load(session, rules, [loaded], CLOCK, at, lock=True)
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


def put_off(session: Session, deadline: DueDeadline, wrong: Exception) -> None:
    """Let a deadline that could not be fired ring again later, each time after a longer pause.

    Otherwise those that fail would fill every sweep, and the others would never ring. Takes no
    lock but that of the row itself.
    """
    row = session.get(Deadline, deadline.id, with_for_update=True, populate_existing=True)
    if row is None or row.ended_at is not None or row.due_at is None:
        return
    at = clock.now(session)
    row.failures += 1
    row.due_at = at + min(FIRST_PAUSE * 2 ** min(row.failures - 1, 20), LONGEST_PAUSE)
    if row.failures == TOLD_AFTER:
        said = f"{type(wrong).__name__}: {wrong}"[:LONGEST_WORD]
        case = row.item or row.reclamation
        sentence = (
            f"The deadline {row.event!r} of {name_of(case)} failed {row.failures} times, and is "
            f"tried again at ever longer intervals: {said}"
        )
        session.add(
            Incident(
                reclamation=row.reclamation,
                kind="deadline-failing",
                sentence=sentence,
                opened_at=at,
            )
        )
    session.flush()
