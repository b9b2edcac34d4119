"""What the page of reconciliations shows: what differs, and the latest runs."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from claims.models import Discrepancy, Reconciliation, Refund, RefundShare

SHOWN = 100
RUNS = 10
COUNTED_TO = 10_000


def count_open(session: Session) -> int:
    """How many discrepancies nobody has closed, counted up to COUNTED_TO."""
    some = select(Discrepancy.id).where(Discrepancy.closed_at.is_(None)).limit(COUNTED_TO + 1)
    return session.scalars(select(func.count()).select_from(some.subquery())).one()


def discrepancies(
    session: Session, *, closed: bool, after: int | None = None
) -> Sequence[Discrepancy]:
    """Up to SHOWN + 1 of them, the newest first; one more says that there is a next page."""
    statement = (
        select(Discrepancy)
        .where(Discrepancy.closed_at.is_not(None) if closed else Discrepancy.closed_at.is_(None))
        .options(
            joinedload(Discrepancy.share)
            .joinedload(RefundShare.refund)
            .joinedload(Refund.reclamation)
        )
        .order_by(Discrepancy.id.desc())
        .limit(SHOWN + 1)
    )
    return session.scalars(
        statement if after is None else statement.where(Discrepancy.id < after)
    ).all()


def latest_runs(session: Session) -> Sequence[Reconciliation]:
    """The newest first."""
    newest = select(Reconciliation).order_by(Reconciliation.id.desc()).limit(RUNS)
    return session.scalars(newest).all()
