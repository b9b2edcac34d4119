"""What the page of one order shows, gathered in one place."""

from collections.abc import Sequence
from dataclasses import dataclass

from claims.claimable import Claimable, claimable
from claims.models import Item, Order, OrderLine, Payment, Reclamation, Refund
from web.badges import Badge
from web.refunds.words import standing
from web.workflows.labels import Labels

KINDS = {
    "replacement": "Replacement order",
    "exchange": "Exchange order",
    "parts": "Parts order",
}
COUNTING = frozenset({"proposed", "asked", "paid", "unclear", "outside"})
"""Refunds in these states count against what is left."""


@dataclass(frozen=True, slots=True)
class ItemView:
    """What was claimed of a line by one reclamation."""

    item: Item
    number: str
    badge: Badge


@dataclass(frozen=True, slots=True)
class LineView:
    line: OrderLine
    left: int
    why_none: str | None
    items: tuple[ItemView, ...]


@dataclass(frozen=True, slots=True)
class RefundView:
    refund: Refund
    number: str
    badge: Badge


@dataclass(frozen=True, slots=True)
class ReclamationView:
    reclamation: Reclamation
    badge: Badge
    items: tuple[ItemView, ...]


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
    refunds: tuple[RefundView, ...]
    open: tuple[ReclamationView, ...]
    closed: tuple[ReclamationView, ...]
    held: int
    """Refunded, under way or waiting for approval, in minor units."""
    credit: int | None
    """What the customer has as store credit; None where there never was any."""

    @property
    def can_claim(self) -> bool:
        return any(view.left for view in self.lines)

    @property
    def left(self) -> int:
        return self.order.total_paid - self.held


def order_page(order: Order, labels: Labels, credit: int | None) -> OrderPage:
    """The order must have been loaded with everything (`claims.queries.orders`)."""
    reclamations = [_reclamation(each, labels) for each in order.reclamations]
    numbers = {each.id: each.number for each in order.reclamations}
    items = [view for reclamation in reclamations for view in reclamation.items]
    return OrderPage(
        order=order,
        kind=KINDS.get(order.kind, ""),
        lines=tuple(_line(can, items) for can in claimable(order)),
        payments=tuple(PaymentView(payment) for payment in order.payments),
        refunds=tuple(
            RefundView(refund, numbers[refund.reclamation_id], standing(refund))
            for refund in order.refunds
        ),
        open=tuple(each for each in reclamations if each.reclamation.closed_at is None),
        closed=tuple(each for each in reclamations if each.reclamation.closed_at is not None),
        held=sum(refund.amount for refund in order.refunds if refund.status in COUNTING),
        credit=credit,
    )


def _reclamation(reclamation: Reclamation, labels: Labels) -> ReclamationView:
    return ReclamationView(
        reclamation,
        labels.state_of(reclamation),
        tuple(
            ItemView(item, reclamation.number, labels.state_of(item)) for item in reclamation.items
        ),
    )


def _line(can: Claimable, items: Sequence[ItemView]) -> LineView:
    of_line = tuple(view for view in items if view.item.order_line_id == can.line.id)
    return LineView(can.line, can.left, can.why_none, of_line)
