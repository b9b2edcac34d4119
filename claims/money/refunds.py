"""Asking for refunds, and what became of them.

A refund is a ledger entry: asking holds the amount against the order's lines, its shipping and
its payments, releasing adds the opposite. What is held is counted from these entries; behind
Python stand the CHECKs of `order_lines`, `orders` and `payments`.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from claims.models import Item, Refund, RefundShare, keep
from claims.money import approvals, splitting
from claims.money.findings import unclear
from claims.money.refund_calculation import calculation
from claims.money.refund_ledger import (
    COUNTING,
    enter,
    entries,
    held_by_item,
    held_on_line,
    left_on_payment,
    left_on_payments,
    money,
)
from claims.money.refund_terms import PLAIN, STORE_CREDIT, RefundTerms
from claims.money.refundable import Refundable, refundable
from claims.people import Actor
from claims.refusals import Refused

__all__ = [
    "COUNTING",
    "Refundable",
    "ask",
    "check_amount",
    "clear",
    "entries",
    "goes_to_store_credit",
    "held_by_item",
    "held_on_line",
    "left_on_payment",
    "left_on_payments",
    "money",
    "proposal",
    "refundable",
    "release",
    "settle_paid",
    "share_reference",
    "unclear",
]


def proposal(item: Item) -> Refund | None:
    """The refund of an item that waits for approval, if there is one."""
    return approvals.waiting(item)


def check_amount(
    item: Item,
    amount: int,
    at: datetime,
    terms: RefundTerms = PLAIN,
    typed: Mapping[str, object] | None = None,
    *,
    is_outside: bool = False,
) -> Refundable:
    """Refused where the amount is not above zero, more than may still be refunded, or cannot go
    back over the order's payments, as far as their providers are asked for it at this moment.

    What was settled outside may be nothing at all, and takes no deductions. `typed` are the
    values of the event, among them perhaps deductions.
    """
    currency = item.reclamation.currency
    if amount < 0 or (amount == 0 and not is_outside):
        raise Refused(f"A refund of {money(amount, currency)} is not possible; enter more than 0.")
    limit = refundable(item, terms, typed, is_deducting=not is_outside)
    if amount > limit.most:
        raise Refused(
            f"{money(amount, currency)} is more than the {money(limit.most, currency)} that may "
            "still be refunded for this item.",
            *limit.why_not_more(currency),
        )
    if not is_outside:
        _check_ways(item, amount, terms, at)
    return limit


def _check_ways(item: Item, amount: int, terms: RefundTerms, at: datetime) -> None:
    order = item.reclamation.order
    shares = splitting.planned(item, amount, terms, at)
    ways = {splitting.way_of(item, payment, terms) for payment, _ in shares}
    if STORE_CREDIT in ways and not order.customer_number:
        raise Refused(
            f"Order {order.number} names no customer, so nobody can be given store credit for it; "
            "choose another resolution, or settle it outside."
        )


def ask(
    item: Item,
    amount: int,
    actor: Actor,
    at: datetime,
    status: str,
    *,
    terms: RefundTerms = PLAIN,
    typed: Mapping[str, object] | None = None,
    split: Mapping[str, int] | None = None,
) -> Refund:
    """Hold an amount for a refund, and split it over the order's payments in the stated order.

    `status` is proposed, asked or outside; `split` says by which ways an outside refund was
    given back, and must add up to the amount. Refused where more is asked than is left, or than
    the payments' providers can pay back.
    """
    is_outside = status == "outside"
    limit = check_amount(item, amount, at, terms, typed, is_outside=is_outside)
    ways = dict(split or {"": amount})
    if sum(ways.values()) != amount:
        raise Refused(
            f"The split adds up to {sum(ways.values())} and the amount is {amount} minor units."
        )
    order = item.reclamation.order
    refund = Refund(
        order=order,
        reclamation=item.reclamation,
        item=item,
        amount=amount,
        currency=order.currency,
        status=status,
        calculation=[],
        asked_at=at,
        asked_by=actor.name,
        asked_by_id=actor.staff_id,
        paid_amount=amount if is_outside else 0,
        settled_at=at if is_outside else None,
    )
    keep(refund, order)
    if status != "proposed":
        clear(refund, actor, at)
    for way, part in ways.items():
        _split(refund, part, terms, at, way)
    portions = limit.portions(amount)
    for kind, portion in portions:
        if portion or (kind == "goods" and not amount):
            enter(refund, kind, portion)
    refund.calculation = calculation(refund, limit, portions)
    if status == "proposed":
        approvals.bind(refund)
    return refund


def clear(refund: Refund, actor: Actor, at: datetime) -> None:
    """Note who let it go. Where no person did, whoever asked for it stands behind it."""
    refund.cleared_at = at
    refund.cleared_by_id = refund.asked_by_id if actor.staff_id is None else actor.staff_id


def _split(refund: Refund, amount: int, terms: RefundTerms, at: datetime, way: str) -> None:
    """`way` is how an outside refund was given back; what we pay ourselves finds its own."""
    is_outside = refund.status == "outside"
    for payment, part in splitting.planned(refund.item, amount, terms, None if is_outside else at):
        refund.shares.append(
            RefundShare(
                payment=payment,
                position=len(refund.shares) + 1,
                amount=part,
                way=way if is_outside else splitting.way_of(refund.item, payment, terms),
                status="paid" if is_outside else "held",
            )
        )


def goes_to_store_credit(share: RefundShare) -> bool:
    """Whether our own database pays it, as store credit, and no provider is asked."""
    return share.way == STORE_CREDIT


def share_reference(effect_key: str, position: int) -> str:
    """What the provider knows a share by, whichever idempotency key it was asked for under."""
    return f"{effect_key}-{position}"


def release(refund: Refund, status: str, at: datetime, paid: Collection[RefundShare] = ()) -> None:
    """Give up what of a refund was not paid: its amount is free again.

    Shares that were paid stay; `paid_amount` says how much that is. `status` is refused or
    dropped, but a refund of which a part was paid becomes paid for that part. `paid` are held
    shares that turned out to be.
    """
    for share in paid:
        share.status = "paid"
    was_paid = sum(share.amount for share in refund.shares if share.status == "paid")
    for share in refund.shares:
        if share.status == "held":
            share.status = "released"
    _give_up(refund, refund.amount - was_paid)
    refund.paid_amount = was_paid
    refund.status = "paid" if was_paid else status
    refund.settled_at = at


def _give_up(refund: Refund, unpaid: int) -> None:
    """Goodwill goes first, then shipping: what was paid is given back before anything else."""
    for kind in ("goodwill", "shipping", "goods"):
        held = sum(entry.amount for entry in refund.lines if entry.kind == kind)
        given_up = min(unpaid, held)
        if given_up:
            enter(refund, kind, -given_up)
            unpaid -= given_up


def settle_paid(refund: Refund, at: datetime) -> None:
    """Every share was paid: by the provider, or as a person found out."""
    for share in refund.shares:
        if share.status == "held":
            share.status = "paid"
    refund.status, refund.settled_at = "paid", at
    refund.paid_amount = sum(share.amount for share in refund.shares if share.status == "paid")
