"""What a provider has paid is held against ours: what is safe heals, the rest is shown."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from claims.models import Discrepancy, Reconciliation
from claims.people import Actor
from claims.reconciling import keeping
from claims.refusals import Refused
from tasks.effects.carry_out import carry_out_next
from tasks.providers.sandbox.adapter import Sandbox
from tasks.reconciling import NotListed, compare_only, reconcile_now, reconcile_what_is_due
from tasks.workshop import Workshop
from tests.support.loopback import http
from tests.tasks.desk import PRICE, Desk

DAY = timedelta(days=1)
FINANCE = Actor("person", "Fiona", frozenset({"finance"}), 7)


class Desks:
    """The desk with a provider whose book is tampered with."""

    def __init__(self, desk: Desk, shop: Workshop) -> None:
        self.desk, self.shop = desk, shop

    def paid(self) -> int:
        effect = self.desk.ask_refund()
        assert self.desk.work_off(self.shop, effect).status == "done"
        return effect

    def latest(self) -> dict[str, Any]:
        return self.desk.sandbox.ledger()[-1]

    def send(self, path: str, body: dict[str, Any], key: str = "by hand") -> None:
        headers = {"Idempotency-Key": key}
        http.post(self.desk.sandbox.url + path, json=body, headers=headers).raise_for_status()

    def reconcile(self) -> list[str]:
        self.desk.pass_time(timedelta(hours=1))
        with self.desk.sessions() as session:
            now = session.execute(text("SELECT redress_now()")).scalar_one()
        report = reconcile_now(self.shop, "sandbox", now - DAY, "Fiona")
        return sorted(difference.kind for difference in report.differences)

    def open_ones(self) -> list[str]:
        with self.desk.sessions() as session:
            of_kind = select(Discrepancy.kind).where(Discrepancy.closed_at.is_(None))
            return sorted(session.scalars(of_kind))


@pytest.fixture
def desks(desk: Desk, workshop: Workshop) -> Desks:
    return Desks(desk, workshop)


def test_what_agrees_leaves_nothing_but_the_run(desks: Desks) -> None:
    desks.paid()

    assert desks.reconcile() == []

    with desks.desk.sessions() as session:
        run = session.scalars(select(Reconciliation)).one()
        assert (run.listed, run.compared, run.found, run.by) == (1, 1, 0, "Fiona")
        assert run.finished_at is not None


def test_a_refund_that_only_the_provider_knows_is_shown(desks: Desks) -> None:
    desks.desk.sandbox.register_payment("P-9", 5000)
    desks.send(
        "/refunds", {"payment": "P-9", "amount": 700, "currency": "EUR", "reference": "strange"}
    )

    assert desks.reconcile() == ["not-here"]
    assert desks.reconcile() == ["not-here"]
    assert desks.open_ones() == ["not-here"]


def test_what_the_provider_has_lost_reversed_or_failed_is_shown(desks: Desks) -> None:
    desks.paid()
    http.delete(f"{desks.desk.sandbox.url}/ledger").raise_for_status()
    for status in ("reversed", "failed"):
        desks.paid()
        desks.send("/mishaps", {"refund": desks.latest()["id"], "status": status})

    assert desks.reconcile() == ["failed-late", "not-there", "reversed"]


def test_what_was_paid_twice_there_is_shown(desks: Desks) -> None:
    desks.desk.misbehave({"kind": "duplicate", "next": 1})
    effect = desks.desk.ask_refund([PRICE])
    desks.desk.work_off(desks.shop, effect)

    assert desks.reconcile() == ["twice"]


def test_a_refund_that_nobody_knew_of_is_settled_by_what_the_provider_has(desks: Desks) -> None:
    desk = desks.desk
    desk.misbehave(
        {"kind": "drop-after", "next": 1},
        {"kind": "drop-before", "probability": 1.0},
        {"kind": "drop-before", "on": "look-ups", "probability": 1.0},
    )
    effect = desk.ask_refund()
    assert desk.work_off(desks.shop, effect, rounds=40).status == "unknown"
    desk.misbehave()

    assert desks.reconcile() == []

    seen = desk.see(effect)
    assert (seen.status, seen.state, seen.refund) == ("done", "goodwill-paid", "paid")
    assert desk.paid() == [PRICE]


def test_what_was_paid_before_the_answer_was_lost_is_adopted_and_not_paid_again(
    desks: Desks,
) -> None:
    desks.desk.misbehave({"kind": "drop-after", "next": 1})
    effect = desks.desk.ask_refund()
    carry_out_next(desks.shop, effect)
    assert desks.desk.see(effect).status == "waiting"

    assert desks.reconcile() == []
    carry_out_next(desks.shop, effect)

    seen = desks.desk.see(effect)
    assert seen.status == "done"
    assert seen.attempts == [("call", "unknown"), ("look-up", "done")]
    assert desks.desk.paid() == [PRICE]


def test_a_dry_run_finds_the_same_and_writes_nothing(desks: Desks) -> None:
    desks.paid()
    desks.send("/mishaps", {"refund": desks.latest()["id"], "status": "failed"})
    desks.desk.pass_time(timedelta(hours=1))
    with desks.desk.sessions() as session:
        now = session.execute(text("SELECT redress_now()")).scalar_one()

    report = compare_only(desks.shop, "sandbox", now - DAY)

    assert [difference.kind for difference in report.differences] == ["failed-late"]
    assert desks.open_ones() == []


def test_a_slot_is_reconciled_once_however_many_sweepers_look(desks: Desks) -> None:
    shop = replace(desks.shop, reconcile_every=timedelta(hours=6))
    desks.paid()

    for name in ("one", "two", "three"):
        reconcile_what_is_due(replace(shop, name=name))
    desks.desk.pass_time(timedelta(hours=6))
    reconcile_what_is_due(shop)

    with desks.desk.sessions() as session:
        assert len(session.scalars(select(Reconciliation)).all()) == 2


def test_a_provider_that_cannot_be_asked_is_asked_again_when_the_lease_is_over(
    desks: Desks,
) -> None:
    shop = replace(desks.shop, reconcile_every=timedelta(hours=6))
    with desks.desk.sessions() as session:
        now = session.execute(text("SELECT redress_now()")).scalar_one()
    silent = replace(shop, providers={"sandbox": Sandbox("http://127.0.0.1:1")})
    reconcile_what_is_due(silent)
    with pytest.raises(NotListed, match="could not be asked"):
        reconcile_now(silent, "sandbox", now - DAY, "Fiona")

    desks.desk.pass_time(keeping.LEASE + timedelta(seconds=1))
    reconcile_what_is_due(shop)

    with desks.desk.sessions() as session:
        done = [run.finished_at is not None for run in session.scalars(select(Reconciliation))]
        assert sorted(done) == [False, True]


def test_a_person_closes_a_discrepancy_with_a_reason_and_once(desks: Desks) -> None:
    desks.paid()
    desks.send("/mishaps", {"refund": desks.latest()["id"], "status": "reversed"})
    desks.reconcile()
    with desks.desk.sessions() as session:
        number = session.scalars(select(Discrepancy.id)).one()

    with desks.desk.sessions.begin() as session:
        with pytest.raises(Refused, match="Say what was done"):
            keeping.close(session, number, FINANCE, "  ")
        keeping.close(session, number, FINANCE, "Paid by transfer.")
        with pytest.raises(Refused, match="Fiona has closed it already: Paid by transfer"):
            keeping.close(session, number, FINANCE, "Again.")

    assert desks.reconcile() == ["reversed"]
    assert desks.open_ones() == []
