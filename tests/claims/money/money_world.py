"""One order in memory, to which anything may be done that claims and refunds can do to its money.

The functions are the real ones (`claims.money.refunds`); only the database is left out. `check` is
the oracle: it counts by itself, from the entries and shares alone.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from claims.models import Item, Order, OrderLine, Payment, Reclamation, Refund
from claims.money import refunds
from claims.money.amounts import free_pieces, lowest, worth
from claims.money.refund_terms import RefundTerms
from claims.money.shipping import shipping_of_item
from claims.people import Actor
from claims.refusals import Refused
from claims.rehearsal.memory import new_session

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ANNA = Actor("person", "Anna", frozenset({"agent"}), 1)


@dataclass(frozen=True)
class Bought:
    """One line: amounts in minor units."""

    quantity: int
    paid: int
    tax: int
    rate: int


@dataclass
class World:
    session: Session
    order: Order
    terms: RefundTerms
    items: list[Item] = field(default_factory=list)
    """All that were ever claimed."""

    @property
    def open_refunds(self) -> list[Refund]:
        return [r for r in self.order.refunds if r.status in {"proposed", "asked", "unclear"}]

    @property
    def open_items(self) -> list[Item]:
        return [item for item in self.items if item.final is None]

    def claim(self, line: OrderLine, quantity: int, resolution: str, reason: str) -> Item:
        """A reclamation of the lowest free pieces; Refused where there are fewer."""
        held = [i.pieces for i in self.items if i.line is line and i.holds_pieces]
        try:
            pieces = lowest(free_pieces(line.quantity, held), quantity)
        except ValueError as too_few:
            raise Refused(str(too_few)) from too_few
        reclamation = Reclamation(order=self.order, currency=self.order.currency)
        item = Item(
            reclamation=reclamation,
            line=line,
            quantity=quantity,
            pieces=pieces,
            holds_pieces=True,
            resolution=resolution,
            reason=reason,
        )
        self.items.append(item)
        return item

    def ask(self, item: Item, amount: int, status: str) -> Refund:
        refund = refunds.ask(item, amount, ANNA, NOW, status, terms=self.terms)
        if status == "outside":
            refund.status = "outside"
        return refund

    def pay(self, refund: Refund, shares_paid: int, *, is_refused: bool) -> None:
        """The provider pays so many shares, and then all, or refuses the rest."""
        if not is_refused:
            refunds.settle_paid(refund, NOW)
            return
        held = [share for share in refund.shares if share.status == "held"]
        refunds.release(refund, "refused", NOW, paid=held[:shares_paid])

    def settle(self, item: Item, *, keeps_pieces: bool) -> None:
        """The item ends; its pieces can be claimed again, or not."""
        item.final = "good"
        item.holds_pieces = keeps_pieces


def a_world(
    bought: Sequence[Bought],
    shipping: int,
    shipping_tax: int,
    payments: Sequence[int],
    terms: RefundTerms,
    currency: str,
) -> World:
    session = new_session()
    order = Order(
        number="O-1",
        currency=currency,
        customer_number="C-1",
        shipping_paid=shipping,
        shipping_tax=shipping_tax,
        total_paid=sum(payments),
        lines=[
            OrderLine(
                position=at,
                sku=f"S-{at}",
                name=f"Product {at}",
                quantity=line.quantity,
                unit_price=line.paid // line.quantity,
                discount=0,
                tax=line.tax,
                tax_rate=line.rate,
                paid=line.paid,
            )
            for at, line in enumerate(bought, start=1)
        ],
        payments=[
            Payment(position=at, provider="sandbox", reference=f"p-{at}", captured=captured)
            for at, captured in enumerate(payments, start=1)
        ],
    )
    session.add(order)
    return World(session, order, terms)


def check(world: World) -> None:
    """At no moment more than was paid, nor less than nought, nor entries without shares."""
    order = world.order
    by_line: Counter[object] = Counter()
    taxes: Counter[object] = Counter()
    by_rate: Counter[int] = Counter()
    for refund in order.refunds:
        _check_refund(refund)
        for entry in refund.lines:
            of = entry.line or entry.kind
            by_line[of] += entry.amount
            taxes[of] += entry.tax
            by_rate[entry.tax_rate or 0] += entry.tax
    for line in order.lines:
        assert 0 <= by_line[line] <= line.paid
        assert 0 <= taxes[line] <= min(line.tax, by_line[line])
    for rate, tax in by_rate.items():
        bound = sum(line.tax for line in order.lines if line.tax_rate == rate)
        assert 0 <= tax <= (bound if rate else bound + order.shipping_tax)
    assert 0 <= by_line["shipping"] <= order.shipping_paid
    assert 0 <= taxes["shipping"] <= order.shipping_tax
    assert by_line["goodwill"] >= 0
    assert taxes["goodwill"] == 0
    for payment in order.payments:
        assert 0 <= sum(_live(order, payment)) <= payment.captured
    for item in world.items:
        _check_item(world, item)


def check_all_is_back(world: World, *, has_shipping: bool) -> None:
    """After everything was claimed and asked for: exactly what was paid, in every way counted."""
    order = world.order
    entries = [entry for refund in order.refunds for entry in refund.lines]
    goodwill = sum(entry.amount for entry in entries if entry.kind == "goodwill")
    if goodwill:
        # It came out of the same payments: then these are what is used up.
        assert sum(sum(_live(order, p)) for p in order.payments) <= order.total_paid
        assert refunds.left_on_payments(order) == 0 or not has_shipping
        return
    for line in order.lines:
        assert sum(e.amount for e in entries if e.line is line) == line.paid
        assert sum(e.tax for e in entries if e.line is line) == (line.tax if line.paid else 0)
    for rate in {line.tax_rate for line in order.lines}:
        of_rate = [line for line in order.lines if line.tax_rate == rate and line.paid]
        given = sum(e.tax for e in entries if e.line in of_rate)
        assert given == sum(line.tax for line in of_rate)
    if has_shipping:
        shipping = [e for e in entries if e.kind == "shipping"]
        assert sum(e.amount for e in shipping) == order.shipping_paid
        assert sum(e.tax for e in shipping) == (order.shipping_tax if order.shipping_paid else 0)
        for payment in order.payments:
            assert sum(_live(order, payment)) == payment.captured


def _check_item(world: World, item: Item) -> None:
    """No item was given more than its own pieces are worth, nor than its share of the shipping."""
    mine = [entry for r in world.order.refunds if r.item is item for entry in r.lines]
    goods = sum(entry.amount for entry in mine if entry.kind == "goods")
    assert 0 <= goods <= worth(item.line.paid, item.line.quantity, item.pieces)
    if {rule.share for rule in world.terms.shipping} == {"proportional"}:
        shipping = sum(entry.amount for entry in mine if entry.kind == "shipping")
        assert 0 <= shipping <= shipping_of_item(item)


def _check_refund(refund: Refund) -> None:
    entered = sum(entry.amount for entry in refund.lines)
    live = sum(share.amount for share in refund.shares if share.status in {"held", "paid"})
    assert entered == live >= 0
    assert sum(share.amount for share in refund.shares) == refund.amount
    assert all(share.amount > 0 for share in refund.shares)
    said = [part["amount"] for part in refund.calculation if part["in_sum"]]
    assert sum(said) == refund.amount
    if refund.status in {"paid", "outside", "refused", "dropped"}:
        assert entered == refund.paid_amount


def _live(order: Order, payment: Payment) -> Iterator[int]:
    for refund in order.refunds:
        for share in refund.shares:
            if share.payment is payment and share.status in {"held", "paid"}:
                yield share.amount
