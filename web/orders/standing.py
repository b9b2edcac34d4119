"""How an order stands that was made for a reclamation: to be sent, sent or cancelled."""

from claims.models import Order
from claims.new_orders import CANCELLED, ORDERED, SENT
from web.badges import Badge

STANDINGS = {
    ORDERED: Badge("Ordered", "elsewhere"),
    SENT: Badge("Sent", "good"),
    CANCELLED: Badge("Cancelled", "closed"),
}


def standing(order: Order) -> Badge | None:
    """None for a sale, whose lines say it, and for words that an import brought."""
    return None if order.kind == "sale" else STANDINGS.get(order.status)
