"""What a shop gives back beside the price, and what it takes off: `claims.yaml` as typed rules.

`claims.money.reading_refund_terms` reads them; `claims.money.refundable` applies them to an item.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from typing import Literal

from claims.money.amounts import decimals
from claims.money.refund_abilities import RefundAbilities

RefundOrder = Literal["oldest-first", "newest-first"]
DeductionKind = Literal["restocking-fee", "return-shipping", "wear"]
ShippingShare = Literal["whole", "proportional", "none"]

STORE_CREDIT = "store-credit"
"""The way of a share that is given as store credit, and the provider of a payment made by it."""


@dataclass(frozen=True, slots=True)
class Asks:
    """Which items a rule is for; None fits any."""

    reasons: frozenset[str] | None = None
    resolutions: frozenset[str] | None = None
    conditions: frozenset[str] | None = None

    def fit(self, reason: str, resolution: str, condition: str) -> bool:
        return (
            (self.reasons is None or reason in self.reasons)
            and (self.resolutions is None or resolution in self.resolutions)
            and (self.conditions is None or condition in self.conditions)
        )


@dataclass(frozen=True, slots=True)
class DeductionRule:
    """So much is taken off: a percentage of what was paid for the pieces, or an amount."""

    kind: DeductionKind
    asks: Asks = field(default_factory=Asks)
    percent: Decimal | None = None
    amount: Decimal | None = None
    """In major units of whatever currency the order has, once per item."""

    def minor(self, worth: int, currency: str) -> int:
        """Rounded down: the part of a cent is the customer's."""
        if self.percent is not None:
            return int((worth * self.percent / 100).to_integral_value(ROUND_FLOOR))
        amount = (self.amount or Decimal(0)).scaleb(decimals(currency))
        return int(amount.to_integral_value(ROUND_FLOOR))


@dataclass(frozen=True, slots=True)
class ShippingRule:
    """How much of the order's shipping an item's refund brings back."""

    share: ShippingShare
    asks: Asks = field(default_factory=Asks)


@dataclass(frozen=True, slots=True)
class RefundTerms:
    """What holds in one shop; without anything said, goods and nothing else come back."""

    order: RefundOrder = "oldest-first"
    deductions: tuple[DeductionRule, ...] = ()
    """Of each kind the first that fits is taken."""
    shipping: tuple[ShippingRule, ...] = ()
    """The first that fits is taken."""
    goodwill: frozenset[str] = frozenset()
    """Resolutions for which more than was paid for the goods may be given."""
    as_store_credit: frozenset[str] = frozenset()
    """Resolutions whose refund is given as store credit."""
    shipping_only: frozenset[str] = frozenset()
    """Resolutions that give back nothing of the goods, only shipping."""
    providers: Mapping[str, RefundAbilities] = field(default_factory=dict)
    """What each payment provider can refund; one that is not named here is bound by nothing."""

    def shipping_share(self, reason: str, resolution: str, condition: str) -> ShippingShare:
        rules = (r for r in self.shipping if r.asks.fit(reason, resolution, condition))
        return next((rule.share for rule in rules), "none")

    def deductions_of(
        self, reason: str, resolution: str, condition: str, worth: int, currency: str
    ) -> Mapping[DeductionKind, int]:
        """Kind to minor units, as the rules say."""
        found: dict[DeductionKind, int] = {}
        for rule in self.deductions:
            if rule.kind not in found and rule.asks.fit(reason, resolution, condition):
                found[rule.kind] = rule.minor(worth, currency)
        return found


PLAIN = RefundTerms()
