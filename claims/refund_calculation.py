"""How a refund's amount comes about, line by line, for the page: 24.99 = …"""

from claims.models import Item, Json
from claims.money import worth


def calculation(item: Item, amount: int, already: int) -> list[Json]:
    """Lines that add up to `amount`, in minor units; `already` was refunded for these pieces.

    The last line, of kind `tax-within`, is not part of the sum: it says how much tax is in it.
    """
    line = item.line
    pieces_worth = worth(line.paid, line.quantity, item.pieces)
    price = line.unit_price * item.quantity
    parts = [_part("price", f"{item.quantity} of {line.quantity} × {line.name}", price)]
    discount = worth(line.discount, line.quantity, item.pieces)
    if discount:
        parts.append(_part("discount-share", "Share of the discount", -discount))
    tax_on_top = line.paid == line.unit_price * line.quantity - line.discount + line.tax
    if line.tax and tax_on_top:
        tax = worth(line.tax, line.quantity, item.pieces)
        parts.append(_part("tax", f"Tax{_rate(line.tax_rate)}", tax))
    rounding = pieces_worth - sum(int(part["amount"]) for part in parts)
    if rounding:
        small = abs(rounding) <= item.quantity
        parts.append(
            _part(
                "rounding" if small else "paid-differently",
                "Rounding" if small else "What was really paid differs by",
                rounding,
            )
        )
    if already:
        parts.append(_part("already", "Refunded or under way before", -already))
    rest = amount - sum(int(part["amount"]) for part in parts)
    if rest:
        parts.append(_part("asked-less", "Not asked for this time", rest))
    if line.tax and not tax_on_top and line.paid:
        within = line.tax * amount // line.paid
        parts.append(
            _part("tax-within", f"Tax{_rate(line.tax_rate)} contained", within, in_sum=False)
        )
    return parts


def _rate(rate: int | None) -> str:
    return "" if rate is None else f" {rate / 100:g} %"


def _part(kind: str, text: str, amount: int, *, in_sum: bool = True) -> Json:
    return {"kind": kind, "text": text, "amount": amount, "in_sum": in_sum}
