"""The list of refunds by status, and one refund with its split and its effect."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from claims.models import Effect, Item, Order, Reclamation, Refund, RefundLine, RefundShare
from claims.refusals import NotFound

STATUSES = {
    "asked": "Asked for",
    "proposed": "Needs a second look",
    "unclear": "Unclear",
    "paid": "Paid",
    "refused": "Refused",
    "outside": "Settled outside",
    "dropped": "Given up",
}
"""Statuses of refunds in the order of the page, with words for people."""

COUNTED_TO = 10_000


@dataclass(frozen=True, slots=True)
class RefundPage:
    refunds: Sequence[Refund]
    previous: int | None
    next: int | None


def counts(session: Session) -> dict[str, int]:
    """How many refunds have each status, each counted up to COUNTED_TO."""
    columns = [
        select(func.count())
        .select_from(
            select(Refund.id).where(Refund.status == status).limit(COUNTED_TO + 1).subquery()
        )
        .scalar_subquery()
        for status in STATUSES
    ]
    return dict(zip(STATUSES, session.execute(select(*columns)).one(), strict=True))


def page(
    session: Session,
    status: str,
    *,
    after: int | None = None,
    before: int | None = None,
    size: int = 50,
) -> RefundPage:
    """The newest first; by keyset after (or before) a refund's key."""
    backwards = before is not None and after is None
    statement = (
        select(Refund)
        .join(Refund.reclamation)
        .options(
            contains_eager(Refund.reclamation).joinedload(Reclamation.order),
            joinedload(Refund.item).joinedload(Item.line),
            selectinload(Refund.shares).joinedload(RefundShare.payment),
        )
        .where(Refund.status == status)
        .order_by(Refund.id.asc() if backwards else Refund.id.desc())
        .limit(size + 1)
    )
    if backwards:
        statement = statement.where(Refund.id > before)
    elif after is not None:
        statement = statement.where(Refund.id < after)
    found = list(session.scalars(statement).all())
    more, shown = len(found) > size, found[:size]
    if backwards:
        shown.reverse()
    if not shown:
        return RefundPage((), None, None)
    first, last = shown[0].id, shown[-1].id
    if backwards:
        return RefundPage(shown, first if more else None, last)
    return RefundPage(shown, first if after is not None else None, last if more else None)


def read_refund(session: Session, refund_id: int) -> Refund:
    """A refund with all that its page shows; NotFound where there is none."""
    found = session.scalar(
        select(Refund)
        .where(Refund.id == refund_id)
        .options(
            joinedload(Refund.reclamation),
            joinedload(Refund.order).joinedload(Order.shop),
            joinedload(Refund.item).joinedload(Item.line),
            selectinload(Refund.lines).joinedload(RefundLine.line),
            selectinload(Refund.shares).joinedload(RefundShare.payment),
            joinedload(Refund.effect).selectinload(Effect.attempts),
        )
    )
    if found is None:
        raise NotFound(f"There is no refund {refund_id}.")
    return found
