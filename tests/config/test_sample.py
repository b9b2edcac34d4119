"""The sample shop: plausible, always the same, and reached by real events only."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, func, make_url, select
from sqlalchemy.orm import Session

from claims.models import (
    BusinessUnit,
    Deadline,
    Effect,
    Item,
    JournalEntry,
    Order,
    OrderLine,
    Payment,
    Reclamation,
    Shop,
    Staff,
)
from claims.people import ROLES
from claims.queries import waiting
from claims.rules import Rules
from config.bootstrap import build
from config.local.postgres import APPLICATION, LocalPostgres
from config.local.signins import SignIn
from config.sample import fill, playing
from config.sample.orders import SHOPS, make_orders
from config.sample.stories import STORIES, Want
from config.settings import Settings
from tests.support.cluster import TEMPLATE


@dataclass(frozen=True)
class Filling:
    """The sample as `make run` fills it in, in a database of its own that tests only read."""

    engine: Engine
    sign_ins: list[SignIn]


@pytest.fixture(scope="module")
def filling(shared_settings: Settings, cluster: LocalPostgres, rules: Rules) -> Iterator[Filling]:
    name = f"{make_url(shared_settings.database_url).database}_sample"
    cluster.create_database(name, TEMPLATE)
    address = cluster.url(APPLICATION, name)
    redress = build(shared_settings.model_copy(update={"database_url": address}), rules)
    yield Filling(redress.engine, fill(redress))
    redress.engine.dispose()
    cluster.drop_database(name)


@pytest.fixture
def shop(filling: Filling) -> Iterator[Session]:
    """The shop that was filled in; what a test changes in it is rolled back."""
    with Session(filling.engine) as session:
        yield session


def how_many(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_there_are_two_shops_with_three_units_forty_customers_and_three_hundred_orders(
    shop: Session,
) -> None:
    shops = {each.code: each.currency for each in shop.scalars(select(Shop))}
    assert shops == {"WALDWEG": "EUR", "HEARTH": "GBP"}
    assert how_many(shop, BusinessUnit) == 3
    assert shop.scalar(select(func.count(Order.customer_number.distinct()))) == 40
    assert how_many(shop, Order) == 300


def test_every_order_adds_up_to_what_its_payments_captured(shop: Session) -> None:
    lines = select(func.sum(OrderLine.paid)).where(OrderLine.order_id == Order.id)
    captured = select(func.sum(Payment.captured)).where(Payment.order_id == Order.id)
    wrong = select(Order.number).where(
        (Order.total_paid != Order.shipping_paid + lines.scalar_subquery())
        | (Order.total_paid != captured.scalar_subquery())
    )

    assert shop.scalars(wrong).all() == []


def test_every_line_is_paid_what_it_costs_less_its_discount(shop: Session) -> None:
    full = OrderLine.unit_price * OrderLine.quantity
    wrong = select(OrderLine.id).where(
        OrderLine.status != "cancelled", OrderLine.paid != full - OrderLine.discount
    )

    assert shop.scalars(wrong).all() == []


def test_there_are_discounts_two_tax_rates_shipping_gift_cards_and_cancelled_lines(
    shop: Session,
) -> None:
    for sample in SHOPS:
        of_shop = select(OrderLine).join(Order).join(Shop).where(Shop.code == sample.code)
        lines = shop.scalars(of_shop).all()
        assert len({line.tax_rate for line in lines}) == 2
        assert any(line.discount for line in lines)
        assert any(line.status == "cancelled" for line in lines)
    assert shop.scalar(select(func.max(Order.shipping_paid))) == 490
    methods = Counter(shop.scalars(select(Payment.method)))
    assert methods["gift card"] > 20
    assert methods["card"] > 200


def test_claims_stand_in_all_kinds_of_states(shop: Session) -> None:
    states = set(shop.execute(select(Item.workflow, Item.state)).all())
    workflows = {workflow for workflow, _ in states}

    assert how_many(shop, Reclamation) == len(STORIES) + 1
    assert len(workflows) == 6
    assert len(states) >= 20
    assert {"awaiting-approval", "awaiting-parcel", "refunding"} <= {state for _, state in states}


def test_some_wait_for_us_some_are_late_some_have_money_in_flight_some_are_closed(
    shop: Session,
) -> None:
    for condition in (
        waiting.needs_action(),
        waiting.waits_for_customer(),
        waiting.money_in_flight(),
        waiting.is_late(),
        Reclamation.closed_at.is_not(None),
        Reclamation.follow_up_of_id.is_not(None),
        Reclamation.assignee_id.is_not(None),
        Reclamation.priority == "high",
    ):
        assert shop.scalar(select(func.count(Reclamation.id)).where(condition)), condition


def test_every_state_was_reached_by_events_in_the_order_of_their_times(shop: Session) -> None:
    for reclamation in shop.scalars(select(Reclamation)):
        times = [entry.at for entry in reclamation.journal]
        assert times == sorted(times), reclamation.number
        for item in reclamation.items:
            moves = [e.to_state for e in reclamation.journal if e.item is item and e.to_state]
            assert moves[-1:] in ([], [item.state])
            assert (moves == []) == (item.version == 1)


def test_ages_and_deadlines_count_from_the_day_it_happened(shop: Session) -> None:
    oldest = shop.scalar(select(func.redress_now() - func.min(Reclamation.opened_at)))
    due = shop.scalars(select(Deadline).where(Deadline.ended_at.is_(None))).all()
    now = shop.scalar(select(func.redress_now()))

    assert oldest is not None
    assert oldest.days >= 50
    assert now is not None
    assert any(deadline.due_at > now for deadline in due)
    assert any(deadline.due_at < now for deadline in due)


def test_what_has_to_be_done_outside_is_left_to_a_worker(shop: Session) -> None:
    statuses = Counter(shop.scalars(select(Effect.status)))

    assert set(statuses) == {"waiting"}


def test_filling_gives_someone_for_every_role_who_can_sign_in(
    filling: Filling, shop: Session
) -> None:
    sign_ins = filling.sign_ins
    kept = {one.email: one for one in shop.scalars(select(Staff))}

    assert {one.role for one in sign_ins} == set(ROLES)
    assert sign_ins[0].email == "anna@redress.example"
    for one in sign_ins[:2]:
        assert PasswordHasher().verify(kept[one.email].password or "", one.password)
    assert len({one.password for one in sign_ins}) == len(sign_ins)


def test_it_is_the_same_each_time(session: Session) -> None:
    def told(orders: list[Order]) -> list[object]:
        return [
            (o.number, o.customer_name, [(x.sku, x.paid, x.tax) for x in o.lines], o.total_paid)
            for o in orders
        ]

    day = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
    first = told(make_orders(session, day))
    session.rollback()

    assert told(make_orders(session, day)) == first


def test_a_story_that_no_order_fits_is_named(
    settings: Settings, rules: Rules, monkeypatch: pytest.MonkeyPatch, session: Session
) -> None:
    redress = build(settings, rules)
    dear = replace(STORIES[0], key="too-dear", wants=(Want("faulty", "refund", 9_000_000),))
    monkeypatch.setattr(playing, "STORIES", (dear,))

    with pytest.raises(playing.SampleProblem, match="too-dear"):
        fill(redress)
    redress.engine.dispose()
    assert how_many(session, JournalEntry) == 0
