"""Refunds through Stripe, once each, whatever goes wrong: with keys that are honoured (through
the proxy) and without (localstripe alone, which knows none), where only the look-up by our
reference in the metadata keeps a refund from being made twice. localstripe's ledger judges.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from claims import clock
from claims.models import Effect, Incident
from claims.provider_events import Told, receive
from tasks.effects.carry_out import carry_out_next
from tasks.provider_events import follow_next
from tasks.providers.stripe.adapter import ABILITIES, Stripe
from tasks.workshop import Workshop
from tests.support.cases import AGENT, claim_first, press
from tests.support.shop import Line, an_order
from tests.tasks.desk import PRICE, Desk, Seen
from tests.tasks.providers.stripe_processes import KEY, StripeProcesses

Ask = Callable[[], int]


@pytest.fixture
def with_keys(workshop: Workshop, stripe: StripeProcesses) -> Workshop:
    """A worker at Stripe as it documents itself."""
    return replace(workshop, providers={"stripe": Stripe(KEY, stripe.url)})


@pytest.fixture
def without_keys(workshop: Workshop, stripe: StripeProcesses) -> Workshop:
    """A worker at a Stripe that honours no keys, and whose adapter says so."""
    stripe.tell_proxy("honour_keys", honour=False)
    abilities = replace(ABILITIES, key_lifetime=None)
    return replace(workshop, providers={"stripe": Stripe(KEY, stripe.url, abilities)})


@pytest.fixture(params=["with_keys", "without_keys"])
def shop(request: pytest.FixtureRequest) -> Workshop:
    found: Workshop = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def ask(desk: Desk, stripe: StripeProcesses) -> Ask:
    """A refund of all of a payment by Stripe; gives the effect's key."""

    def asked() -> int:
        with desk.sessions.begin() as session:
            order = an_order(session, [Line(unit_price=PRICE)], provider="stripe")
            order.payments[0].reference = stripe.payment(10 * PRICE)  # enough to be doubled
            item = claim_first(session, desk.rules, order, resolution="goodwill")
            press(session, desk.rules, item, "refund", AGENT, amount=f"{PRICE / 100:.2f}")
            return session.scalars(select(Effect.id).where(Effect.item_id == item.id)).one()

    return asked


def work_off(desk: Desk, shop: Workshop, stripe: StripeProcesses, effect: int) -> Seen:
    """Carry out until it is settled, with the waits in between passed quickly."""
    for _ in range(10):
        carry_out_next(shop, effect)
        if desk.see(effect).status != "waiting":
            break
        pass_time(desk, stripe, timedelta(hours=2))
    return desk.see(effect)


def pass_time(desk: Desk, stripe: StripeProcesses, by: timedelta) -> None:
    desk.pass_time(by, for_provider=False)
    stripe.tell_proxy("move_clock", seconds=by.total_seconds())


def test_a_refund_is_paid_once_and_the_case_moves_on(
    desk: Desk, shop: Workshop, stripe: StripeProcesses, ask: Ask
) -> None:
    seen = work_off(desk, shop, stripe, ask())

    assert (seen.status, seen.refund, seen.attempts) == ("done", "paid", [("call", "done")])
    assert [refund["amount"] for refund in stripe.refunds()] == [PRICE]


@pytest.mark.parametrize(
    "kind", ["cut-before", "cut-after", "error-stored", "error-stored-paid", "gateway", "too-many"]
)
def test_whatever_goes_wrong_it_is_paid_once(
    desk: Desk, shop: Workshop, stripe: StripeProcesses, ask: Ask, kind: str
) -> None:
    stripe.misbehave(kind)

    seen = work_off(desk, shop, stripe, ask())

    assert (seen.status, seen.refund) == ("done", "paid")
    assert [refund["amount"] for refund in stripe.refunds()] == [PRICE]


def test_a_timeout_after_success_is_not_paid_again(
    desk: Desk, shop: Workshop, stripe: StripeProcesses, ask: Ask
) -> None:
    stripe.misbehave("late", seconds=1.5)
    impatient = replace(shop, lease=timedelta(seconds=3))

    seen = work_off(desk, impatient, stripe, ask())

    assert (seen.status, len(stripe.refunds())) == ("done", 1)
    assert seen.attempts[0] == ("call", "unknown")


def test_the_judge_sees_a_refund_that_was_made_twice(
    desk: Desk, with_keys: Workshop, stripe: StripeProcesses, ask: Ask
) -> None:
    """A planted mistake: the adapter relies on keys that are not honoured."""
    stripe.tell_proxy("honour_keys", honour=False)
    stripe.misbehave("cut-after")

    work_off(desk, with_keys, stripe, ask())

    assert len(stripe.refunds()) == 2


def test_a_day_later_when_the_key_is_forgotten_it_is_found_and_not_paid_again(
    desk: Desk, with_keys: Workshop, stripe: StripeProcesses, ask: Ask
) -> None:
    stripe.misbehave("cut-after")
    effect = ask()
    carry_out_next(with_keys, effect)
    pass_time(desk, stripe, timedelta(hours=25))

    seen = work_off(desk, with_keys, stripe, effect)

    assert seen.attempts == [("call", "unknown"), ("look-up", "done")]
    assert len(stripe.refunds()) == 1


def test_a_key_that_stripe_does_not_take_is_told_once_and_the_refund_waits(
    desk: Desk, with_keys: Workshop, stripe: StripeProcesses, ask: Ask
) -> None:
    stripe.misbehave("unauthorized", next=2)
    first, second = ask(), ask()
    carry_out_next(with_keys, first)
    carry_out_next(with_keys, second)

    assert (desk.see(first).status, desk.see(first).waits) == ("waiting", True)
    assert desk.see(first).incidents == ["provider-shut"]
    assert work_off(desk, with_keys, stripe, first).status == "done"
    assert work_off(desk, with_keys, stripe, second).status == "done"
    assert len(stripe.refunds()) == 2


def test_a_pending_refund_counts_as_paid_and_its_failure_comes_to_a_person_by_webhook(
    desk: Desk, with_keys: Workshop, stripe: StripeProcesses, ask: Ask
) -> None:
    stripe.misbehave("pending")
    effect = ask()
    assert work_off(desk, with_keys, stripe, effect).refund == "paid"
    [refund] = stripe.refunds()
    stripe.tell_proxy("tell", refund=refund["id"], status="failed", failure_reason="lost_card")

    for number in range(3):
        desk_is_told(desk, refund["metadata"]["redress_reference"], refund["id"], number)
    while follow_next(with_keys):
        pass

    assert desk.see(effect).incidents == ["late-failure"]
    with desk.sessions() as session:
        assert "lost_card" in session.scalars(select(Incident.sentence)).one()


def desk_is_told(desk: Desk, reference: str, refund: str, number: int) -> None:
    with desk.sessions.begin() as session:
        now = clock.now(session)
        told = Told("stripe", f"evt_{number}", "refund.failed", reference, refund, now)
        receive(session, told)
