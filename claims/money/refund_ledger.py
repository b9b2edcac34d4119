"""What is held for refunds, counted from the entries of a loaded order; all in minor units.

The database keeps the same sums in counters of its own, behind CHECKs.
"""

from collections.abc import Iterable

from claims.models import Item, Order, OrderLine, Payment, Refund, RefundLine
from claims.money.amounts import tax_within, written

COUNTING = ("held", "paid")
"""The statuses of a share that count against its payment."""


def money(amount: int, currency: str) -> str:
    """An amount for a sentence: 24.99 €. Pages format in the viewer's language themselves."""
    return written(amount, currency, "en_GB")


def entries(order: Order) -> Iterable[tuple[Refund, RefundLine]]:
    return ((refund, line) for refund in order.refunds for line in refund.lines)


def held_on_line(order: Order, line: OrderLine) -> int:
    """What is asked for, under way or refunded of an order line."""
    return sum(entry.amount for _, entry in entries(order) if entry.line is line)


def held_of(order: Order, kind: str) -> int:
    """The same of shipping, or of goodwill."""
    return sum(entry.amount for _, entry in entries(order) if entry.kind == kind)


def held_by_item(item: Item) -> int:
    """What is asked for, under way or refunded for one item, shipping and goodwill included."""
    order = item.reclamation.order
    return sum(entry.amount for refund, entry in entries(order) if refund.item is item)


def held_by_items(order: Order, line: OrderLine, kind: str) -> dict[Item, int]:
    """What of one kind the items of one order line hold, each."""
    held: dict[Item, int] = {}
    for refund, entry in entries(order):
        if entry.kind == kind and refund.item.line is line:
            held[refund.item] = held.get(refund.item, 0) + entry.amount
    return held


def left_on_payment(order: Order, payment: Payment) -> int:
    return payment.captured - sum(
        share.amount
        for refund in order.refunds
        for share in refund.shares
        if share.payment is payment and share.status in COUNTING
    )


def left_on_payments(order: Order) -> int:
    return sum(left_on_payment(order, payment) for payment in order.payments)


def enter(refund: Refund, kind: str, amount: int) -> None:
    """Add an entry to a refund, with the tax in it; less than nought gives something up."""
    order, line = refund.order, refund.item.line
    if kind == "goods":
        tax = tax_within(line.paid, line.tax, held_on_line(order, line), amount)
        entry = RefundLine(line=line, tax_rate=line.tax_rate)
    else:
        entry = RefundLine(line=None, tax_rate=None)
        tax = 0
        if kind == "shipping":
            held = held_of(order, kind)
            tax = tax_within(order.shipping_paid, order.shipping_tax, held, amount)
    entry.order_id, entry.kind, entry.amount, entry.tax = order.id, kind, amount, tax
    refund.lines.append(entry)
