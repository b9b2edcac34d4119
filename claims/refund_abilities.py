"""What a payment provider can refund, as far as that matters before it is asked.

`config.payment_providers` has the table; `claims.splitting` keeps to it.
"""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class RefundAbilities:
    """What a provider declares of its refunds; without anything said it is bound by nothing."""

    currencies: frozenset[str] | None = None
    """None is every currency."""
    partial_refunds: bool = True
    """Whether less than what is left of a payment can be refunded."""
    several_refunds_per_payment: bool = True
    refund_window: timedelta | None = None
    """How long after the payment it can be refunded; None is for ever."""


ANYTHING = RefundAbilities()
"""Of a payment whose provider is in no table, such as one that was taken outside."""
