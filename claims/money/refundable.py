"""How much may still be refunded for an item, of what, and why not more."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from claims.models import Item, OrderLine
from claims.money.amounts import part_within, worth
from claims.money.deductions import LABELS, deductions
from claims.money.refund_ledger import (
    held_by_items,
    held_of,
    held_on_line,
    left_on_payments,
    money,
)
from claims.money.refund_terms import PLAIN, DeductionKind, RefundTerms
from claims.money.shipping import shipping_of, shipping_of_item


@dataclass(frozen=True, slots=True)
class Portions:
    """An amount by what it is for, in minor units."""

    goods: int
    shipping: int
    goodwill: int

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return iter(
            (("goods", self.goods), ("shipping", self.shipping), ("goodwill", self.goodwill))
        )


@dataclass(frozen=True, slots=True)
class Refundable:
    """How much may still be refunded for an item, and why not more; all in minor units."""

    worth: int
    """What was paid for the claimed pieces, with tax."""
    already: int
    """Refunded or under way for these pieces, in this reclamation or an earlier one."""
    line_left: int
    payments_left: int
    deducted: Mapping[DeductionKind, int] = field(default_factory=dict)
    shipping_share: int = 0
    """What of the shipping comes back with these pieces, by the shop's rule."""
    shipping_already: int = 0
    shipping_left: int = 0
    """Of the whole order's shipping."""
    has_goodwill: bool = False
    """Whether more than was paid may be given, as far as the payments go."""
    is_shipping_only: bool = False
    """Whether nothing of the goods is given back."""

    @property
    def goods(self) -> int:
        if self.is_shipping_only:
            return 0
        after = self.worth - self.already - sum(self.deducted.values())
        return max(0, min(after, self.line_left))

    @property
    def shipping(self) -> int:
        return max(0, min(self.shipping_share - self.shipping_already, self.shipping_left))

    @property
    def amount(self) -> int:
        """What was paid and may still go back, without goodwill."""
        return max(0, min(self.goods + self.shipping, self.payments_left))

    @property
    def most(self) -> int:
        """The most that may be asked for, goodwill included."""
        return max(0, self.payments_left) if self.has_goodwill else self.amount

    def portions(self, amount: int) -> Portions:
        """What an amount is for: goods first, then shipping; the rest is goodwill."""
        goods = min(amount, self.goods)
        shipping = min(amount - goods, self.shipping)
        return Portions(goods, shipping, amount - goods - shipping)

    def why_not_more(self, currency: str) -> tuple[str, ...]:
        """Sentences for the page, the binding one last."""

        def said_of(amount: int) -> str:
            return money(amount, currency)

        said = [f"{said_of(self.worth)} was paid for the claimed pieces."]
        if self.is_shipping_only:
            said.append("Only shipping is given back, as the wanted resolution says.")
        if self.already:
            said.append(f"{said_of(self.already)} of it is refunded or under way.")
        said += [
            f"{said_of(amount)} is taken off: {LABELS[kind].lower()}."
            for kind, amount in self.deducted.items()
        ]
        after = self.worth - self.already - sum(self.deducted.values())
        if self.line_left < after:
            said.append(f"Only {said_of(self.line_left)} of the order line is left.")
        said += self._of_shipping(currency)
        if self.has_goodwill:
            said.append("Goodwill may be given beyond that, as far as the order's payments go.")
        if self.payments_left < self.goods + self.shipping or self.has_goodwill:
            said.append(f"Only {said_of(self.payments_left)} is left on the order's payments.")
        return tuple(said)

    def _of_shipping(self, currency: str) -> list[str]:
        if not self.shipping_share:
            return []
        said = f"{money(self.shipping_share, currency)} of the shipping belongs to it"
        if self.shipping_already or self.shipping < self.shipping_share:
            return [
                f"{said}, of which {money(self.shipping, currency)} is left; it comes back once."
            ]
        return [f"{said}."]


def refundable(
    item: Item,
    terms: RefundTerms = PLAIN,
    typed: Mapping[str, object] | None = None,
    *,
    is_deducting: bool = True,
) -> Refundable:
    """How much may still be refunded for an item that was loaded by `claims.cases`.

    Refunds of other items count as far as they were for these pieces: a goodwill payment on
    pieces that are claimed again later has already given back a part of the worth of each.
    `typed` are the values of the event that asks; what was settled outside takes no deductions.
    """
    order, line = item.reclamation.order, item.line
    pieces_worth = worth(line.paid, line.quantity, item.pieces)
    already = _already(item, line.paid, "goods")
    is_shipping_only = item.resolution in terms.shipping_only
    # There is nothing of the goods that it could be taken off.
    taken = deductions(item, terms, typed) if is_deducting and not is_shipping_only else {}
    share, share_already = _shipping(item, terms)
    return Refundable(
        worth=pieces_worth,
        already=already,
        line_left=line.paid - held_on_line(order, line),
        payments_left=left_on_payments(order),
        deducted=taken,
        shipping_share=share,
        shipping_already=share_already,
        shipping_left=order.shipping_paid - held_of(order, "shipping") if share else 0,
        has_goodwill=item.resolution in terms.goodwill,
        is_shipping_only=is_shipping_only,
    )


def _shipping(item: Item, terms: RefundTerms) -> tuple[int, int]:
    """What of the shipping belongs to the item by the shop's rule, and what of it was given."""
    order = item.reclamation.order
    if not order.shipping_paid:
        return 0, 0
    match terms.shipping_share(item.reason, item.resolution, item.condition or ""):
        case "whole":
            return order.shipping_paid, held_of(order, "shipping")
        case "proportional":
            of_line = shipping_of(order)[item.line]
            return shipping_of_item(item), _already(item, of_line, "shipping")
        case "none":
            return 0, 0


def _already(item: Item, of_line: int, kind: str) -> int:
    """What the claimed pieces were given, by this item and by others that had them before."""
    line: OrderLine = item.line
    held = held_by_items(item.reclamation.order, line, kind)
    own = held.pop(item, 0)
    return own + sum(
        part_within(
            of_line,
            line.quantity,
            other.pieces,
            item.pieces,
            min(amount, worth(of_line, line.quantity, other.pieces)),
        )
        for other, amount in held.items()
    )
