"""Amounts to the cent: what single pieces of a line are worth, and their tax.

Everything is integers in minor units. The rule for pieces telescopes (shared design, "Money"):
piece k of n is worth floor(P·k/n) − floor(P·(k−1)/n), so that all n together are exactly P,
in whatever order and in whatever portions they are claimed.
"""

import re
from collections.abc import Iterable
from decimal import Decimal

from babel import Locale
from babel.numbers import format_currency
from sqlalchemy.dialects.postgresql import Range

NO_DECIMALS = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
THREE_DECIMALS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
FOUR_DECIMALS = frozenset({"CLF", "UYW"})


def decimals(currency: str) -> int:
    """How many decimals amounts of a currency have by ISO 4217: EUR 2, JPY 0, KWD 3.

    Not by CLDR, which says what people write by hand: no decimals for dinars and lek whose
    providers count them in hundredths.
    """
    if currency in NO_DECIMALS:
        return 0
    if currency in THREE_DECIMALS:
        return 3
    return 4 if currency in FOUR_DECIMALS else 2


def written(minor: int, currency: str, locale: Locale | str) -> str:
    """The amount as people of a locale write it, to its last decimal: 24.99 €."""
    places = decimals(currency)
    pattern = Locale.parse(locale).currency_formats["standard"].pattern
    digits = re.sub(r"0\.0+", "0." + "0" * places if places else "0", pattern)
    major = Decimal(minor).scaleb(-places)
    return format_currency(major, currency, digits, locale=locale, currency_digits=False)


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


def part_within(
    paid: int,
    bought: int,
    pieces: Iterable[Range[int]],
    within: Iterable[Range[int]],
    amount: int,
) -> int:
    """How much of an amount that was given for `pieces` falls on those that lie `within` others.

    In proportion to what the pieces are worth, and telescoping: the parts of all pieces together
    are the amount, and no piece gets more than its worth. `amount` is at most what they are worth.
    """
    mine = sorted(bounds(r) for r in pieces)
    total = worth(paid, bought, pieces)
    if total == 0:
        return 0

    def up_to(end: int) -> int:
        """What the pieces before `end` are worth, as a part of the amount."""
        before = [Range(lower, min(upper, end)) for lower, upper in mine if lower < end]
        return amount * worth(paid, bought, before) // total

    return sum(
        up_to(min(upper, other_upper)) - up_to(max(lower, other_lower))
        for lower, upper in mine
        for other_lower, other_upper in map(bounds, within)
        if lower < other_upper and other_lower < upper
    )


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


def tax_within(paid: int, tax: int, held_before: int, amount: int) -> int:
    """The tax in the next `amount` refunded of a line that has `held_before` refunded already.

    Telescopes as well: when all of `paid` is refunded, all of `tax` is, to the cent.
    """
    if paid == 0:
        return 0
    return tax * (held_before + amount) // paid - tax * held_before // paid
