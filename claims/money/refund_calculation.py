"""How a refund's amount comes about, line by line, for the page: 24.99 = …"""

from claims.models import Json, Refund
from claims.money.amounts import worth
from claims.money.deductions import LABELS
from claims.money.refundable import Portions, Refundable


def calculation(refund: Refund, limit: Refundable, portions: Portions) -> list[Json]:
    """Lines that add up to the refund's amount, in minor units; its entries are there already.

    Those that are not `in_sum` say how much tax is contained, by rate, and what it is without.
    """
    has_goods = not limit.is_shipping_only
    parts = [*_goods(refund, limit), *_less(refund, limit, portions)] if has_goods else []
    if portions.shipping:
        whole = portions.shipping == refund.order.shipping_paid
        parts.append(
            _part("shipping", "Shipping" if whole else "Share of the shipping", portions.shipping)
        )
    if portions.goodwill:
        text = "Goodwill beyond what was paid for the goods"
        parts.append(_part("goodwill", text, portions.goodwill))
    return [*parts, *_taxes(refund)]


def _goods(refund: Refund, limit: Refundable) -> list[Json]:
    """From the price to what was paid for the pieces."""
    item, line = refund.item, refund.item.line
    tax_on_top = line.paid == line.unit_price * line.quantity - line.discount + line.tax
    without = " (without tax)" if line.tax and tax_on_top else ""
    text = f"{item.quantity} of {line.quantity} × {line.name}{without}"
    parts = [_part("price", text, line.unit_price * item.quantity)]
    if discount := worth(line.discount, line.quantity, item.pieces):
        parts.append(_part("discount-share", "Share of the discount", -discount))
    if line.tax and tax_on_top:
        tax = worth(line.tax, line.quantity, item.pieces)
        parts.append(_part("tax", f"Tax{_rate(line.tax_rate)}", tax))
    if rounding := limit.worth - _sum(parts):
        if abs(rounding) <= item.quantity:
            parts.append(_part("rounding", "Rounding", rounding))
        else:
            parts.append(_part("paid-differently", "What was really paid differs by", rounding))
    return parts


def _less(refund: Refund, limit: Refundable, portions: Portions) -> list[Json]:
    """From what was paid for the pieces to what of it is given back now."""
    parts: list[Json] = []
    if limit.already:
        parts.append(_part("already", "Refunded or under way before", -limit.already))
    left = limit.worth - limit.already
    for kind, amount in limit.deducted.items():
        taken = min(amount, left)
        left -= taken
        if taken > 0:
            parts.append(_part(kind, LABELS[kind], -taken))
    if limit.line_left < left:
        text = "No longer left of the order line"
        parts.append(_part("line-spent", text, limit.line_left - left))
        left = limit.line_left
    if rest := portions.goods - left:
        spent = refund.amount == limit.payments_left
        text = "No longer left on the order's payments" if spent else "Not asked for this time"
        parts.append(_part("payments-spent" if spent else "asked-less", text, rest))
    return parts


def _taxes(refund: Refund) -> list[Json]:
    """The tax contained, by rate, as the entries hold it: it telescopes to all that was paid."""
    by_rate: dict[str, int] = {}
    for entry in refund.lines:
        if entry.tax:
            name = " on the shipping" if entry.kind == "shipping" else _rate(entry.tax_rate)
            by_rate[name] = by_rate.get(name, 0) + entry.tax
    said = [
        _part("tax-within", f"Tax{name} contained", tax, in_sum=False)
        for name, tax in by_rate.items()
    ]
    if said:
        net = refund.amount - sum(by_rate.values())
        said.append(_part("without-tax", "Without tax", net, in_sum=False))
    return said


def _sum(parts: list[Json]) -> int:
    return sum(int(part["amount"]) for part in parts)


def _rate(rate: int | None) -> str:
    return "" if rate is None else f" {rate / 100:g} %"


def _part(kind: str, text: str, amount: int, *, in_sum: bool = True) -> Json:
    return {"kind": kind, "text": text, "amount": amount, "in_sum": in_sum}
