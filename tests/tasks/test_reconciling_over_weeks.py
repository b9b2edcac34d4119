"""What has left the provider's list is not forgotten: the schedule looks only two weeks back."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from claims.models import Discrepancy, Effect
from claims.money.refund_abilities import RefundAbilities
from claims.outside import Done
from claims.reconciling import keeping
from claims.reconciling.keeping import AGREES_NOW
from claims.reconciling.listed import Listed
from tasks.effects.carry_out import carry_out_next
from tasks.providers.port import Abilities, Absent, ListPage, RefundOrder
from tasks.reconciling import reconcile_now
from tasks.workshop import Workshop
from tests.support.cases import FINANCE, decide
from tests.tasks.desk import Desk

DAY = timedelta(days=1)


class Killed(BaseException):
    """What a process is that ends at once: nothing of it is written."""


@dataclass
class Book:
    """A provider that lists by when a refund was made, as Stripe does; what was made by hand in
    its office has an empty reference."""

    now: Callable[[], datetime]
    rows: list[Listed] = field(default_factory=list)
    abilities = Abilities(timedelta(hours=24), True, True, RefundAbilities(), lists=True)
    kills: bool = False
    """Whether whoever calls it dies of it; nothing is paid then."""

    def pay_refund(self, order: RefundOrder, stop_after_seconds: float) -> Done:
        if self.kills:
            raise Killed
        row = self.add(order.reference, order.payment_reference, order.amount)
        return Done(row.provider_reference)

    def look_up(self, order: RefundOrder, stop_after_seconds: float) -> Absent:
        return Absent()

    def list_refunds(
        self, since: datetime, following: str | None, stop_after_seconds: float
    ) -> ListPage:
        return ListPage(tuple(row for row in self.rows if row.at >= since))

    def add(self, reference: str, payment: str, amount: int) -> Listed:
        row = Listed(reference, f"re_{len(self.rows) + 1}", payment, amount, "EUR", self.now())
        self.rows.append(row)
        return row

    def pay_again(self, row: Listed) -> Listed:
        return self.add(row.reference, row.payment_reference, row.amount)

    def take_back(self, row: Listed) -> None:
        self.rows[self.rows.index(row)] = replace(row, standing="reversed")


class Weeks:
    """The desk, a provider's book, and the runs of the schedule as time passes."""

    def __init__(self, desk: Desk, workshop: Workshop) -> None:
        self.desk = desk
        self.book = Book(self.now)
        self.shop = replace(workshop, providers={"sandbox": self.book})

    def now(self) -> datetime:
        with self.desk.sessions() as session:
            now: datetime = session.execute(text("SELECT redress_now()")).scalar_one()
            return now

    def paid(self) -> Listed:
        effect = self.desk.ask_refund()
        assert self.desk.work_off(self.shop, effect).status == "done"
        return self.book.rows[-1]

    def wait(self, by: timedelta) -> None:
        self.desk.pass_time(by, for_provider=False)

    def reconcile(self) -> list[str]:
        """What differs by the next run of the schedule."""
        self.wait(timedelta(hours=1))
        report = reconcile_now(self.shop, "sandbox", self.now() - 14 * DAY, "the schedule")
        return sorted(difference.kind for difference in report.differences)

    def open_ones(self) -> list[tuple[str, str]]:
        with self.desk.sessions() as session:
            of_open = select(Discrepancy).where(Discrepancy.closed_at.is_(None))
            found = session.scalars(of_open.order_by(Discrepancy.id))
            return [(each.kind, each.provider_reference) for each in found]

    def close(self, reason: str) -> None:
        """A person closes the only one that there is."""
        with self.desk.sessions.begin() as session:
            number = session.scalars(select(Discrepancy.id)).one()
            keeping.close(session, number, FINANCE, reason)

    def reasons(self) -> set[str | None]:
        with self.desk.sessions() as session:
            return set(session.scalars(select(Discrepancy.reason)))


@pytest.fixture
def weeks(desk: Desk, workshop: Workshop) -> Weeks:
    return Weeks(desk, workshop)


def test_a_stranger_that_nobody_has_looked_at_stays_open_when_it_leaves_the_list(
    weeks: Weeks,
) -> None:
    """Another one made by hand has the same reference: none."""
    weeks.book.add("", "pi_1", 700)
    assert weeks.reconcile() == ["not-here"]

    weeks.wait(16 * DAY)
    weeks.book.add("", "pi_2", 300)
    weeks.reconcile()

    assert weeks.open_ones() == [("not-here", "re_1"), ("not-here", "re_2")]


def test_a_stranger_that_was_taken_back_is_closed(weeks: Weeks) -> None:
    stranger = weeks.book.add("", "pi_1", 700)
    assert weeks.reconcile() == ["not-here"]

    weeks.book.take_back(stranger)

    assert weeks.reconcile() == []
    assert (weeks.open_ones(), weeks.reasons()) == ([], {AGREES_NOW})


@pytest.mark.parametrize("apart", [5 * DAY, timedelta(0)])
def test_what_was_paid_twice_stays_open_when_one_or_both_leave_the_list(
    weeks: Weeks, apart: timedelta
) -> None:
    first = weeks.paid()
    weeks.wait(apart)
    weeks.book.pay_again(first)
    assert weeks.reconcile() == ["twice"]

    weeks.wait(11 * DAY)
    weeks.reconcile()
    assert weeks.open_ones() == [("twice", "re_2")]
    weeks.wait(11 * DAY)
    weeks.reconcile()

    assert weeks.open_ones() == [("twice", "re_2")]


@pytest.mark.parametrize("number", [0, 1])
def test_what_was_paid_twice_is_closed_when_the_provider_took_one_of_them_back(
    weeks: Weeks, number: int
) -> None:
    weeks.book.pay_again(weeks.paid())
    assert weeks.reconcile() == ["twice"]

    weeks.book.take_back(weeks.book.rows[number])

    assert weeks.reconcile() == []
    assert (weeks.open_ones(), weeks.reasons()) == ([], {AGREES_NOW})


def test_what_is_not_there_stays_open_when_it_is_too_old_for_the_list(weeks: Weeks) -> None:
    lost = weeks.paid()
    weeks.book.rows.clear()
    assert weeks.reconcile() == ["not-there"]

    weeks.wait(16 * DAY)
    weeks.reconcile()
    assert weeks.open_ones() == [("not-there", lost.provider_reference)]


def test_what_agrees_again_is_closed_and_what_differs_once_more_is_open(weeks: Weeks) -> None:
    row = weeks.paid()
    weeks.book.rows.clear()
    assert weeks.reconcile() == ["not-there"]

    weeks.book.rows.append(row)
    assert weeks.reconcile() == []
    assert (weeks.open_ones(), weeks.reasons()) == ([], {AGREES_NOW})

    weeks.book.rows.clear()
    assert weeks.reconcile() == ["not-there"]
    assert (weeks.open_ones(), weeks.reasons()) == ([("not-there", "re_1")], {None})


def test_what_a_person_has_closed_stays_closed_when_it_is_found_again(weeks: Weeks) -> None:
    weeks.paid()
    weeks.book.rows.clear()
    weeks.reconcile()
    weeks.close("Paid by transfer.")

    assert weeks.reconcile() == ["not-there"]
    assert (weeks.open_ones(), weeks.reasons()) == ([], {"Paid by transfer."})


def test_a_refund_that_is_paid_again_weeks_later_is_told(weeks: Weeks) -> None:
    first = weeks.paid()
    assert weeks.reconcile() == []

    weeks.wait(16 * DAY)
    weeks.book.pay_again(first)

    assert weeks.reconcile() == ["twice"]
    assert weeks.open_ones() == [("twice", "re_2")]


def test_a_second_try_that_failed_weeks_later_is_no_late_failure_of_the_first(
    weeks: Weeks,
) -> None:
    first = weeks.paid()
    weeks.wait(16 * DAY)

    weeks.book.take_back(weeks.book.pay_again(first))

    assert weeks.reconcile() == []


def test_what_two_people_took_for_paid_is_held_against_the_list(weeks: Weeks) -> None:
    """No attempt was ever answered: each worker died at its call."""
    weeks.book.kills = True
    effect = weeks.desk.ask_refund()
    for _ in range(10):
        with suppress(Killed):
            carry_out_next(weeks.shop, effect)
        weeks.wait(timedelta(minutes=2))
    assert weeks.desk.see(effect).status == "unknown"

    with weeks.desk.sessions.begin() as session:
        item = session.get_one(Effect, effect).item
        assert item is not None
        decide(session, weeks.desk.rules, item, "confirm-paid")

    assert weeks.desk.see(effect).refund == "paid"
    assert weeks.reconcile() == ["not-there"]
