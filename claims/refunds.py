"""What may be refunded, asking for it, and what became of it.

A refund is a ledger entry: asking holds the amount against the order's lines and payments,
releasing adds the opposite. What is held is counted from these entries; behind Python stand
the CHECKs of `order_lines` and `payments`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from claims.choices import RefundOrder
from claims.models import Item, Order, OrderLine, Payment, Refund, RefundLine, RefundShare, keep
from claims.money import part_within, tax_within, worth, written
from claims.people import Actor
from claims.refund_calculation import calculation
from claims.refusals import Refused

COUNTING = ("held", "paid")
"""The statuses of a share that count against its payment."""


@dataclass(frozen=True, slots=True)
class Refundable:
    """How much may still be refunded for an item, and why not more; all in minor units."""

    amount: int
    worth: int
    """What was paid for the claimed pieces, with tax."""
    already: int
    """Refunded or under way for these pieces, in this reclamation or an earlier one."""
    line_left: int
    payments_left: int

    def why_not_more(self, currency: str) -> tuple[str, ...]:
        """Sentences for the page, the binding one last."""
        said = [f"{money(self.worth, currency)} was paid for the claimed pieces."]
        if self.already:
            said.append(f"{money(self.already, currency)} of it is refunded or under way.")
        if self.line_left < self.worth - self.already:
            said.append(f"Only {money(self.line_left, currency)} of the order line is left.")
        if self.payments_left < min(self.worth - self.already, self.line_left):
            said.append(
                f"Only {money(self.payments_left, currency)} is left on the order's payments."
            )
        return tuple(said)


def money(amount: int, currency: str) -> str:
    """An amount for a sentence: 24.99 €. Pages format in the viewer's language themselves."""
    return written(amount, currency, "en_GB")


def entries(order: Order) -> Iterable[tuple[Refund, RefundLine]]:
    return ((refund, line) for refund in order.refunds for line in refund.lines)


def held_on_line(order: Order, line: OrderLine) -> int:
    """What is asked for, under way or refunded of an order line, in minor units."""
    return sum(entry.amount for _, entry in entries(order) if entry.line is line)


def held_by_item(item: Item) -> int:
    """What is asked for, under way or refunded for one item."""
    order = item.reclamation.order
    return sum(entry.amount for refund, entry in entries(order) if refund.item is item)


def left_on_payment(order: Order, payment: Payment) -> int:
    return payment.captured - sum(
        share.amount
        for refund in order.refunds
        for share in refund.shares
        if share.payment is payment and share.status in COUNTING
    )


def left_on_payments(order: Order) -> int:
    return sum(left_on_payment(order, payment) for payment in order.payments)


def refundable(item: Item) -> Refundable:
    """How much may still be refunded for an item that was loaded by `claims.cases`.

    Refunds of other items count as far as they were for these pieces: a goodwill payment on
    pieces that are claimed again later has already given back a part of the worth of each.
    """
    order = item.reclamation.order
    pieces_worth = worth(item.line.paid, item.line.quantity, item.pieces)
    already = _already(item)
    line_left = item.line.paid - held_on_line(order, item.line)
    payments_left = left_on_payments(order)
    amount = max(0, min(pieces_worth - already, line_left, payments_left))
    return Refundable(amount, pieces_worth, already, line_left, payments_left)


def _already(item: Item) -> int:
    """What the claimed pieces were given, by this item and by others that had them before."""
    line = item.line
    held: dict[Item, int] = {}
    for refund, entry in entries(item.reclamation.order):
        if entry.line is line:
            held[refund.item] = held.get(refund.item, 0) + entry.amount
    own = held.pop(item, 0)
    return own + sum(
        part_within(line.paid, line.quantity, other.pieces, item.pieces, amount)
        for other, amount in held.items()
    )


def proposal(item: Item) -> Refund | None:
    """The refund of an item that waits for approval, if there is one."""
    return _latest(item, "proposed")


def unclear(item: Item) -> Refund | None:
    """The refund of an item of which nobody knows whether it was paid."""
    return _latest(item, "unclear")


def _latest(item: Item, status: str) -> Refund | None:
    found = [r for r in item.reclamation.order.refunds if r.item is item and r.status == status]
    return found[-1] if found else None


def check_amount(item: Item, amount: int, *, zero: bool = False) -> None:
    """Refused where the amount is not above zero or more than may still be refunded."""
    currency = item.reclamation.currency
    if amount < 0 or (amount == 0 and not zero):
        raise Refused(f"A refund of {money(amount, currency)} is not possible; enter more than 0.")
    limit = refundable(item)
    if amount > limit.amount:
        raise Refused(
            f"{money(amount, currency)} is more than the {money(limit.amount, currency)} that may "
            "still be refunded for this item.",
            *limit.why_not_more(currency),
        )


def ask(
    item: Item,
    amount: int,
    actor: Actor,
    at: datetime,
    status: str,
    *,
    refund_order: RefundOrder = "oldest-first",
    split: Mapping[str, int] | None = None,
) -> Refund:
    """Hold an amount for a refund, and split it over the order's payments in the stated order.

    `status` is proposed, asked or outside; `split` says by which ways an outside refund was
    given back, and must add up to the amount. Refused where more is asked than is left.
    """
    check_amount(item, amount, zero=status == "outside")
    ways = dict(split or {"": amount})
    if sum(ways.values()) != amount:
        raise Refused(
            f"The split adds up to {sum(ways.values())} and the amount is {amount} minor units."
        )
    order, line = item.reclamation.order, item.line
    before = held_on_line(order, line)
    refund = Refund(
        order=order,
        reclamation=item.reclamation,
        item=item,
        amount=amount,
        currency=order.currency,
        status=status,
        calculation=calculation(item, amount, refundable(item).already),
        asked_at=at,
        asked_by=actor.name,
        asked_by_id=actor.staff_id,
        paid_amount=amount if status == "outside" else 0,
        settled_at=at if status == "outside" else None,
    )
    keep(refund, order)
    if status != "proposed":
        clear(refund, actor, at)
    share_status = "paid" if status == "outside" else "held"
    for way, part in ways.items():
        _split(refund, part, way, share_status, refund_order)
    tax = tax_within(line.paid, line.tax, before, amount)
    refund.lines.append(_entry(order, line, amount, tax))
    return refund


def clear(refund: Refund, actor: Actor, at: datetime) -> None:
    """Note who let it go. Where no person did, whoever asked for it stands behind it."""
    refund.cleared_at = at
    refund.cleared_by_id = refund.asked_by_id if actor.staff_id is None else actor.staff_id


def _split(refund: Refund, amount: int, way: str, status: str, refund_order: RefundOrder) -> None:
    rest = amount
    payments = refund.order.payments
    for payment in payments if refund_order == "oldest-first" else reversed(payments):
        part = min(rest, left_on_payment(refund.order, payment))
        if part > 0:
            refund.shares.append(
                RefundShare(
                    payment=payment,
                    position=len(refund.shares) + 1,
                    amount=part,
                    way=way,
                    status=status,
                )
            )
            rest -= part
    if rest:
        raise Refused(
            f"Only {money(amount - rest, refund.currency)} is left on the order's payments."
        )


def _entry(order: Order, line: OrderLine, amount: int, tax: int) -> RefundLine:
    return RefundLine(order_id=order.id, line=line, amount=amount, tax=tax, tax_rate=line.tax_rate)


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
    unpaid = refund.amount - was_paid
    if unpaid:
        line = refund.item.line
        before = held_on_line(refund.order, line)
        tax = tax_within(line.paid, line.tax, before - unpaid, unpaid)
        refund.lines.append(_entry(refund.order, line, -unpaid, -tax))
    refund.paid_amount = was_paid
    refund.status = "paid" if was_paid else status
    refund.settled_at = at


def settle_paid(refund: Refund, at: datetime) -> None:
    """Every share was paid: by the provider, or as a person found out."""
    for share in refund.shares:
        if share.status == "held":
            share.status = "paid"
    refund.status, refund.settled_at = "paid", at
    refund.paid_amount = sum(share.amount for share in refund.shares if share.status == "paid")
