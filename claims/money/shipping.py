"""How the shipping of an order falls on its lines and their pieces, to the cent."""

from claims.models import Item, Order, OrderLine
from claims.money.amounts import worth


def shipping_of(order: Order) -> dict[OrderLine, int]:
    """What was paid for shipping, over the lines in proportion to what was paid for them.

    Rounded down, and the cents that are left go to the largest remainders, the first line of
    equals. Where nothing was paid for any goods, the pieces count instead.
    """
    lines = order.lines
    by_value = sum(line.paid for line in lines) > 0
    weights = [line.paid if by_value else line.quantity for line in lines]
    return dict(zip(lines, in_proportion(order.shipping_paid, weights), strict=True))


def in_proportion(amount: int, weights: list[int]) -> list[int]:
    """An amount in parts by weight, none lost: largest remainder."""
    total = sum(weights)
    if total == 0:
        return [0 for _ in weights]
    parts = [amount * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % total), i))
    for position in by_remainder[: amount - sum(parts)]:
        parts[position] += 1
    return parts


def shipping_of_item(item: Item) -> int:
    """What of the shipping falls on the claimed pieces."""
    of_line = shipping_of(item.reclamation.order)[item.line]
    return worth(of_line, item.line.quantity, item.pieces)
