"""What can be chosen when something is claimed, and what holds in each shop besides.

`claims.reading_choices` reads it from `config/claims.yaml`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from claims.calendars import Calendar
from claims.money.limits import Limits
from claims.money.refund_terms import DeductionRule, RefundOrder, RefundTerms, ShippingRule
from workflows.definition import Place


@dataclass(frozen=True, slots=True)
class Reason:
    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Resolution:
    name: str
    label: str
    keeps_product: bool
    beyond_paid: bool = False
    """Whether more than was paid for the goods may be given: goodwill."""
    as_store_credit: bool = False
    """Whether what is given back becomes store credit."""
    shipping_only: bool = False
    """Whether nothing of the goods is given back, only shipping."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Reason and resolution lead to a workflow; None fits any."""

    reasons: frozenset[str] | None
    resolutions: frozenset[str] | None
    workflow: str
    place: Place

    def fits(self, reason: str, resolution: str) -> bool:
        return (self.reasons is None or reason in self.reasons) and (
            self.resolutions is None or resolution in self.resolutions
        )


@dataclass(frozen=True, slots=True)
class ShopChoices:
    """What holds in one shop; the rules of a shop come before those of all shops."""

    reasons: Mapping[str, Reason]
    resolutions: Mapping[str, Resolution]
    rules: tuple[Rule, ...]
    reclamation_workflow: str
    refund_order: RefundOrder
    calendar: Calendar
    limits: Limits
    deductions: tuple[DeductionRule, ...] = ()
    shipping: tuple[ShippingRule, ...] = ()

    def rule(self, reason: str, resolution: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.fits(reason, resolution)), None)


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen when something is claimed, in each shop."""

    resolutions: Mapping[str, Resolution]
    """Of all shops, by name."""
    _every_shop: ShopChoices
    _shops: Mapping[str, ShopChoices] = field(default_factory=dict)

    def reasons(self, shop: str) -> Mapping[str, Reason]:
        """The reasons a customer of this shop can give, in the order of the file."""
        return self._of(shop).reasons

    def resolutions_for(self, reason: str, shop: str) -> Mapping[str, Resolution]:
        """What this reason can lead to in this shop, in the order of the file."""
        here = self._of(shop)
        return {
            name: resolution
            for name, resolution in here.resolutions.items()
            if reason in here.reasons and here.rule(reason, name)
        }

    def workflow_for(self, reason: str, resolution: str, shop: str) -> str:
        """The item workflow; raises LookupError with a sentence where there is none."""
        here = self._of(shop)
        if reason not in here.reasons:
            raise LookupError(_no_such("reason", reason, here.reasons))
        if resolution not in here.resolutions:
            raise LookupError(_no_such("resolution", resolution, here.resolutions))
        rule = here.rule(reason, resolution)
        if rule is None:
            possible = ", ".join(self.resolutions_for(reason, shop))
            raise LookupError(f"{reason} cannot lead to {resolution} here; choose {possible}.")
        return rule.workflow

    def keeps_product(self, resolution: str) -> bool:
        """Whether the customer still holds pieces that can be claimed again after a good end."""
        known = self.resolutions.get(resolution)
        return known.keeps_product if known else False

    def reclamation_workflow(self, shop: str) -> str:
        return self._of(shop).reclamation_workflow

    def refund_order(self, shop: str) -> RefundOrder:
        """Which of an order's payments gets its money back first."""
        return self._of(shop).refund_order

    def refund_terms(self, shop: str) -> RefundTerms:
        """What this shop gives back beside the price, and what it takes off."""
        here = self._of(shop)
        return RefundTerms(
            order=here.refund_order,
            deductions=here.deductions,
            shipping=here.shipping,
            goodwill=frozenset(r.name for r in self.resolutions.values() if r.beyond_paid),
            as_store_credit=frozenset(
                r.name for r in self.resolutions.values() if r.as_store_credit
            ),
            shipping_only=frozenset(r.name for r in self.resolutions.values() if r.shipping_only),
        )

    def calendar(self, shop: str) -> Calendar:
        """The business days of this shop."""
        return self._of(shop).calendar

    def limits(self, shop: str) -> Limits:
        """What one person may refund alone in this shop."""
        return self._of(shop).limits

    @property
    def limits_of_shops(self) -> tuple[Limits, ...]:
        """Those of all shops that have none of their own, and of each that has."""
        return (self._every_shop.limits, *(shop.limits for shop in self._shops.values()))

    @property
    def meetings(self) -> frozenset[tuple[str, str]]:
        """Which item workflows meet which reclamation workflow, in any shop."""
        return frozenset(
            (rule.workflow, shop.reclamation_workflow)
            for shop in (self._every_shop, *self._shops.values())
            for rule in shop.rules
        )

    def _of(self, shop: str) -> ShopChoices:
        return self._shops.get(shop, self._every_shop)


def _no_such(what: str, name: str, known: Mapping[str, object]) -> str:
    return f"There is no {what} {name} here; choose one of {', '.join(known)}."
