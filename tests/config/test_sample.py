"""The sample shop: plausible, always the same, and reached by real events only."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from claims import clock
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
from config.bootstrap import Redress, build, read_rules
from config.sample import fill, playing
from config.sample.orders import SHOPS, make_orders
from config.sample.people import STAFF
from config.sample.stories import STORIES, Want
from config.settings import Settings
from tests.support.shop import a_member_of_staff, acting


@pytest.fixture
def redress(settings: Settings) -> Iterator[Redress]:
    built = build(settings)
    yield built
    built.engine.dispose()


@pytest.fixture
def orders(session: Session) -> list[Order]:
    return make_orders(session, clock.now(session))


@pytest.fixture
def shop(session: Session, settings: Settings, orders: list[Order]) -> Session:
    """The whole sample but for passwords, which take long to hash; not committed."""
    people = {one.key: acting(a_member_of_staff(session, one.name, one.role)) for one in STAFF}
    playing.play(session, read_rules(settings), orders, people, clock.now(session))
    return session


def how_many(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_there_are_two_shops_with_three_units_forty_customers_and_three_hundred_orders(
    orders: list[Order], session: Session
) -> None:
    shops = {shop.code: shop.currency for shop in session.scalars(select(Shop))}
    assert shops == {"WALDWEG": "EUR", "HEARTH": "GBP"}
    assert how_many(session, BusinessUnit) == 3
    assert session.scalar(select(func.count(Order.customer_number.distinct()))) == 40
    assert how_many(session, Order) == 300


def test_every_order_adds_up_to_what_its_payments_captured(
    orders: list[Order], session: Session
) -> None:
    lines = select(func.sum(OrderLine.paid)).where(OrderLine.order_id == Order.id)
    captured = select(func.sum(Payment.captured)).where(Payment.order_id == Order.id)
    wrong = select(Order.number).where(
        (Order.total_paid != Order.shipping_paid + lines.scalar_subquery())
        | (Order.total_paid != captured.scalar_subquery())
    )

    assert session.scalars(wrong).all() == []


def test_every_line_is_paid_what_it_costs_less_its_discount(
    orders: list[Order], session: Session
) -> None:
    full = OrderLine.unit_price * OrderLine.quantity
    wrong = select(OrderLine.id).where(
        OrderLine.status != "cancelled", OrderLine.paid != full - OrderLine.discount
    )

    assert session.scalars(wrong).all() == []


def test_there_are_discounts_two_tax_rates_shipping_gift_cards_and_cancelled_lines(
    orders: list[Order], session: Session
) -> None:
    for shop in SHOPS:
        of_shop = select(OrderLine).join(Order).join(Shop).where(Shop.code == shop.code)
        lines = session.scalars(of_shop).all()
        assert len({line.tax_rate for line in lines}) == 2
        assert any(line.discount for line in lines)
        assert any(line.status == "cancelled" for line in lines)
    assert session.scalar(select(func.max(Order.shipping_paid))) == 490
    methods = Counter(session.scalars(select(Payment.method)))
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


def test_filling_is_quick_and_gives_someone_for_every_role_who_can_sign_in(
    redress: Redress, session: Session
) -> None:
    begun = time.process_time()
    sign_ins = fill(redress)
    took = time.process_time() - begun

    assert took < 3, "filling is meant to take well under three seconds"
    kept = {one.email: one for one in session.scalars(select(Staff))}

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
    redress: Redress, monkeypatch: pytest.MonkeyPatch, session: Session
) -> None:
    dear = replace(STORIES[0], key="too-dear", wants=(Want("faulty", "refund", 9_000_000),))
    monkeypatch.setattr(playing, "STORIES", (dear,))

    with pytest.raises(playing.SampleProblem, match="too-dear"):
        fill(redress)
    assert how_many(session, JournalEntry) == 0
