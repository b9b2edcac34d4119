"""Words to whoever holds a role, until somebody has seen them."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from claims.clock import now
from claims.models import Notice, Reclamation

SHOWN = 100


def unseen(session: Session, roles: Iterable[str]) -> Sequence[Row[Notice, str]]:
    """Up to SHOWN notices to these roles that nobody has seen, the newest first.

    Each with the number of its reclamation.
    """
    return session.execute(
        select(Notice, Reclamation.number)
        .join(Reclamation, Reclamation.id == Notice.reclamation_id)
        .where(Notice.role.in_(sorted(roles)), Notice.seen_at.is_(None))
        .order_by(Notice.id.desc())
        .limit(SHOWN)
    ).all()


def count_unseen(session: Session, roles: Iterable[str]) -> int:
    """How many there are, counted up to SHOWN."""
    some = select(Notice.id).where(Notice.role.in_(sorted(roles)), Notice.seen_at.is_(None))
    found = session.scalar(select(func.count()).select_from(some.limit(SHOWN + 1).subquery()))
    return found or 0


def mark_seen(session: Session, notice_ids: Sequence[int], roles: Iterable[str], by: str) -> int:
    """Mark notices to these roles as seen; how many were still unseen."""
    marked = session.scalars(
        update(Notice)
        .where(Notice.id.in_(notice_ids), Notice.role.in_(sorted(roles)), Notice.seen_at.is_(None))
        .values(seen_at=now(session), seen_by=by)
        .returning(Notice.id)
    ).all()
    return len(marked)
