"""What ended unknown is looked up again by itself, and what is found settles it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from claims import effects
from claims.models import Effect
from claims.outside import Outcome
from tasks.effects.asking_again import ask_about_next
from tasks.effects.carry_out import carry_out_next
from tasks.providers.port import Finding, RefundOrder
from tasks.sweep import sweep
from tasks.workshop import Workshop
from tests.support.loopback import http
from tests.tasks.desk import PRICE, Desk

HOURS = timedelta(hours=2)
JUST_CALLED = text(
    "UPDATE attempts SET at = redress_now(), machine_at = :at, machine_up = :up"
    " WHERE effect_id = :id AND action = 'call'"
)
KEY = text("SELECT key FROM effects WHERE id = :id")


@pytest.fixture
def given_up(desk: Desk, workshop: Workshop) -> int:
    """A refund that was paid with the answer lost, and then nobody could be reached for long."""
    desk.misbehave(
        {"kind": "drop-after", "next": 1},
        {"kind": "drop-before", "probability": 1.0},
        {"kind": "drop-before", "on": "look-ups", "probability": 1.0},
    )
    effect = desk.ask_refund()
    seen = desk.work_off(workshop, effect, rounds=40)
    assert (seen.status, seen.state, seen.refund) == ("unknown", "refund-unclear", "unclear")
    return effect


def test_what_was_paid_is_found_by_the_sweep_as_soon_as_the_provider_can_be_asked(
    desk: Desk, workshop: Workshop, given_up: int
) -> None:
    shop = replace(workshop, reconcile_every=None)
    desk.misbehave()
    sweep(shop)
    assert desk.see(given_up).status == "unknown"

    desk.pass_time(HOURS)
    sweep(shop)

    seen = desk.see(given_up)
    assert (seen.status, seen.state, seen.refund) == ("done", "goodwill-paid", "paid")
    assert seen.attempts[-1] == ("look-up", "done")
    assert desk.paid() == [PRICE]


def test_what_was_never_paid_is_free_again(desk: Desk, workshop: Workshop, given_up: int) -> None:
    desk.misbehave()
    http.delete(f"{desk.sandbox.url}/ledger").raise_for_status()
    desk.pass_time(HOURS)

    sweep(replace(workshop, reconcile_every=None))

    seen = desk.see(given_up)
    assert (seen.status, seen.state, seen.refund) == ("refused", "refund-refused", "refused")
    assert seen.attempts[-1] == ("look-up", "absent")


def test_a_database_clock_that_jumps_ahead_ends_no_call_that_may_be_on_its_way(
    desk: Desk, workshop: Workshop, given_up: int
) -> None:
    now = workshop.machine_time()
    with desk.owner_sessions.begin() as session:
        session.execute(JUST_CALLED, {"id": given_up, "at": now.at, "up": now.up})
    desk.misbehave()
    http.delete(f"{desk.sandbox.url}/ledger").raise_for_status()

    desk.move_database_clock(timedelta(hours=25))
    assert ask_about_next(workshop)
    between = desk.see(given_up)
    desk.pass_time(HOURS)
    desk.move_database_clock(timedelta(hours=25))
    assert ask_about_next(workshop)

    assert (between.status, between.attempts[-1]) == ("unknown", ("look-up", "unknown"))
    assert desk.see(given_up).status == "refused"


def test_a_provider_that_still_cannot_be_asked_changes_nothing(
    desk: Desk, workshop: Workshop, given_up: int
) -> None:
    desk.pass_time(HOURS)

    assert ask_about_next(workshop)
    assert not ask_about_next(workshop)

    seen = desk.see(given_up)
    assert (seen.status, seen.attempts[-1]) == ("unknown", ("look-up", "unknown"))


def test_a_refund_of_another_payment_under_our_reference_is_not_taken_for_ours(
    desk: Desk, workshop: Workshop
) -> None:
    desk.misbehave({"kind": "store-error", "next": 1})
    effect = desk.ask_refund()
    carry_out_next(workshop, effect)
    desk.misbehave()
    with desk.sessions() as session:
        reference = f"{session.execute(KEY, {'id': effect}).scalar_one()}-1"
    desk.sandbox.register_payment("another", PRICE)
    body = {"payment": "another", "amount": PRICE, "currency": "EUR", "reference": reference}
    http.post(
        f"{desk.sandbox.url}/refunds", json=body, headers={"Idempotency-Key": "by-hand"}
    ).raise_for_status()

    seen = desk.work_off(workshop, effect)

    assert seen.status == "unknown"
    assert "as one of payment another" in seen.word


def test_a_late_answer_settles_what_was_given_to_a_person_meanwhile(
    desk: Desk, workshop: Workshop
) -> None:
    effect = desk.ask_refund()
    slow = replace(workshop, name="slow")
    gone: list[bool] = []

    class GivesUpMeanwhile:
        abilities = workshop.providers["sandbox"].abilities

        def pay_refund(self, order: RefundOrder, stop_after_seconds: float) -> Outcome:
            outcome = workshop.providers["sandbox"].pay_refund(order, stop_after_seconds)
            with desk.sessions.begin() as session:
                row = session.get_one(Effect, effect)
                taken = effects.Taken(effect, row.epoch, "slow")
                gone.append(
                    effects.give_to_a_person(session, workshop.rules, taken, "Too long.", {})
                )
            return outcome

        def look_up(self, order: RefundOrder, stop_after_seconds: float) -> Finding:
            raise AssertionError("nobody looks it up")

    carry_out_next(replace(slow, providers={"sandbox": GivesUpMeanwhile()}), effect)

    seen = desk.see(effect)
    assert gone == [True]
    assert (seen.status, seen.state, seen.refund) == ("done", "goodwill-paid", "paid")
    assert seen.observations == ["share-paid"]
    assert seen.incidents == ["effect-unknown"]
