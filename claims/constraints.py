"""What the database refuses by itself, in sentences."""

from sqlalchemy.exc import IntegrityError

CONSTRAINTS = {
    "ck_order_lines_refund_within_paid": "More would be refunded than was paid for the order line",
    "ck_payments_refund_within_captured": "More would be refunded than the payment captured",
    "ck_orders_shipping_refund_within_paid": "More shipping would be refunded than was paid",
    "ck_order_lines_refund_tax_within_tax": "More tax would be refunded than the order line has",
    "ck_orders_shipping_refund_tax_within_tax": "More tax would be refunded than the shipping has",
    "ck_orders_goodwill_within_total": "More goodwill would be given than was paid for the order",
    "pieces_claimed_once": "Some of these pieces were claimed by somebody else a moment ago",
}


def said_of(error: IntegrityError) -> str:
    """Why the database refused a change, in a sentence."""
    said = str(error.orig)
    for name, sentence in CONSTRAINTS.items():
        if name in said:
            return f"{sentence}; open the case again to see what is left."
    return f"The database refused the change: {said.splitlines()[0]}."
