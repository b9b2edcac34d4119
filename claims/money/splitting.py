"""How an amount goes back over an order's payments, within what their providers can do.

Asked before anything is held: a provider that must refuse is not asked at all. What the database
or people pay, store credit and what was settled outside, is bound by none of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from claims.models import Item, Order, Payment, Refund
from claims.money.refund_abilities import ANYTHING, RefundAbilities, span
from claims.money.refund_ledger import COUNTING, left_on_payment, money
from claims.money.refund_terms import STORE_CREDIT, RefundTerms
from claims.refusals import Refused

WAY_OUT = (
    "Ways out: another resolution, such as store credit; or a bank transfer made by hand, "
    "noted as settled outside."
)
MOST_SUMS = 4096
"""So many spans of sums are told apart. Only a dozen payments that are all refunded whole or not
at all can have more; of these the lowest and the highest are kept, so that a split between them may
not be found that would be possible. None is wrong."""

Sums = tuple[tuple[int, int], ...]
"""Amounts that payments can carry together: spans from least to most, ascending and apart."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """One payment, as far as a refund may go back over it."""

    payment: Payment
    most: int
    """In minor units; nought where it can carry nothing."""
    is_whole_only: bool = False
    """Whether it carries `most` or nothing."""
    why: str = ""
    """A sentence on what binds it, where its provider does."""


def carriers_of(item: Item, terms: RefundTerms, at: datetime | None) -> tuple[Carrier, ...]:
    """The payments of an item's order of which something is left, in the shop's order.

    `at` is when the refund is asked for; None where no provider is: what was settled outside.
    """
    order = item.reclamation.order
    payments = order.payments if terms.order == "oldest-first" else reversed(order.payments)
    left = ((payment, left_on_payment(order, payment)) for payment in payments)
    return tuple(
        Carrier(payment, rest)
        if at is None or way_of(item, payment, terms) == STORE_CREDIT
        else _carrier(order, payment, rest, terms, at)
        for payment, rest in left
        if rest > 0
    )


def way_of(item: Item, payment: Payment, terms: RefundTerms) -> str:
    """`store-credit`, or empty where the payment's provider is asked."""
    is_credit = payment.provider == STORE_CREDIT or item.resolution in terms.as_store_credit
    return STORE_CREDIT if is_credit else ""


def _carrier(
    order: Order,
    payment: Payment,
    left: int,
    terms: RefundTerms,
    at: datetime,
    but: Refund | None = None,
) -> Carrier:
    """`but` is a refund that is looked at itself, and does not count as an earlier one."""
    can = terms.providers.get(payment.provider, ANYTHING)
    if closed := _why_closed(order, payment, can, at, but):
        return Carrier(payment, 0, why=f"{_called(payment)} {closed}")
    if not can.partial_refunds:
        whole = f"{money(left, order.currency)} is left of it"
        why = f"can only be refunded as a whole by {payment.provider}, and {whole}."
        return Carrier(payment, left, is_whole_only=True, why=f"{_called(payment)} {why}")
    return Carrier(payment, left)


def _why_closed(
    order: Order, payment: Payment, can: RefundAbilities, at: datetime, but: Refund | None
) -> str:
    """Why nothing at all can go back over it by its provider; empty where something can."""
    provider = payment.provider
    if can.currencies is not None and payment.currency not in can.currencies:
        taken = " and ".join(sorted(can.currencies)) or "nothing"
        return f"is in {payment.currency}, and {provider} refunds {taken} only."
    paid_at = payment.paid_at or order.placed_at
    if can.refund_window is not None and at >= paid_at + can.refund_window:
        ended, window = paid_at + can.refund_window, span(can.refund_window)
        return f"can no longer be refunded: {provider} does so for {window}, until {_day(ended)}."
    if not can.several_refunds_per_payment and _is_used(order, payment, but):
        return f"was refunded before, or is under way, and {provider} refunds a payment once."
    return ""


def _is_used(order: Order, payment: Payment, but: Refund | None) -> bool:
    """Whether its provider has refunded some of it, or is being asked to."""
    return any(
        share.payment is payment and share.status in COUNTING and share.way == ""
        for refund in order.refunds
        if refund is not but and refund.status != "outside"
        for share in refund.shares
    )


def split(carriers: Sequence[Carrier], amount: int) -> list[tuple[Payment, int]] | None:
    """Over each payment, in their order, as much as leaves what the later ones can carry.

    The parts add up to `amount`; None where the payments cannot carry just that.
    """
    sums = _sums(carriers, amount)
    if not _has(sums[0], amount):
        return None
    planned: list[tuple[Payment, int]] = []
    rest = amount
    for carrier, after in zip(carriers, sums[1:], strict=True):
        part = _part(carrier, rest, after)
        if part:
            planned.append((carrier.payment, part))
            rest -= part
    return planned


def nearest(carriers: Sequence[Carrier], amount: int) -> int:
    """The highest amount up to this one that the payments can carry."""
    return _sums(carriers, amount)[0][-1][1]


def planned(
    item: Item, amount: int, terms: RefundTerms, at: datetime | None
) -> list[tuple[Payment, int]]:
    """Which payments an amount goes back over; Refused with reasons where they cannot carry it."""
    carriers = carriers_of(item, terms, at)
    found = split(carriers, amount)
    if found is None:
        raise Refused(*why_not(item, carriers, amount))
    return found


def why_not(item: Item, carriers: Sequence[Carrier], amount: int) -> tuple[str, ...]:
    """Sentences on an amount that the payments cannot carry, with the ways out."""
    currency = item.reclamation.order.currency
    best = nearest(carriers, amount)
    instead = f"; the next lower amount that can is {money(best, currency)}" if best else ""
    said = f"{money(amount, currency)} cannot go back over the order's payments{instead}."
    return said, *bounds(carriers), WAY_OUT


def bounds(carriers: Iterable[Carrier]) -> tuple[str, ...]:
    """What binds the payments, in sentences."""
    return tuple(carrier.why for carrier in carriers if carrier.why)


def check_shares(refund: Refund, terms: RefundTerms, at: datetime) -> None:
    """Refused where what was proposed could be asked of its providers then, and cannot now."""
    order = refund.order
    wrong: list[str] = []
    for share in refund.shares:
        if share.way == "" and share.status == "held":
            left = left_on_payment(order, share.payment) + share.amount
            carrier = _carrier(order, share.payment, left, terms, at, but=refund)
            if not _part_fits(carrier, share.amount):
                wrong.append(carrier.why)
    if wrong:
        raise Refused(*wrong, "Send it back, and have it proposed another way.", WAY_OUT)


def _part_fits(carrier: Carrier, amount: int) -> bool:
    return amount == carrier.most if carrier.is_whole_only else amount <= carrier.most


def _part(carrier: Carrier, rest: int, after: Sums) -> int:
    """The most of `rest` that this payment can carry so that those after it can carry what is
    left; there is some."""
    if carrier.is_whole_only:
        fits = carrier.most <= rest and _has(after, rest - carrier.most)
        return carrier.most if fits else 0
    least_after = rest - min(rest, carrier.most)
    return rest - next(max(low, least_after) for low, high in after if high >= least_after)


def _sums(carriers: Sequence[Carrier], limit: int) -> list[Sums]:
    """What the payments from each position on can carry together, up to `limit`."""
    found: list[Sums] = [((0, 0),)]
    for carrier in reversed(carriers):
        after = found[-1]
        if carrier.is_whole_only:
            more = [*after, *((low + carrier.most, high + carrier.most) for low, high in after)]
        else:
            more = [(low, high + carrier.most) for low, high in after]
        found.append(_joined(more, limit))
    return found[::-1]


def _joined(spans: Iterable[tuple[int, int]], limit: int) -> Sums:
    joined: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if low > limit:
            break
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(joined[-1][1], min(high, limit))
        else:
            joined.append((low, min(high, limit)))
    if len(joined) > MOST_SUMS:
        joined = joined[: MOST_SUMS // 2] + joined[-MOST_SUMS // 2 :]
    return tuple(joined)


def _has(sums: Sums, amount: int) -> bool:
    return any(low <= amount <= high for low, high in sums)


def _called(payment: Payment) -> str:
    return f"Payment {payment.position} ({payment.method or payment.provider} {payment.reference})"


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"
