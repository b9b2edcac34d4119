"""The list of transfers for finance, by status, and the files that went to the bank."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, joinedload

from claims.models import Refund, RefundShare, Transfer, TransferBatch
from claims.money.transfers import WANTED
from claims.refusals import NotFound

SHOWN = 100
COUNTED_TO = 10_000
STATUSES = {
    "waiting": "Waiting",
    "exported": "At the bank",
    "paid": "Paid",
    "refused": "Could not be made",
}
"""In the order of the page, with words for people."""


def counts(session: Session) -> dict[str, int]:
    """How many transfers have each status, each counted up to COUNTED_TO."""
    columns = [
        select(func.count())
        .select_from(select(Transfer.id).where(_stand(each)).limit(COUNTED_TO + 1).subquery())
        .scalar_subquery()
        for each in STATUSES
    ]
    return dict(zip(STATUSES, session.execute(select(*columns)).one(), strict=True))


def _stand(status: str) -> ColumnElement[bool]:
    """Those that wait are only those that the bank should still make."""
    here = Transfer.status == status
    return and_(here, WANTED) if status == "waiting" else here


def page(session: Session, status: str, *, after: int | None = None) -> Sequence[Transfer]:
    """Up to SHOWN + 1, the oldest first; one more says that there is a next page."""
    statement = (
        select(Transfer)
        .where(_stand(status))
        .options(
            joinedload(Transfer.share)
            .joinedload(RefundShare.refund)
            .options(joinedload(Refund.reclamation), joinedload(Refund.order))
        )
        .order_by(Transfer.id)
        .limit(SHOWN + 1)
    )
    return session.scalars(
        statement if after is None else statement.where(Transfer.id > after)
    ).all()


def ready(session: Session) -> dict[str, int]:
    """How many wait and have an account, by currency."""
    rows = session.execute(
        select(Transfer.currency, func.count())
        .where(_stand("waiting"), Transfer.iban != "")
        .group_by(Transfer.currency)
        .order_by(Transfer.currency)
    )
    return {row.currency: row[1] for row in rows}


def latest_batches(session: Session) -> Sequence[TransferBatch]:
    """The latest twenty, the newest first, without their content."""
    newest = select(TransferBatch).order_by(TransferBatch.id.desc()).limit(20)
    return session.scalars(newest).all()


def read_batch(session: Session, batch_id: int) -> TransferBatch:
    """A batch; NotFound where there is none."""
    found = session.get(TransferBatch, batch_id)
    if found is None:
        raise NotFound(f"There is no batch {batch_id}.")
    return found
