"""Many customers at once: orders, claims and refunds, filed set-based through the real doors."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import psycopg
from sqlalchemy import select
from sqlalchemy.orm import Session

from claims import clock
from claims.claimable import Wanted
from claims.claiming import Filing, file_claims
from claims.door import CaseRef, Fired, Firing, fire_many
from claims.models import BusinessUnit, Item, Order, OrderLine, Payment, Reclamation, Shop
from claims.refusals import Refused
from config.bootstrap import Redress
from tests.storms.surroundings import Surroundings
from tests.support.cases import LEAD
from tests.support.shop import DELIVERED, PLACED, a_business_unit, a_shop

SHOPS = {"NORTH": "EUR", "EAST": "JPY", "SOUTH": "KWD"}
"""Currencies with two, no and three decimals."""
LEAST, MOST = 100, 1999
"""What a refund is over, in minor units: less than a lead may let go alone, even of yen."""
CHUNK = 500


@dataclass(slots=True)
class Asked:
    """A claim, and what it is to get back."""

    item_id: int
    amount: int


@dataclass(slots=True)
class Crowd:
    """`redress` is what whoever presses the buttons holds; with its broker the doorbell rings."""

    around: Surroundings
    redress: Redress
    dice: random.Random
    shops: Mapping[str, str] = field(default_factory=lambda: SHOPS)
    two_payments: int = 6
    """One order in so many was paid by two payments, so that its refund has two shares."""
    prefix: str = "C"
    """Of the numbers of orders."""
    provider: str = "sandbox"
    taken_as: Callable[[str, int, str], str] = lambda name, _captured, _currency: name
    """How the provider names a payment of which we know name, amount and currency."""
    placed: int = 0
    """How many orders it has made."""
    filed: list[Asked] = field(default_factory=list)
    first: int = 1
    """The number of its first order, where another crowd was there before."""
    asked: int = 0
    """How many of those that were filed have been asked for, from the first on."""

    def file(self, count: int, resolution: str = "goodwill", reason: str = "does-not-fit") -> None:
        """Orders that were paid and delivered, and a claim on each; nothing is refunded yet."""
        for size in _chunks(count, CHUNK):
            with self.redress.sessions.begin() as session:
                self._file(session, size, resolution, reason)

    def ask(self, count: int, event: str = "refund") -> int:
        """Press the button at the next `count` claims in one transaction; gives how many."""
        chosen = self.filed[self.asked : self.asked + count]
        firings = [
            Firing(CaseRef("item", each.item_id), event, {"amount": each.amount}) for each in chosen
        ]
        with self.redress.sessions.begin() as session:
            answers = fire_many(session, self.redress.rules, firings, LEAD)
            refused = [answer for answer in answers if not isinstance(answer, Fired)]
            assert not refused, refused[0]
        self.asked += len(chosen)
        return len(chosen)

    def statuses(self) -> Mapping[str, int]:
        """How many refunds there are in each status of their effect, by plain SQL."""
        query = "SELECT status, count(*) FROM effects WHERE kind = 'refund.pay' GROUP BY status"
        with psycopg.connect(self.around.plain_url, autocommit=True) as connection:
            return {str(status): int(count) for status, count in connection.execute(query)}

    def settled(self) -> int:
        """How many refunds have come to an end, whichever."""
        return sum(count for status, count in self.statuses().items() if status != "waiting")

    def waiting(self) -> int:
        """How many effects of any kind are still to be carried out."""
        query = "SELECT count(*) FROM effects WHERE status = 'waiting'"
        with psycopg.connect(self.around.plain_url, autocommit=True) as connection:
            return sum(int(count) for (count,) in connection.execute(query))

    def place(self, count: int) -> list[int]:
        """Orders alone, as many more; gives their keys, to be claimed by `claim`."""
        with self.redress.sessions.begin() as session:
            return [order.id for order in self._place(session, count)]

    def claim(self, orders: Sequence[int]) -> None:
        """A claim on each of these orders, filed in this order of theirs."""
        with self.redress.sessions.begin() as session:
            found = {o.id: o for o in session.scalars(select(Order).where(Order.id.in_(orders)))}
            self._claim(session, [found[each] for each in orders], "goodwill", "does-not-fit")

    def _file(self, session: Session, count: int, resolution: str, reason: str) -> None:
        self._claim(session, self._place(session, count), resolution, reason)

    def _place(self, session: Session, count: int) -> list[Order]:
        shops = {code: a_shop(session, code, currency) for code, currency in self.shops.items()}
        units = {code: a_business_unit(session, shop) for code, shop in shops.items()}
        first = self.first + self.placed
        orders = [
            self._order(number, shops[code], units[code])
            for number in range(first, first + count)
            for code in [self.dice.choice(tuple(self.shops))]
        ]
        session.add_all(orders)
        session.flush()
        self.placed += count
        return orders

    def _claim(
        self, session: Session, orders: Sequence[Order], resolution: str, reason: str
    ) -> None:
        amounts = {order.id: order.total_paid for order in orders}
        now = clock.now(session)
        filings = [
            Filing(
                order.id,
                [Wanted(order.lines[0].id, 1, reason, resolution)],
                now,
                f"{order.number} of a crowd",
            )
            for order in orders
        ]
        answers = file_claims(session, self.redress.rules, filings, LEAD)
        self.filed += [Asked(_item(answer), amounts[answer.order_id]) for answer in _filed(answers)]

    def _order(self, number: int, shop: Shop, unit: BusinessUnit) -> Order:
        total = self.dice.randint(LEAST, MOST)
        first = self.dice.randint(1, total - 1) if number % self.two_payments == 0 else total
        payments = [part for part in (first, total - first) if part]
        return Order(
            shop=shop,
            business_unit=unit,
            number=f"{self.prefix}-{number:06d}",
            currency=shop.currency,
            placed_at=PLACED,
            customer_number=f"K-{number:06d}",
            customer_name="Mia Sommer",
            customer_email=f"mia-{number}@customers.example",
            total_paid=total,
            lines=[
                OrderLine(
                    position=1,
                    sku="SHIRT-BLUE-M",
                    name="Blue shirt, M",
                    quantity=1,
                    unit_price=total,
                    paid=total,
                    delivered_at=DELIVERED,
                )
            ],
            payments=[
                Payment(
                    position=position,
                    provider=self.provider,
                    method="card",
                    reference=self.taken_as(
                        f"pay-{self.prefix}-{number:06d}-{position}", captured, shop.currency
                    ),
                    captured=captured,
                    currency=shop.currency,
                )
                for position, captured in enumerate(payments, start=1)
            ],
        )


def items_of(session: Session) -> Sequence[Item]:
    """Every item there is, in the order they were filed."""
    return session.scalars(select(Item).order_by(Item.id)).all()


def _filed(answers: Sequence[Reclamation | Refused]) -> Iterator[Reclamation]:
    for answer in answers:
        assert isinstance(answer, Reclamation), answer
        yield answer


def _item(reclamation: Reclamation) -> int:
    return reclamation.items[0].id


def _chunks(count: int, most: int) -> list[int]:
    return [min(most, count - begun) for begun in range(0, count, most)]
