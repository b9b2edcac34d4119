"""Orders as a file tells them, ready to be written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LineDraft:
    """Amounts in minor units; `paid` has the tax in it, and no shipping."""

    at_line: int
    """Of the file."""
    sku: str
    name: str
    quantity: int
    unit_price: int
    discount: int
    tax: int
    tax_rate: int | None
    paid: int
    shipping: int
    """The line's part of the order's shipping."""
    delivered_at: datetime | None
    status: str


@dataclass(frozen=True, slots=True)
class PaymentDraft:
    provider: str
    method: str
    reference: str
    captured: int
    paid_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OrderDraft:
    number: str
    placed_at: datetime
    customer_number: str
    customer_name: str
    customer_email: str
    customer_address: str
    business_unit: str
    status: str
    shipping_paid: int
    shipping_tax: int
    lines: Sequence[LineDraft]
    payments: Sequence[PaymentDraft]

    @property
    def total_paid(self) -> int:
        return sum(line.paid for line in self.lines) + self.shipping_paid
