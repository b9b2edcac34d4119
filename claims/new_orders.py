"""Orders that an item has made: a replacement, an exchange, parts.

`ordered` once it is there, then `sent` or `cancelled`, and never from one of these to the other.
Whoever asks holds the lock on the sale's order (`claims.cases`), so that nobody sends an order
while another one cancels it.
"""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from claims.models import Item, Order, Payment, Reclamation
from claims.refusals import Refused

ORDERED, SENT, CANCELLED = "ordered", "sent", "cancelled"


def check_send(item: Item) -> None:
    """Refused where the item's new order was cancelled."""
    order = _latest(item)
    if order is not None and order.status == CANCELLED:
        raise Refused(f"Order {order.number} was cancelled; there is nothing to send.")


def send(item: Item) -> None:
    """Note that the item's new order is on its way; it can no longer be cancelled."""
    order = _latest(item)
    if order is not None and order.status == ORDERED:
        _become(order, SENT)


def to_cancel(session: Session, item: Item) -> Order:
    """The item's new order, locked against a claim; Refused where it must not be cancelled.

    One that is cancelled already is given as well.
    """
    order = _latest(item)
    if order is None:
        raise Refused("No order was made for this item; there is nothing to cancel.")
    session.refresh(order, with_for_update={"key_share": True})
    if order.status not in {ORDERED, CANCELLED}:
        raise Refused(f"Order {order.number} is {order.status} already; have it sent back instead.")
    if order.total_paid or session.scalar(select(exists().where(Payment.order_id == order.id))):
        raise Refused(f"Order {order.number} was paid for; give that money back first.")
    if (claim := _claimed_on(session, order)) is not None:
        raise Refused(
            f"Something of order {order.number} is claimed on {claim}; settle that first."
        )
    return order


def cancel(order: Order) -> None:
    """Nothing of it is sent, and nothing of it can be claimed."""
    _become(order, CANCELLED)


def _become(order: Order, status: str) -> None:
    order.status = status
    for line in order.lines:
        line.status = status


def _latest(item: Item) -> Order | None:
    """At most one of an item's new orders is open: a new one is made once the last is cancelled."""
    made = [order for order in item.reclamation.new_orders if order.origin_item_id == item.id]
    return max(made, key=lambda order: order.id, default=None)


def _claimed_on(session: Session, order: Order) -> str | None:
    return session.scalar(
        select(Reclamation.number)
        .join(Reclamation.items)
        .where(Reclamation.order_id == order.id, Item.holds_pieces)
        .order_by(Reclamation.id)
        .limit(1)
    )
