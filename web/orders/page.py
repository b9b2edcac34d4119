"""What the page of one order shows, gathered in one place."""

from collections.abc import Sequence
from dataclasses import dataclass

from claims.claiming import Claimable, claimable
from claims.models import Item, Order, OrderLine, Payment, Reclamation, Refund

KINDS = {
    "replacement": "Replacement order",
    "exchange": "Exchange order",
    "parts": "Parts order",
}
COUNTING = frozenset({"proposed", "asked", "paid", "unclear", "outside"})
"""Refunds in these states count against what is left."""


@dataclass(frozen=True, slots=True)
class LineView:
    line: OrderLine
    left: int
    why_none: str | None
    items: tuple[Item, ...]
    """What was claimed of it, by any reclamation."""


@dataclass(frozen=True, slots=True)
class PaymentView:
    payment: Payment

    @property
    def left(self) -> int:
        return self.payment.captured - self.payment.refund_held


@dataclass(frozen=True, slots=True)
class OrderPage:
    order: Order
    kind: str
    """Empty for a sale."""
    lines: tuple[LineView, ...]
    payments: tuple[PaymentView, ...]
    refunds: tuple[Refund, ...]
    held: int
    """Refunded, under way or waiting for approval, in minor units."""

    @property
    def can_claim(self) -> bool:
        return any(view.left for view in self.lines)

    @property
    def open_reclamations(self) -> Sequence[Reclamation]:
        return [each for each in self.order.reclamations if each.closed_at is None]

    @property
    def closed_reclamations(self) -> Sequence[Reclamation]:
        return [each for each in self.order.reclamations if each.closed_at is not None]

    @property
    def left(self) -> int:
        return self.order.total_paid - self.held


def order_page(order: Order) -> OrderPage:
    """The order must have been loaded with everything (`claims.queries.orders`)."""
    return OrderPage(
        order=order,
        kind=KINDS.get(order.kind, ""),
        lines=tuple(_line(order, can) for can in claimable(order)),
        payments=tuple(PaymentView(payment) for payment in order.payments),
        refunds=tuple(order.refunds),
        held=sum(refund.amount for refund in order.refunds if refund.status in COUNTING),
    )


def _line(order: Order, can: Claimable) -> LineView:
    items = tuple(
        item
        for reclamation in order.reclamations
        for item in reclamation.items
        if item.order_line_id == can.line.id
    )
    return LineView(can.line, can.left, can.why_none, items)
