"""Amounts as Stripe counts them, which for some currencies is not as ISO 4217 does.

https://docs.stripe.com/currencies: fifteen currencies are counted whole (MGA among them, which
has hundredths by ISO); ISK and UGX are counted in hundredths that are always nought; five are
counted in thousandths whose last digit is nought.
"""

from claims.money.amounts import decimals

WHOLE = frozenset(
    "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()  # noqa: SIM905
)
WHOLE_HUNDREDTHS = frozenset({"ISK", "UGX"})
THOUSANDTHS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})


class AmountRefused(Exception):
    """An amount that Stripe cannot move; the text is a sentence with the way out."""


def to_stripe(amount: int, currency: str) -> int:
    """Our minor units as Stripe's; raises AmountRefused where that would need rounding."""
    _known(currency)
    ours, theirs = _minor_in_one(currency)
    counted, rest = divmod(amount * theirs, ours)
    if rest or counted % _step(currency):
        least = max(_step(currency) * ours // theirs, 1)
        raise AmountRefused(
            f"Stripe moves {currency} in steps of {least} minor units, and {amount} is none; "
            f"ask for {amount - amount % least} or {amount - amount % least + least}."
        )
    return counted


def from_stripe(amount: int, currency: str) -> int:
    """Stripe's minor units as ours; raises AmountRefused for what we cannot count."""
    _known(currency)
    ours, theirs = _minor_in_one(currency)
    counted, rest = divmod(amount * ours, theirs)
    if rest:
        raise AmountRefused(f"Stripe tells of {amount} {currency}, which has no such fractions.")
    return counted


def _known(currency: str) -> None:
    if decimals(currency) > 2 and currency not in THOUSANDTHS:
        raise AmountRefused(f"Stripe does not know {currency}; pay it back another way.")


def _minor_in_one(currency: str) -> tuple[int, int]:
    """How many minor units one of the currency has: ours, theirs."""
    ours: int = 10 ** decimals(currency)
    return ours, 1 if currency in WHOLE else 1000 if currency in THOUSANDTHS else 100


def _step(currency: str) -> int:
    return 100 if currency in WHOLE_HUNDREDTHS else 10 if currency in THOUSANDTHS else 1
