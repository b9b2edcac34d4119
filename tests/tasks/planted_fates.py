"""What may have become of a refund here and at the provider: wrong in eight ways, odd or sound."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from claims.reconciling.comparing import Kind


@dataclass(frozen=True, slots=True)
class There:
    """A row of the provider's book, as number `id` or as the next one that is free."""

    reference: str
    payment: str
    amount: int
    currency: str
    id: int | None = None
    mishap: str | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A refund of ours, of one share."""

    id: int
    effect: int
    reference: str
    amount: int
    currency: str
    payment: str

    @property
    def there(self) -> There:
        """As the provider has it where the two agree."""
        return There(self.reference, self.payment, self.amount, self.currency, self.id)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a refund here (a key of ENDS) and there."""

    here: str
    there: tuple[There, ...]
    just_now: bool = False


Plant = Callable[[Share], Fate]


def there(here: str = "paid", **change: Any) -> Plant:
    return lambda share: Fate(here, (replace(share.there, **change),))


def beside(here: str = "paid", **change: Any) -> Plant:
    return lambda share: Fate(here, (share.there, replace(share.there, id=None, **change)))


def nothing(here: str = "paid", *, just_now: bool = False) -> Plant:
    return lambda share: Fate(here, (), just_now)


def _more(share: Share, here: str = "paid") -> Fate:
    return Fate(here, (replace(share.there, amount=share.amount + 1),))


def _stranger(share: Share, mishap: str | None = None) -> Fate:
    reference = f"stranger-{share.id}" if mishap is None else ""
    more = replace(share.there, id=None, reference=reference, mishap=mishap)
    return Fate("paid", (share.there, more))


PLANTED: dict[Kind, list[Plant]] = {
    "not-here": [_stranger, there("refused")],
    "not-there": [nothing()],
    "amount": [_more, partial(_more, here="unknown")],
    "currency": [there(currency="CHF"), there("unknown", currency="CHF")],
    "payment": [there(payment="elsewhere"), there("waiting", payment="elsewhere")],
    "twice": [beside(), beside("unknown")],
    "reversed": [there(mishap="reversed")],
    "failed-late": [there(mishap="failed")],
}
HEALING: list[Plant] = [there("unknown"), there("waiting")]
"""What is there exactly as it was asked for, and not known here."""
QUIET: list[Plant] = [
    nothing("unknown"),
    nothing("waiting"),
    nothing(just_now=True),
    there(reference=""),
    there("refused", mishap="failed"),
    partial(_stranger, mishap="failed"),
    beside(mishap="failed"),
]
"""What must not be told, though the two are not alike."""
ODD = HEALING + QUIET
