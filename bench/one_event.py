"""One event by hand: a refund is asked for through the one door, and committed.

The floor writes the same rows with the fewest statements through plain psycopg. Neither rings
the doorbell: that comes after the commit, and nobody waits for it.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from sqlalchemy import create_engine, event, make_url
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from bench import floor, place
from bench.floor import Received
from bench.measure import Measurement, compare
from claims import staff
from claims.catalogue import CATALOGUE
from claims.claimable import Wanted
from claims.claiming import Filing, file_claims
from claims.door import CaseRef, Firing, fire, fire_many
from claims.models import Order, OrderLine, Payment, Reclamation, Shop
from claims.people import Actor
from claims.reading_choices import read_choices_file
from claims.refusals import Refused
from claims.rules import Rules
from config.settings import PROJECT
from workflows.reading import read_folder

ABOUT = "a clerk asks for a refund: one event, one transaction"
ROUNDS, WARM_UP = 200, 20
PRICE = 2499
FILED = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


def measure() -> Measurement:
    """Ours and the floor in turns on equal cases of one database."""
    with place.database() as url:
        engine = create_engine(url)
        try:
            return _measured(engine)
        finally:
            engine.dispose()


def _measured(engine: Engine) -> Measurement:
    sessions = sessionmaker(engine, expire_on_commit=False)
    rules = rules_in(PROJECT / "config")
    with sessions.begin() as session:
        anna = hire(session)
        cases = received_items(session, rules, anna, 2 * (ROUNDS + WARM_UP) + 1)
    todo = iter(cases)

    def ours() -> None:
        ask(sessions, rules, anna, next(todo))

    with plain(engine) as connection:
        compared = compare(
            ours,
            lambda: floor.ask_for_refund(connection, next(todo), PRICE),
            floor_is=f"{floor.STATEMENTS} statements through psycopg",
            rounds=ROUNDS,
            warm_up=WARM_UP,
        )
    sent = statements_of(engine, ours)
    return Measurement(
        compared.floor,
        compared.ours,
        compared.unit,
        compared.rounds,
        compared.floor_is,
        (f"ours sends {len(sent)} statements, and the floor {floor.STATEMENTS}",),
    )


def ask(sessions: sessionmaker[Session], rules: Rules, actor: Actor, case: Received) -> None:
    with sessions.begin() as session:
        fire(
            session,
            rules,
            CaseRef("item", case.item_id),
            "refund",
            actor,
            {"amount": f"{PRICE / 100:.2f}"},
        )


def statements_of(engine: Engine, work: Callable[[], None]) -> list[str]:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return sent


def plain(engine: Engine) -> psycopg.Connection:
    url = make_url(engine.url).set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False))


def rules_in(folder: Path) -> Rules:
    definitions = read_folder(folder / "workflows", CATALOGUE)
    choices = read_choices_file(folder / "claims.yaml", definitions)
    return Rules(definitions, choices, CATALOGUE)


def hire(session: Session) -> Actor:
    member = staff.add(session, "anna@redress.example", "Anna", ["agent"], staff.new_password())
    return Actor("person", member.name, frozenset({"agent"}), member.id)


def received_items(session: Session, rules: Rules, anna: Actor, how_many: int) -> list[Received]:
    """So many orders of two lines, of which the first is claimed and came back."""
    orders = shop_orders(session, how_many)
    filings = [
        Filing(
            order.id,
            [Wanted(order.lines[0].id, 1, "does-not-fit", "refund")],
            FILED,
            order.number,
        )
        for order in orders
    ]
    filed = [_done(answer) for answer in file_claims(session, rules, filings, anna)]
    came = {"received": 1, "condition": "as new"}
    firings = [
        Firing(CaseRef("item", one.items[0].id), "parcel-arrived", came, FILED + timedelta(days=3))
        for one in filed
    ]
    for answer in fire_many(session, rules, firings, anna):
        if isinstance(answer, Refused):
            raise answer
    return [Received(one.order_id, one.id, one.items[0].id) for one in filed]


def shop_orders(session: Session, how_many: int, mark: str = "B") -> list[Order]:
    """So many orders of a shop of their own."""
    shop = Shop(code=f"BENCH-{mark}", name="Bench", currency="EUR")
    orders = list(_orders(shop, how_many, mark))
    session.add_all(orders)
    session.flush()
    return orders


def _done(answer: Reclamation | Refused) -> Reclamation:
    if isinstance(answer, Refused):
        raise answer
    return answer


def _orders(shop: Shop, how_many: int, mark: str) -> Iterator[Order]:
    for count in range(how_many):
        number = f"{mark}-{count:05d}"
        yield Order(
            shop=shop,
            number=number,
            currency="EUR",
            placed_at=FILED - timedelta(days=9),
            customer_number=f"C-{mark}-{count:05d}",
            customer_name="Mia Sommer",
            customer_email="mia@customers.example",
            total_paid=2 * PRICE,
            lines=[
                OrderLine(
                    position=position,
                    sku=f"SHIRT-{position}",
                    name="Blue shirt",
                    quantity=1,
                    unit_price=PRICE,
                    tax=399,
                    tax_rate=1900,
                    paid=PRICE,
                    delivered_at=FILED - timedelta(days=5),
                )
                for position in (1, 2)
            ],
            payments=[
                Payment(
                    position=1,
                    provider="sandbox",
                    method="card",
                    reference=f"pay-{number}",
                    captured=2 * PRICE,
                    currency="EUR",
                )
            ],
        )
