"""Amounts to the cent: what single pieces of a line are worth, and their tax.

Everything is integers in minor units. The rule for pieces telescopes (shared design, "Money"):
piece k of n is worth floor(P·k/n) − floor(P·(k−1)/n), so that all n together are exactly P,
in whatever order and in whatever portions they are claimed.
"""

from collections.abc import Iterable
from functools import cache

from babel.numbers import get_currency_precision
from sqlalchemy.dialects.postgresql import Range


@cache
def decimals(currency: str) -> int:
    """How many decimals amounts of an ISO currency have: EUR 2, JPY 0, KWD 3."""
    return get_currency_precision(currency)


def to_major(minor: int, currency: str) -> float:
    """The amount as conditions see it: 1510 minor units of EUR are 15.1.

    One correctly rounded division, so it compares equal to the literal 15.1.
    """
    return float(minor / 10 ** decimals(currency))


def worth(paid: int, bought: int, pieces: Iterable[Range[int]]) -> int:
    """What these pieces of a line are worth, of `paid` minor units for `bought` pieces.

    Pieces count from 1; a range is half-open, as PostgreSQL gives it: [1, 3) is pieces 1 and 2.
    """
    total = 0
    for piece_range in pieces:
        lower, upper = bounds(piece_range)
        total += paid * (upper - 1) // bought - paid * (lower - 1) // bought
    return total


def bounds(piece_range: Range[int]) -> tuple[int, int]:
    """Both ends of a range of pieces; an endless one is a mistake of the program."""
    if piece_range.lower is None or piece_range.upper is None:
        raise ValueError(f"A range of pieces has no end: {piece_range}")
    return piece_range.lower, piece_range.upper


def free_pieces(bought: int, held: Iterable[Iterable[Range[int]]]) -> list[Range[int]]:
    """The ranges of pieces 1..bought that nobody holds, lowest first."""
    taken = sorted(bounds(r) for ranges in held for r in ranges)
    free: list[Range[int]] = []
    start = 1
    for lower, upper in taken:
        if lower > start:
            free.append(Range(start, lower))
        start = max(start, upper)
    if start <= bought:
        free.append(Range(start, bought + 1))
    return free


def count(pieces: Iterable[Range[int]]) -> int:
    return sum(upper - lower for lower, upper in map(bounds, pieces))


def lowest(free: Iterable[Range[int]], quantity: int) -> list[Range[int]]:
    """The lowest `quantity` of the free pieces; ValueError if there are fewer."""
    picked: list[Range[int]] = []
    wanted = quantity
    for piece_range in free:
        if wanted == 0:
            break
        lower, upper = bounds(piece_range)
        end = min(upper, lower + wanted)
        picked.append(Range(lower, end))
        wanted -= end - lower
    if wanted:
        raise ValueError(f"{quantity} pieces were wanted and {quantity - wanted} are free")
    return picked


def overlap(some: Iterable[Range[int]], others: Iterable[Range[int]]) -> bool:
    spans = [bounds(r) for r in others]
    return any(
        lower < other_upper and other_lower < upper
        for lower, upper in map(bounds, some)
        for other_lower, other_upper in spans
    )


def tax_within(paid: int, tax: int, held_before: int, amount: int) -> int:
    """The tax in the next `amount` refunded of a line that has `held_before` refunded already.

    Telescopes as well: when all of `paid` is refunded, all of `tax` is, to the cent.
    """
    if paid == 0:
        return 0
    return tax * (held_before + amount) // paid - tax * held_before // paid
