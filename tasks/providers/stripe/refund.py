"""A refund as Stripe tells of it, as far as we read it."""

from dataclasses import dataclass
from typing import Any

import stripe

from claims.provider_events import REFERENCE_NAME

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
    told: dict[str, object]

    @property
    def came_to_nothing(self) -> bool:
        return self.status in CAME_TO_NOTHING


def seen(refund: stripe.Refund) -> Seen:
    """Raises KeyError, TypeError or AttributeError for what is no refund."""
    whole: dict[str, Any] = refund.to_dict()
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
        reference=(whole.get("metadata") or {}).get(REFERENCE_NAME),
        told={name: whole[name] for name in KEPT if isinstance(whole.get(name), str | int)},
    )
