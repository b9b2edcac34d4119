"""A refund as Stripe tells of it, as far as we read it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import stripe

from claims.provider_events import REFERENCE_NAME

PAYMENT_NAME = "redress_payment"
"""The name of our payment's reference beside it: a refund names PaymentIntent and charge alike."""
CAME_TO_NOTHING = frozenset({"failed", "canceled"})
"""All other states are on the way to the customer or there: pending, requires_action, succeeded."""
KEPT = ("id", "amount", "currency", "status", "failure_reason", "charge", "payment_intent")


@dataclass(frozen=True, slots=True)
class Seen:
    """`amount` is in Stripe's own minor units; `told` is what is kept of it with an attempt."""

    id: str
    amount: int
    currency: str
    status: str
    why: str
    reference: str | None
    payment: str
    """As we named it when we asked; otherwise its PaymentIntent, or else its charge."""
    at: datetime
    told: dict[str, object]

    @property
    def came_to_nothing(self) -> bool:
        return self.status in CAME_TO_NOTHING


def seen(refund: stripe.Refund) -> Seen:
    """Raises KeyError, TypeError or AttributeError for what is no refund."""
    whole: dict[str, Any] = refund.to_dict()
    labels = whole.get("metadata") or {}
    payment = labels.get(PAYMENT_NAME) or whole.get("payment_intent") or whole.get("charge") or ""
    status = str(whole.get("status") or "succeeded")
    reason = whole.get("failure_reason") or "no reason given"
    if not isinstance(whole["amount"], int) or not str(whole["id"]):
        raise TypeError(f"amount {whole['amount']!r}")
    return Seen(
        id=str(whole["id"]),
        amount=whole["amount"],
        currency=str(whole["currency"]).upper(),
        status=status,
        why=f"Stripe says that the refund is {status}: {reason}.",
        reference=labels.get(REFERENCE_NAME),
        payment=str(payment),
        at=datetime.fromtimestamp(int(whole.get("created") or 0), UTC),
        told={name: whole[name] for name in KEPT if isinstance(whole.get(name), str | int)},
    )
