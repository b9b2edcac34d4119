"""Cases as they are loaded for an event: locked, with all that facts and money need.

Everything is read for a whole chunk at once, a handful of statements however many cases there
are, so that `claims.steps` can decide and write without a single query of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import BindParameter, bindparam, func, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from claims.models import Deadline, Effect, Item, Order, Reclamation, Refund
from claims.refusals import NotFound

Subject = Literal["item", "reclamation"]


@dataclass(frozen=True, slots=True)
class CaseRef:
    """A reclamation or an item, by its key in the database."""

    subject: Subject
    id: int


# Made once: putting such a statement together costs more than sending it.
_IDS: BindParameter[int] = bindparam("ids", expanding=True)
THEIR_ORDERS = select(Reclamation.order_id).where(Reclamation.id.in_(_IDS))
LOCK_ORDERS = (
    select(Order.id)
    .where(Order.id.in_(THEIR_ORDERS.scalar_subquery()))
    .order_by(Order.id)
    .with_for_update(key_share=True)
)
LOCK_RECLAMATIONS = (
    select(Reclamation.id)
    .where(Reclamation.id.in_(_IDS))
    .order_by(Reclamation.id)
    .with_for_update(key_share=True)
)
ORDERS = (
    select(Order)
    .where(Order.id.in_(_IDS))
    .options(
        joinedload(Order.shop),
        joinedload(Order.business_unit),
        selectinload(Order.lines),
        selectinload(Order.payments),
        selectinload(Order.reclamations).options(
            joinedload(Reclamation.journal_head), selectinload(Reclamation.items)
        ),
        selectinload(Order.refunds).options(
            selectinload(Refund.lines), selectinload(Refund.shares)
        ),
    )
    .execution_options(populate_existing=True)
)
DEADLINES = (
    select(Deadline)
    .where(Deadline.reclamation_id.in_(_IDS))
    .order_by(Deadline.id)
    .execution_options(populate_existing=True)
)
EFFECTS = (
    select(Effect)
    .where(Effect.reclamation_id.in_(_IDS))
    .order_by(Effect.id)
    .execution_options(populate_existing=True)
)


def lock(session: Session, reclamation_ids: Sequence[int]) -> dict[int, Reclamation]:
    """Lock reclamations and their orders, and read them again with everything around them.

    Locks are taken in the order of the keys: orders first, for they guard the money and a claim
    takes no other. Raises NotFound where one does not exist.
    """
    return _read(session, reclamation_ids, lock_rows(session, reclamation_ids))


def lock_rows(session: Session, reclamation_ids: Sequence[int]) -> set[int]:
    """Lock reclamations and their orders without reading them; gives the orders' keys."""
    ids = {"ids": sorted(set(reclamation_ids))}
    order_ids = set(session.scalars(LOCK_ORDERS, ids))
    session.execute(LOCK_RECLAMATIONS, ids)
    return order_ids


def read(session: Session, reclamation_ids: Sequence[int]) -> dict[int, Reclamation]:
    """The same without locks, for pages that ask what would be possible."""
    ids = {"ids": sorted(set(reclamation_ids))}
    return _read(session, reclamation_ids, set(session.scalars(THEIR_ORDERS, ids)))


def _read(
    session: Session, reclamation_ids: Sequence[int], order_ids: set[int]
) -> dict[int, Reclamation]:
    ids = sorted(set(reclamation_ids))
    loaded = {
        reclamation.id: reclamation
        for order in load_orders(session, order_ids).values()
        for reclamation in order.reclamations
    }
    missing = [key for key in ids if key not in loaded]
    if missing:
        raise NotFound(f"There is no reclamation with the key {missing[0]}.")
    found = {key: loaded[key] for key in ids}
    _load_what_waits(session, found)
    load_earlier_claims(session, list(found.values()))
    return found


def load_orders(session: Session, order_ids: set[int]) -> dict[int, Order]:
    """Orders with lines, payments, refunds, and all their reclamations with their items."""
    ids = {"ids": sorted(order_ids)}
    orders = {order.id: order for order in session.scalars(ORDERS, ids)}
    for order in orders.values():
        for reclamation in order.reclamations:
            # The session holds rows weakly: whoever has a reclamation has its order by this.
            set_committed_value(reclamation, "order", order)
    return orders


def _load_what_waits(session: Session, found: Mapping[int, Reclamation]) -> None:
    """Deadlines and effects of these reclamations, not of all that their orders have."""
    ids = {"ids": list(found)}
    deadlines: dict[int, list[Deadline]] = {key: [] for key in found}
    for deadline in session.scalars(DEADLINES, ids):
        deadlines[deadline.reclamation_id].append(deadline)
    effects: dict[int, list[Effect]] = {key: [] for key in found}
    for effect in session.scalars(EFFECTS, ids):
        effects[effect.reclamation_id].append(effect)
    for key, reclamation in found.items():
        set_committed_value(reclamation, "deadlines", deadlines[key])
        set_committed_value(reclamation, "effects", effects[key])


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
