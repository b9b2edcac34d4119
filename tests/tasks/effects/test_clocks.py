"""A clock that jumps lets nobody believe in an end, or in a key, that may not be."""

from datetime import timedelta

import pytest

from claims.models import Effect
from claims.money.refunds import share_reference
from tasks.effects.carry_out import carry_out_next
from tasks.workshop import Workshop
from tests.support.loopback import http
from tests.tasks.desk import PRICE, Desk

A_DAY = timedelta(hours=25)


def test_a_database_clock_that_jumps_ahead_does_not_end_a_call_that_is_on_its_way(
    desk: Desk, workshop: Workshop
) -> None:
    desk.misbehave({"kind": "drop-before"})  # the network holds the call back
    effect = desk.ask_refund()
    carry_out_next(workshop, effect)

    desk.move_database_clock(A_DAY)
    carry_out_next(workshop, effect)
    between = desk.see(effect)
    deliver_late(desk, effect)
    desk.pass_time(timedelta(minutes=16))
    seen = desk.work_off(workshop, effect)

    assert between.attempts == [("call", "unknown"), ("look-up", "unknown")]
    assert between.waits
    assert desk.paid() == [PRICE]
    assert (seen.status, seen.attempts[-1]) == ("done", ("look-up", "done"))


def deliver_late(desk: Desk, effect: int) -> None:
    """The very request of the first attempt comes to the provider after all."""
    with desk.sessions() as session:
        row = session.get_one(Effect, effect)
        assert row.refund is not None
        [share] = row.refund.shares
        body = {
            "payment": share.payment.reference,
            "amount": share.amount,
            "currency": share.payment.currency,
            "reference": share_reference(row.key, share.position),
        }
        key = row.attempts[0].key
    answer = http.post(f"{desk.sandbox.url}/refunds", json=body, headers={"Idempotency-Key": key})
    answer.raise_for_status()


def test_a_database_clock_that_jumps_back_does_not_make_an_old_key_young(
    desk: Desk, workshop: Workshop
) -> None:
    desk.misbehave({"kind": "drop-after"})
    effect = desk.ask_refund()
    carry_out_next(workshop, effect)

    desk.pass_time(timedelta(hours=26))
    desk.move_database_clock(-A_DAY)
    seen = desk.work_off(workshop, effect)

    assert desk.paid() == [PRICE]
    assert seen.attempts == [("call", "unknown"), ("look-up", "done")]


@pytest.mark.parametrize("jump", [A_DAY, -A_DAY])
def test_what_is_surely_absent_is_paid_although_a_clock_was_moved(
    desk: Desk, workshop: Workshop, jump: timedelta
) -> None:
    desk.misbehave({"kind": "drop-before"})
    effect = desk.ask_refund()
    carry_out_next(workshop, effect)

    desk.move_database_clock(jump)
    desk.pass_time(timedelta(hours=25))
    seen = desk.work_off(workshop, effect)

    assert desk.paid() == [PRICE]
    assert seen.status == "done"
