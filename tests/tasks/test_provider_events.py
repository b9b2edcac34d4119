"""Webhooks from the real sandbox process over the real web process, followed by a worker.

The sandbox's ledger, and a look-up in it, decide; the events are hints.
"""

import random
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from claims import provider_events
from claims.late_failures import LATE_FAILURE, note_late_failure
from claims.models import Effect, Incident, JournalEntry, ProviderEvent
from claims.money.refunds import share_reference
from claims.provider_events import Told
from tasks.effects.carry_out import carry_out_next
from tasks.provider_events import follow_next
from tasks.sweep import sweep
from tasks.workshop import Workshop
from tests.conftest import WEBHOOK_SECRET
from tests.support.loopback import http
from tests.support.parts import Sandbox, WebPart, eventually
from tests.tasks.desk import PRICE, Desk
from tests.tasks.providers.stripe_processes import StripeProcesses

Tell = Callable[..., None]


@pytest.fixture
def tell(desk: Desk) -> Tell:
    """An event about a refund's first share, as if its webhook had been taken."""

    def told(effect_id: int, event_id: str, kind: str = "refund.updated") -> None:
        with desk.sessions.begin() as session:
            key = session.get_one(Effect, effect_id).key
            now = datetime.now(UTC)
            told = Told("sandbox", event_id, kind, share_reference(key, 1), "sbx_1", now)
            provider_events.receive(session, told)

    return told


def follow_all(shop: Workshop) -> None:
    while follow_next(shop):
        pass


def words(sessions: sessionmaker[Session]) -> set[str]:
    with sessions() as session:
        return set(session.scalars(select(ProviderEvent.word)))


def fail(sandbox: Sandbox, status: str = "failed") -> None:
    """The one refund of the ledger comes back to the shop."""
    [refund] = sandbox.ledger()
    body = {"refund": refund["id"], "status": status}
    http.post(f"{sandbox.url}/mishaps", json=body).raise_for_status()


@pytest.mark.parametrize("status", ["failed", "reversed"])
def test_a_refund_that_was_paid_and_failed_later_is_told_once_with_what_to_do(
    desk: Desk, workshop: Workshop, tell: Tell, status: str
) -> None:
    effect = desk.ask_refund()
    carry_out_next(workshop, effect)
    fail(desk.sandbox, status)

    numbers = [*range(5)] * 10
    random.Random(7).shuffle(numbers)
    for number in numbers:
        tell(effect, f"evt_{number}")
        if number % 3 == 0:
            follow_all(workshop)
    follow_all(workshop)

    seen = desk.see(effect)
    assert seen.incidents == [LATE_FAILURE]
    assert (seen.status, seen.refund, seen.shares) == ("done", "paid", [(PRICE, "paid")])
    with desk.sessions() as session:
        sentence = session.scalars(select(Incident.sentence)).one()
        noted = session.scalars(
            select(func.count())
            .select_from(JournalEntry)
            .where(JournalEntry.input["outcome"].as_string() == LATE_FAILURE)
        ).one()
    assert re.match(
        r"The refund of €24\.99 \(sbx_\d+\) was paid and failed afterwards\. ", sentence
    )
    assert "Pay it another way, such as by bank transfer, and write here how" in sentence
    assert noted == 1


def test_an_event_that_claims_a_failure_which_is_none_changes_nothing(
    desk: Desk, workshop: Workshop, tell: Tell
) -> None:
    effect = desk.ask_refund()
    carry_out_next(workshop, effect)

    tell(effect, "evt_1", "refund.failed")
    follow_all(workshop)

    assert desk.see(effect).incidents == []
    assert words(desk.sessions) == {"The refund is known as paid."}


def test_an_answer_that_was_lost_is_learned_from_the_webhook_without_a_second_call(
    desk: Desk, workshop: Workshop, tell: Tell
) -> None:
    desk.misbehave({"kind": "drop-after"})
    effect = desk.ask_refund()
    carry_out_next(workshop, effect)

    tell(effect, "evt_1", "refund.made")
    follow_all(workshop)
    carry_out_next(workshop, effect)

    seen = desk.see(effect)
    assert (seen.status, seen.refund) == ("done", "paid")
    assert seen.attempts == [("call", "unknown"), ("look-up", "done")]
    assert desk.paid() == [PRICE]


def test_a_failure_that_comes_before_the_answer_settles_the_refund_as_refused(
    desk: Desk, workshop: Workshop, tell: Tell
) -> None:
    desk.misbehave({"kind": "drop-after"})
    effect = desk.ask_refund()
    carry_out_next(workshop, effect)
    fail(desk.sandbox)

    for number in range(5):
        tell(effect, f"evt_{number}")
    follow_all(workshop)
    carry_out_next(workshop, effect)
    desk.pass_time(timedelta(hours=1))
    follow_all(workshop)

    seen = desk.see(effect)
    assert (seen.status, seen.refund) == ("refused", "refused")
    assert words(desk.sessions) == {"The refund is known as refused."}


def test_an_event_before_the_call_only_wakes_the_worker(
    desk: Desk, workshop: Workshop, tell: Tell
) -> None:
    effect = desk.ask_refund()

    tell(effect, "evt_1")
    sweep(workshop)

    assert desk.see(effect).status == "done"
    assert desk.paid() == [PRICE]


def test_a_refund_of_which_nobody_knew_is_looked_up_again_at_once(
    desk: Desk, workshop: Workshop, tell: Tell
) -> None:
    desk.misbehave({"kind": "error-after", "probability": 1.0})
    effect = desk.ask_refund()
    desk.misbehave(
        {"kind": "store-error", "paid": True},
        {"kind": "error-before", "on": "look-ups", "probability": 1.0},
    )
    assert desk.work_off(workshop, effect).status == "unknown"
    desk.misbehave()

    tell(effect, "evt_1", "refund.made")
    sweep(workshop)

    assert (desk.see(effect).status, desk.see(effect).refund) == ("done", "paid")


def test_what_is_about_no_refund_of_ours_is_closed_with_that_word(
    desk: Desk, workshop: Workshop
) -> None:
    with desk.sessions.begin() as session:
        for number, reference in enumerate(["", "elsewhere-1", "no-number", "x-99999999999"]):
            now = datetime.now(UTC)
            told = Told("sandbox", f"evt_{number}", "refund.made", reference, "sbx_9", now)
            provider_events.receive(session, told)

    follow_all(workshop)

    assert words(desk.sessions) == {"It is about no refund of ours."}


def test_while_the_provider_cannot_tell_the_event_waits_and_is_followed_later(
    desk: Desk, workshop: Workshop, tell: Tell
) -> None:
    effect = desk.ask_refund()
    carry_out_next(workshop, effect)
    fail(desk.sandbox)
    desk.misbehave({"kind": "error-before", "on": "look-ups", "next": 2})

    tell(effect, "evt_1")
    follow_all(workshop)
    assert desk.see(effect).incidents == []
    for _ in range(3):
        desk.pass_time(timedelta(minutes=5))
        follow_all(workshop)

    assert desk.see(effect).incidents == [LATE_FAILURE]


def test_an_event_that_can_never_be_followed_becomes_an_incident_and_stops(
    desk: Desk, workshop: Workshop, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_events, "MOST_TRIES", 3)
    effect = desk.ask_refund()
    carry_out_next(workshop, effect)
    desk.misbehave({"kind": "error-before", "on": "look-ups", "probability": 1.0})

    tell(effect, "evt_1")
    for _ in range(3):
        follow_all(workshop)
        desk.pass_time(timedelta(hours=2))

    assert desk.see(effect).incidents == ["late-word"]
    assert follow_next(workshop) is False


def test_a_worker_without_the_provider_leaves_the_event_to_one_that_has_it(
    desk: Desk, workshop: Workshop, tell: Tell
) -> None:
    effect = desk.ask_refund()
    carry_out_next(workshop, effect)
    fail(desk.sandbox)

    tell(effect, "evt_1")
    follow_all(replace(workshop, providers={}))
    assert words(desk.sessions) == {"This worker has no provider 'sandbox'."}
    desk.pass_time(timedelta(minutes=5))
    follow_all(workshop)

    assert desk.see(effect).incidents == [LATE_FAILURE]


def test_where_no_worker_has_the_provider_a_person_is_told(
    desk: Desk, workshop: Workshop, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_events, "MOST_TRIES", 3)
    effect = desk.ask_refund()
    carry_out_next(workshop, effect)

    tell(effect, "evt_1")
    for _ in range(3):
        follow_all(replace(workshop, providers={}))
        desk.pass_time(timedelta(hours=2))

    assert desk.see(effect).incidents == ["late-word"]


def test_the_sandbox_sends_each_event_up_to_fifty_times_shuffled_among_forged_ones(
    desk: Desk, workshop: Workshop, live_server: WebPart
) -> None:
    plan = {
        "url": f"{live_server.url}/webhooks/sandbox",
        "secret": WEBHOOK_SECRET,
        "times": [1, 50],
        "shuffle": True,
        "forged": 10,
        "seed": 7,
    }
    http.put(f"{desk.sandbox.url}/webhooks", json=plan).raise_for_status()
    effects = [desk.ask_refund() for _ in range(2)]
    for effect in effects:
        carry_out_next(workshop, effect)
    for refund in desk.sandbox.ledger():
        body = {"refund": refund["id"], "status": "failed"}
        http.post(f"{desk.sandbox.url}/mishaps", json=body).raise_for_status()

    def state() -> dict[str, dict[str, int]]:
        shown: dict[str, dict[str, int]] = http.get(f"{desk.sandbox.url}/webhooks").json()
        return shown

    eventually(lambda: state()["waiting"] == 0, about="the last webhook", seconds=30)  # type: ignore[comparison-overlap]
    answered = state()["answered"]
    follow_all(workshop)

    assert answered["400"] == 2 * 2 * 10
    assert 4 < answered["200"] <= 2 * 2 * 50
    with desk.sessions() as session:
        kept = session.scalars(select(ProviderEvent.event_id)).all()
        incidents = session.scalars(select(Incident.kind)).all()
    assert len(kept) == 2 * 2
    assert not [event for event in kept if "forged" in event]
    assert incidents == [LATE_FAILURE] * 2


def test_what_localstripe_signs_is_taken_and_with_another_secret_refused(
    stripe: StripeProcesses, live_server: WebPart
) -> None:
    """localstripe tells of no refunds by itself; its signature is what is looked at here."""
    door = f"{live_server.url}/webhooks/stripe"

    stripe.send_webhooks_to(door, WEBHOOK_SECRET)
    stripe.make_customer()
    eventually(lambda: "created" in stripe.words() and "webhook" in stripe.words(), about="one")
    assert 'webhook "customer.created" successfully delivered' in stripe.words()

    stripe.send_webhooks_to(door, "whsec_of_somebody_else")
    stripe.make_customer()
    refused = 'webhook "customer.created" failed with response code 400'
    eventually(lambda: refused in stripe.words(), about="the refusal")


def test_four_that_learn_of_a_failure_at_once_tell_it_once(desk: Desk, workshop: Workshop) -> None:
    effect = desk.ask_refund()
    carry_out_next(workshop, effect)
    together = Barrier(4)

    def learn(_: int) -> bool:
        with desk.sessions.begin() as session:
            refund = session.get_one(Effect, effect).refund
            assert refund is not None
            together.wait(10)
            return note_late_failure(session, refund.shares[0], "sbx_1", "It failed.", "a test")

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(learn, range(4)))

    assert sorted(told) == [False, False, False, True]
    assert desk.see(effect).incidents == [LATE_FAILURE]
