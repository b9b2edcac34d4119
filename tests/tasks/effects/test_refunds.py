"""Refunds against the real provider process; its own ledger is the judge."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from claims import effects
from claims.models import Effect, Notice
from tasks.effects.carry_out import carry_out_next
from tasks.workshop import Workshop
from tests.support.parts import eventually
from tests.tasks.desk import PRICE, Desk


@pytest.fixture
def impatient(workshop: Workshop) -> Workshop:
    """A worker that gives a call half a second."""
    return replace(workshop, lease=timedelta(seconds=1.5))


def test_a_refund_is_paid_once_and_the_case_moves_on(desk: Desk, workshop: Workshop) -> None:
    effect = desk.ask_refund()

    seen = desk.work_off(workshop, effect)

    assert desk.paid() == [PRICE]
    assert (seen.status, seen.refund, seen.state) == ("done", "paid", "goodwill-paid")
    assert seen.shares == [(PRICE, "paid")]
    assert seen.attempts == [("call", "done")]
    assert seen.word == "€24.99 was paid."


def test_a_refund_over_several_payments_pays_share_by_share_under_keys_of_their_own(
    desk: Desk, workshop: Workshop
) -> None:
    effect = desk.ask_refund([1000, 2000, 500])

    seen = desk.work_off(workshop, effect)

    ledger = desk.sandbox.ledger()
    assert [refund["amount"] for refund in ledger] == [1000, 2000, 500]
    assert len({refund["key"] for refund in ledger}) == 3
    assert len({refund["reference"] for refund in ledger}) == 3
    assert seen.status == "done"


def test_what_is_done_is_not_taken_again(desk: Desk, workshop: Workshop) -> None:
    effect = desk.ask_refund()
    desk.work_off(workshop, effect)

    assert carry_out_next(workshop, effect) is False
    assert carry_out_next(workshop) is True  # the letter about it
    assert desk.paid() == [PRICE]


def test_a_timeout_after_success_is_asked_again_under_the_same_key_and_paid_once(
    desk: Desk, impatient: Workshop
) -> None:
    desk.misbehave({"kind": "answer-late", "seconds": 2})
    effect = desk.ask_refund()

    carry_out_next(impatient, effect)
    first = desk.see(effect)
    seen = desk.work_off(impatient, effect)

    assert (first.status, first.waits, first.state) == ("waiting", True, "refunding")
    assert first.word == "The provider gave no answer within 0.5 seconds."
    assert desk.paid() == [PRICE]
    assert seen.attempts == [("call", "unknown"), ("call", "done")]


@pytest.mark.parametrize("kind", ["drop-before", "drop-after"])
def test_a_cut_is_asked_again_under_the_same_key_and_paid_once(
    desk: Desk, workshop: Workshop, kind: str
) -> None:
    desk.misbehave({"kind": kind})
    effect = desk.ask_refund()

    seen = desk.work_off(workshop, effect)

    assert desk.paid() == [PRICE]
    assert seen.attempts == [("call", "unknown"), ("call", "done")]


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ({"kind": "store-error", "paid": True}, "done"),
        ({"kind": "error-after"}, "done"),
        ({"kind": "nonsense"}, "done"),
        ({"kind": "store-error"}, "absent"),
        ({"kind": "error-before"}, "absent"),
    ],
)
def test_after_an_error_that_may_be_stored_it_is_looked_up_and_paid_once(
    desk: Desk, workshop: Workshop, fault: dict[str, object], found: str
) -> None:
    desk.misbehave(fault)
    effect = desk.ask_refund()

    seen = desk.work_off(workshop, effect)

    assert desk.paid() == [PRICE]
    assert seen.status == "done"
    again = [("call", "done")] if found == "absent" else []
    assert seen.attempts == [("call", "unknown"), ("look-up", found), *again]


def test_a_refusal_fires_refused_and_frees_the_money(desk: Desk, workshop: Workshop) -> None:
    desk.misbehave({"kind": "refuse", "reason": "The card was closed."})
    effect = desk.ask_refund()

    seen = desk.work_off(workshop, effect)

    assert desk.paid() == []
    assert (seen.status, seen.state, seen.word) == (
        "refused",
        "refund-refused",
        "The card was closed.",
    )
    assert (seen.refund, seen.shares) == ("refused", [(PRICE, "refused")])


def test_a_refusal_of_a_later_share_keeps_what_was_paid_and_frees_the_rest(
    desk: Desk, workshop: Workshop
) -> None:
    effect = desk.ask_refund([1000, 2000, 500])
    with desk.sessions() as session:
        refund = session.get_one(Effect, effect).refund
        assert refund is not None
        second = refund.shares[1].payment.reference
    desk.misbehave({"kind": "refuse", "payment": second})

    seen = desk.work_off(workshop, effect)

    assert desk.paid() == [1000]
    assert seen.shares == [(1000, "paid"), (2000, "refused"), (500, "released")]
    assert (seen.status, seen.state) == ("refused", "refund-refused")


def test_too_many_requests_wait_as_long_as_was_asked_and_are_tried_again(
    desk: Desk, workshop: Workshop
) -> None:
    desk.misbehave({"kind": "too-many"})
    effect = desk.ask_refund()

    carry_out_next(workshop, effect)
    first = desk.see(effect)
    seen = desk.work_off(workshop, effect)

    assert (first.status, first.waits, first.attempts) == (
        "waiting",
        True,
        [("call", "not-begun")],
    )
    assert desk.paid() == [PRICE]
    assert seen.status == "done"


def test_an_effect_that_waits_is_not_taken_before_its_time(desk: Desk, workshop: Workshop) -> None:
    desk.misbehave({"kind": "too-many"})
    effect = desk.ask_refund()
    carry_out_next(workshop, effect)

    assert carry_out_next(workshop, effect) is False


def test_a_provider_that_is_away_too_often_is_given_to_a_person(
    desk: Desk, workshop: Workshop
) -> None:
    desk.misbehave({"kind": "too-many", "probability": 1.0})
    effect = desk.ask_refund()

    seen = desk.work_off(workshop, effect)

    assert len(seen.attempts) == effects.MOST_TRIES
    assert (seen.status, seen.state) == ("unknown", "refund-unclear")
    assert seen.incidents == ["effect-unknown"]
    assert seen.word.startswith("Tried 12 times.")


def test_a_look_up_that_never_tells_is_given_to_a_person_and_finance_is_told(
    desk: Desk, workshop: Workshop
) -> None:
    desk.misbehave(
        {"kind": "store-error"}, {"kind": "error-before", "on": "look-ups", "probability": 1.0}
    )
    effect = desk.ask_refund()

    seen = desk.work_off(workshop, effect)
    while carry_out_next(workshop):
        pass

    assert (seen.status, seen.state) == ("unknown", "refund-unclear")
    assert desk.paid() == []
    with desk.sessions() as session:
        notice = session.scalars(select(Notice)).one()
    assert (notice.role, notice.sentence.endswith("Refund unclear.")) == ("finance", True)


def test_past_the_life_of_the_key_what_was_paid_is_found_and_not_paid_again(
    desk: Desk, workshop: Workshop
) -> None:
    desk.misbehave({"kind": "drop-after"})
    effect = desk.ask_refund()
    carry_out_next(workshop, effect)

    desk.pass_time(timedelta(hours=25))
    seen = desk.work_off(workshop, effect)

    assert desk.paid() == [PRICE]
    assert seen.attempts == [("call", "unknown"), ("look-up", "done")]


def test_past_the_life_of_the_key_what_is_absent_is_paid_under_a_new_one(
    desk: Desk, workshop: Workshop
) -> None:
    desk.misbehave({"kind": "drop-before"})
    effect = desk.ask_refund()
    carry_out_next(workshop, effect)

    desk.pass_time(timedelta(hours=25))
    seen = desk.work_off(workshop, effect)

    assert desk.paid() == [PRICE]
    assert seen.attempts == [("call", "unknown"), ("look-up", "absent"), ("call", "done")]


def test_a_payment_we_cannot_pay_back_through_is_refused_before_anything_is_paid(
    desk: Desk, workshop: Workshop
) -> None:
    effect = desk.ask_refund(provider="cash-desk")

    seen = desk.work_off(workshop, effect)

    assert desk.paid() == []
    assert (seen.status, seen.attempts) == ("refused", [])
    assert seen.word.startswith("A payment was made through cash-desk, which Redress cannot")


def test_the_attempt_is_written_before_the_call_and_no_transaction_is_open_in_it(
    desk: Desk, workshop: Workshop
) -> None:
    desk.misbehave({"kind": "slow", "seconds": 1})
    effect = desk.ask_refund()
    working = threading.Thread(target=carry_out_next, args=(workshop, effect))
    working.start()

    eventually(lambda: desk.see(effect).attempts == [("call", None)], about="the attempt")
    open_ones = idle_in_transaction(desk.owner_sessions)
    before = desk.paid()
    working.join()

    assert (open_ones, before, desk.paid()) == (0, [], [PRICE])


def idle_in_transaction(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        return session.execute(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND state LIKE 'idle in%'"
            )
        ).scalar_one()


def test_a_late_word_is_kept_as_an_observation_and_the_refund_is_paid_once(
    desk: Desk, impatient: Workshop, workshop: Workshop
) -> None:
    desk.misbehave({"kind": "answer-late", "seconds": 1, "next": 1})
    effect = desk.ask_refund()
    slow = replace(workshop, name="slow", lease=timedelta(seconds=9))
    working = threading.Thread(target=carry_out_next, args=(slow, effect))
    working.start()
    eventually(lambda: desk.paid() == [PRICE], about="the refund")

    desk.pass_time(timedelta(seconds=10))  # its lease is over
    quick = desk.work_off(impatient, effect)
    working.join()

    seen = desk.see(effect)
    assert quick.status == seen.status == "done"
    assert desk.paid() == [PRICE]
    assert seen.observations == ["share-paid"]
    assert seen.incidents == []
    assert seen.attempts == [("call", "done"), ("call", "done")]


def test_a_worker_that_is_to_end_hands_the_effect_back(desk: Desk, workshop: Workshop) -> None:
    effect = desk.ask_refund()
    workshop.stopping.set()
    carry_out_next(workshop, effect)

    workshop.stopping.clear()
    assert carry_out_next(workshop, effect) is True
    assert desk.paid() == [PRICE]


def test_a_mistake_of_the_program_sets_one_effect_aside_and_not_the_others(
    desk: Desk, workshop: Workshop
) -> None:
    poisoned, sound = desk.ask_refund(), desk.ask_refund()

    def stumble(*_: object) -> None:
        raise ZeroDivisionError("nought")

    carry_out_next(workshop, poisoned, {"refund.pay": stumble})
    seen = desk.see(poisoned)
    desk.work_off(workshop, sound)

    assert (seen.status, seen.waits) == ("waiting", True)
    assert seen.word == "The program made a mistake: ZeroDivisionError: nought"
    assert desk.see(sound).status == "done"


def test_a_mistake_that_stays_is_given_to_a_person(desk: Desk, workshop: Workshop) -> None:
    effect = desk.ask_refund()

    def stumble(*_: object) -> None:
        raise ZeroDivisionError("nought")

    for _ in range(24):
        carry_out_next(workshop, effect, {"refund.pay": stumble})
        desk.pass_time(timedelta(hours=2), for_provider=False)

    assert desk.see(effect).incidents == ["effect-unknown"]
