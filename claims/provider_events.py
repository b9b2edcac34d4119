"""Events that providers send by themselves: kept once each, then followed by a worker.

They come signed (`web.webhooks`), many times, in any order, days late, and are believed in
nothing but that there is something to look up. Callers commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from claims import clock
from claims.models import ProviderEvent

REFERENCE_NAME = "redress_reference"
"""The name of our reference where a provider keeps labels of ours with a refund."""
PATIENCE = timedelta(minutes=1)
"""So long a worker has for a hint before another one may follow it, too."""
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
MOST_TRIES = 24
OLDEST = 500
"""So many are looked at, and deleted, at once."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one event says, as far as it is read."""

    provider: str
    event_id: str
    kind: str
    reference: str
    provider_reference: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Hint:
    """All open events about one refund: one look-up answers them together."""

    event_ids: tuple[int, ...]
    provider: str
    reference: str
    provider_reference: str
    tries: int


def receive(session: Session, told: Told) -> bool:
    """Keep an event, to be followed at once; False where it was kept before."""
    now = clock.now(session)
    written = session.execute(
        insert(ProviderEvent)
        .values(
            provider=told.provider,
            event_id=told.event_id,
            kind=told.kind,
            reference=told.reference,
            provider_reference=told.provider_reference,
            told_at=told.at,
            received_at=now,
            due_at=now,
        )
        .on_conflict_do_nothing(index_elements=["provider", "event_id"])
        .returning(ProviderEvent.id)
    )
    return written.scalar() is not None


def next_to_follow(session: Session) -> Hint | None:
    """What to look up next; puts it off, so that two workers rarely follow the same.

    Following twice does no harm. Skips what another worker is taking right now.
    """
    due = (
        select(ProviderEvent)
        .where(ProviderEvent.followed_at.is_(None), ProviderEvent.due_at <= func.redress_now())
        .order_by(ProviderEvent.due_at, ProviderEvent.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    first = session.scalar(due)
    if first is None:
        return None
    alike = (
        select(ProviderEvent.id)
        .where(ProviderEvent.followed_at.is_(None))
        .where(ProviderEvent.provider == first.provider, ProviderEvent.reference == first.reference)
        .with_for_update(skip_locked=True)
    )
    ids = sorted({first.id, *session.scalars(alike)})
    first.tries += 1
    _write(session, ids, due_at=clock.now(session) + PATIENCE)
    return Hint(tuple(ids), first.provider, first.reference, first.provider_reference, first.tries)


def close(session: Session, hint: Hint, word: str) -> None:
    """Note what came of the events, in a sentence; they are not followed again."""
    _write(session, hint.event_ids, followed_at=clock.now(session), word=word)


def put_off(session: Session, hint: Hint, word: str) -> bool:
    """Follow the events again later; False where that was often enough."""
    if hint.tries >= MOST_TRIES:
        return False
    wait = min(FIRST_WAIT * 2 ** min(hint.tries - 1, 20), LONGEST_WAIT)
    _write(session, hint.event_ids, due_at=clock.now(session) + wait, word=word)
    return True


def forget(session: Session, keep: timedelta) -> int:
    """Delete old events that were followed longer ago than `keep`; how many, OLDEST at most.

    Looks at the oldest by key alone, and needs no index: what is not followed yet is closed
    within a day or two, so it does not stay in the way.
    """
    oldest = (
        select(ProviderEvent.id, ProviderEvent.followed_at)
        .order_by(ProviderEvent.id)
        .limit(OLDEST)
        .subquery()
    )
    old = select(oldest.c.id).where(oldest.c.followed_at < clock.now(session) - keep)
    taken = (
        select(ProviderEvent.id).where(ProviderEvent.id.in_(old)).with_for_update(skip_locked=True)
    )
    gone = session.execute(
        delete(ProviderEvent)
        .where(ProviderEvent.id.in_(taken))
        .returning(ProviderEvent.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def _write(session: Session, event_ids: Sequence[int], **values: object) -> None:
    session.execute(
        update(ProviderEvent)
        .where(ProviderEvent.id.in_(event_ids), ProviderEvent.followed_at.is_(None))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
