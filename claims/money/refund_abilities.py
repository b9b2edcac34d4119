"""What a payment provider can refund, as far as that matters before it is asked.

`config.payment_providers` has the table; `claims.money.splitting` keeps to it.
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

    @property
    def is_bound(self) -> bool:
        return self != ANYTHING

    def __str__(self) -> str:
        """In words: `whole payments only, once each, in CHF or SEK, for 180 days`."""
        taken = None if self.currencies is None else " or ".join(sorted(self.currencies))
        return ", ".join(
            [
                "any part of a payment" if self.partial_refunds else "whole payments only",
                "several times" if self.several_refunds_per_payment else "once each",
                "in any currency" if taken is None else f"in {taken or 'no currency'}",
                f"for {span(self.refund_window)}" if self.refund_window is not None else "for ever",
            ]
        )


def span(window: timedelta) -> str:
    """`180 days`, or hours where it is less than one."""
    hours = int(window / timedelta(hours=1))
    count, unit = (hours, "hour") if hours < 24 else (hours // 24, "day")
    return f"{count} {unit}{'' if count == 1 else 's'}"


ANYTHING = RefundAbilities()
"""Of a payment whose provider is in no table, such as one that was taken outside."""
