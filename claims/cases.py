"""Cases as they are loaded for an event: locked, with all that facts and money need.

Everything is read for a whole chunk at once, a handful of statements however many cases there
are, so that `claims.steps` can decide and write without a single query of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from claims.models import Item, Order, Reclamation, Refund
from claims.refusals import NotFound

Subject = Literal["item", "reclamation"]


@dataclass(frozen=True, slots=True)
class CaseRef:
    """A reclamation or an item, by its key in the database."""

    subject: Subject
    id: int


def lock(session: Session, reclamation_ids: Sequence[int]) -> dict[int, Reclamation]:
    """Lock reclamations and their orders, and read them again with everything around them.

    Locks are taken in the order of the keys: orders first, for they guard the money and a claim
    takes no other. Raises NotFound where one does not exist.
    """
    lock_rows(session, reclamation_ids)
    return read(session, reclamation_ids)


def lock_rows(session: Session, reclamation_ids: Sequence[int]) -> None:
    """Lock reclamations and their orders without reading them."""
    ids = sorted(set(reclamation_ids))
    order_ids = select(Reclamation.order_id).where(Reclamation.id.in_(ids))
    session.execute(
        select(Order.id)
        .where(Order.id.in_(order_ids))
        .order_by(Order.id)
        .with_for_update(key_share=True)
    )
    session.execute(
        select(Reclamation.id)
        .where(Reclamation.id.in_(ids))
        .order_by(Reclamation.id)
        .with_for_update(key_share=True)
    )


def read(session: Session, reclamation_ids: Sequence[int]) -> dict[int, Reclamation]:
    """The same without locks, for pages that ask what would be possible."""
    ids = sorted(set(reclamation_ids))
    order_ids = session.scalars(select(Reclamation.order_id).where(Reclamation.id.in_(ids)))
    # Orders first: reading one again forgets what was loaded around its reclamations. An item's
    # line and a reclamation's order are then found in the session, without a statement each.
    orders = load_orders(session, set(order_ids))
    found = {
        reclamation.id: reclamation
        for reclamation in session.scalars(
            select(Reclamation)
            .where(Reclamation.id.in_(ids))
            .options(
                joinedload(Reclamation.journal_head),
                joinedload(Reclamation.shop),
                joinedload(Reclamation.business_unit),
                selectinload(Reclamation.items),
                selectinload(Reclamation.deadlines),
                selectinload(Reclamation.effects),
            )
            .execution_options(populate_existing=True)
        )
    }
    missing = [key for key in ids if key not in found]
    if missing:
        raise NotFound(f"There is no reclamation with the key {missing[0]}.")
    for reclamation in found.values():
        assert reclamation.order is orders[reclamation.order_id], "An order was loaded twice."
    load_earlier_claims(session, list(found.values()))
    return found


def load_orders(session: Session, order_ids: set[int]) -> dict[int, Order]:
    """Orders with lines, payments, refunds, and the items of all their reclamations."""
    return {
        order.id: order
        for order in session.scalars(
            select(Order)
            .where(Order.id.in_(sorted(order_ids)))
            .options(
                joinedload(Order.shop),
                joinedload(Order.business_unit),
                selectinload(Order.lines),
                selectinload(Order.payments),
                selectinload(Order.reclamations).selectinload(Reclamation.items),
                selectinload(Order.refunds).selectinload(Refund.lines),
                selectinload(Order.refunds).selectinload(Refund.shares),
            )
            .execution_options(populate_existing=True)
        )
    }


def load_earlier_claims(session: Session, reclamations: Sequence[Reclamation]) -> None:
    """Count each customer's earlier reclamations, one statement for all."""
    counts: dict[int, int] = session.info.setdefault("earlier_claims", {})
    customers = {
        (r.shop_id, r.order.customer_number) for r in reclamations if r.order.customer_number
    }
    by_customer: dict[tuple[int, str], Sequence[int]] = {}
    if customers:
        rows = session.execute(
            select(Order.shop_id, Order.customer_number, func.array_agg(Reclamation.id))
            .join(Reclamation, Reclamation.order_id == Order.id)
            .where(Order.shop_id.in_({shop for shop, _ in customers}))
            .where(Order.customer_number.in_({number for _, number in customers}))
            .group_by(Order.shop_id, Order.customer_number)
        )
        by_customer = {(shop, number): keys for shop, number, keys in rows}
    for reclamation in reclamations:
        keys = by_customer.get((reclamation.shop_id, reclamation.order.customer_number), [])
        counts[reclamation.id] = sum(1 for key in keys if key < reclamation.id)


def earlier_claims(session: Session, reclamation: Reclamation) -> int:
    counts: dict[int, int] = session.info.get("earlier_claims", {})
    return counts.get(reclamation.id, 0)


def reclamation_of(session: Session, case: CaseRef) -> int:
    """The key of the reclamation that a case belongs to; NotFound where there is none."""
    if case.subject == "reclamation":
        return case.id
    found = session.scalar(select(Item.reclamation_id).where(Item.id == case.id))
    if found is None:
        raise NotFound(f"There is no item with the key {case.id}.")
    return found


def chosen(reclamation: Reclamation, case: CaseRef) -> Reclamation | Item:
    """The case itself among what was loaded."""
    if case.subject == "reclamation":
        return reclamation
    return next(item for item in reclamation.items if item.id == case.id)
