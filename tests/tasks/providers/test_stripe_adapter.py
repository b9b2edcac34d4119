import socket
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from claims.outside import Done, NotBegun, Refused, Unknown
from tasks.providers.port import Absent, CannotTell, Failed, Found, ListPage, RefundOrder
from tasks.providers.stripe.adapter import Stripe
from tests.support.parts import eventually
from tests.tasks.providers.stripe_processes import KEY, StripeProcesses

ORDER = RefundOrder("R-1", "k1", "pi_nowhere", 500, "EUR")


@pytest.fixture
def adapter(stripe: StripeProcesses) -> Stripe:
    return Stripe(KEY, stripe.url)


@pytest.fixture
def order(stripe: StripeProcesses) -> RefundOrder:
    """Of 5.00 EUR of a payment of 100.00 EUR."""
    return replace(ORDER, payment_reference=stripe.payment())


def test_a_refund_is_done_and_found_by_our_reference(adapter: Stripe, order: RefundOrder) -> None:
    paid = adapter.pay_refund(order, 5)

    assert isinstance(paid, Done)
    assert paid.provider_reference.startswith("re_")
    found = adapter.look_up(order, 5)
    assert isinstance(found, Found)
    assert (found.provider_reference, found.amount, found.currency) == (
        paid.provider_reference,
        500,
        "EUR",
    )
    assert adapter.look_up(replace(order, reference="R-2"), 5) == Absent()


def test_a_payment_may_be_named_by_its_charge(
    adapter: Stripe, order: RefundOrder, stripe: StripeProcesses
) -> None:
    by_charge = replace(order, payment_reference=stripe.charge_of(order.payment_reference))

    assert isinstance(adapter.pay_refund(by_charge, 5), Done)
    assert isinstance(adapter.look_up(by_charge, 5), Found)


def test_the_same_key_pays_once_and_says_the_same(
    adapter: Stripe, order: RefundOrder, stripe: StripeProcesses
) -> None:
    assert adapter.pay_refund(order, 5) == adapter.pay_refund(order, 5)
    assert len(stripe.refunds()) == 1


def test_several_partial_refunds_of_a_payment_are_told_apart_over_many_pages(
    adapter: Stripe, order: RefundOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.providers.stripe.adapter.PAGE", 2)
    for number in range(5):
        adapter.pay_refund(replace(order, reference=f"R-{number}", key=f"k{number}"), 5)

    found = [adapter.look_up(replace(order, reference=f"R-{number}"), 5) for number in range(5)]

    assert len({f.provider_reference for f in found if isinstance(f, Found)}) == 5


def test_all_refunds_since_a_moment_are_listed_page_by_page_with_how_they_stand(
    adapter: Stripe,
    order: RefundOrder,
    stripe: StripeProcesses,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tasks.providers.stripe.adapter.PAGE", 2)
    by_charge = replace(order, payment_reference=stripe.charge_of(order.payment_reference))
    for number, each in enumerate([order, by_charge, order]):
        adapter.pay_refund(replace(each, reference=f"R-{number}", key=f"k{number}"), 5)
    stripe.tell_proxy("tell", refund=stripe.refunds()[0]["id"], status="failed")
    now = datetime.now(UTC)

    listed, following = [], None
    for _ in range(2):
        page = adapter.list_refunds(now - timedelta(hours=1), following, 5)
        assert isinstance(page, ListPage)
        listed += page.refunds
        following = page.following

    assert following is None
    assert {each.reference: each.payment_reference for each in listed} == {
        "R-0": order.payment_reference,
        "R-1": by_charge.payment_reference,
        "R-2": order.payment_reference,
    }
    assert {(each.amount, each.currency) for each in listed} == {(500, "EUR")}
    assert sorted(each.standing for each in listed) == ["failed", "paid", "paid"]
    assert all(abs(now - each.at) < timedelta(minutes=5) for each in listed)
    assert adapter.list_refunds(now + timedelta(hours=1), None, 5) == ListPage(())


@pytest.mark.parametrize(
    ("currency", "amount", "words"), [("lyd", 500, "500 LYD"), ("isk", 150, "150 ISK")]
)
def test_a_refund_that_cannot_be_counted_is_listed_in_stripes_own_units(
    adapter: Stripe,
    order: RefundOrder,
    stripe: StripeProcesses,
    currency: str,
    amount: int,
    words: str,
) -> None:
    """Of another shop at the same account, say: it must not keep ours from being compared."""
    for number in range(2):
        adapter.pay_refund(replace(order, reference=f"R-{number}", key=f"k{number}"), 5)
    odd = stripe.refunds()[0]["id"]
    stripe.tell_proxy("tell", refund=odd, currency=currency, amount=amount)

    page = adapter.list_refunds(datetime.now(UTC) - timedelta(hours=1), None, 5)

    assert isinstance(page, ListPage)
    counted = {each.provider_reference == odd: each.uncounted for each in page.refunds}
    assert counted == {True: f"{words} in Stripe's own units", False: ""}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"amount": 10_001}, "Refund amount is greater than unrefunded amount on charge."),
        ({"payment_reference": "pay-7"}, "The payment 'pay-7' is none of Stripe's: theirs begin"),
    ],
)
def test_a_refusal_is_refused_with_the_reason(
    adapter: Stripe, order: RefundOrder, changed: dict[str, object], reason: str
) -> None:
    outcome = adapter.pay_refund(replace(order, **changed), 5)  # type: ignore[arg-type]

    assert isinstance(outcome, Refused)
    assert outcome.reason.startswith(reason)


def test_a_payment_that_stripe_does_not_know_is_refused_but_a_look_up_cannot_tell(
    adapter: Stripe,
) -> None:
    """Another account's key would say the same of a refund that was made."""
    assert isinstance(adapter.pay_refund(ORDER, 5), Refused)
    assert isinstance(adapter.look_up(ORDER, 5), CannotTell)


def test_a_pending_refund_is_done_and_one_that_failed_later_is_found_as_failed(
    adapter: Stripe, order: RefundOrder, stripe: StripeProcesses
) -> None:
    stripe.misbehave("pending")
    paid = adapter.pay_refund(order, 5)
    assert isinstance(paid, Done)
    assert paid.answer["status"] == "pending"

    stripe.tell_proxy(
        "tell",
        refund=paid.provider_reference,
        status="failed",
        failure_reason="expired_or_canceled_card",
    )

    failed = adapter.look_up(order, 5)
    assert isinstance(failed, Failed)
    assert failed.reason == "Stripe says that the refund is failed: expired_or_canceled_card."


def test_a_refund_that_fails_at_once_is_refused(
    adapter: Stripe, order: RefundOrder, stripe: StripeProcesses
) -> None:
    stripe.misbehave("failed")

    assert isinstance(adapter.pay_refund(order, 5), Refused)


def test_two_refunds_under_one_reference_cannot_be_told_apart(
    adapter: Stripe, order: RefundOrder
) -> None:
    adapter.pay_refund(order, 5)
    adapter.pay_refund(replace(order, key="k2"), 5)

    assert isinstance(adapter.look_up(order, 5), CannotTell)


def test_nobody_listening_has_surely_not_begun() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]

    assert isinstance(Stripe(KEY, f"http://127.0.0.1:{port}").pay_refund(ORDER, 5), NotBegun)


def test_too_many_requests_have_not_begun_and_say_how_long_to_wait(
    adapter: Stripe, order: RefundOrder, stripe: StripeProcesses
) -> None:
    stripe.misbehave("too-many")

    outcome = adapter.pay_refund(order, 5)

    assert outcome == NotBegun("Stripe has too many requests.", wait_seconds=7)
    assert stripe.refunds() == []


def test_a_key_of_ours_that_stripe_does_not_take_is_no_refusal_but_a_persons_matter(
    adapter: Stripe, order: RefundOrder, stripe: StripeProcesses
) -> None:
    stripe.misbehave("unauthorized")

    outcome = adapter.pay_refund(order, 5)

    assert isinstance(outcome, NotBegun)
    assert outcome.tell_person
    assert outcome.reason.endswith("Put STRIPE_API_KEY right.")


@pytest.mark.parametrize(
    ("kind", "paid", "answered"),
    [
        ("cut-before", 0, False),
        ("cut-after", 1, False),
        ("error-stored", 0, True),
        ("error-stored-paid", 1, True),
        ("gateway", 0, False),
    ],
)
def test_everything_else_is_unknown_whether_it_was_paid_or_not(
    adapter: Stripe,
    order: RefundOrder,
    stripe: StripeProcesses,
    kind: str,
    paid: int,
    answered: bool,
) -> None:
    stripe.misbehave(kind)

    outcome = adapter.pay_refund(order, 5)

    assert isinstance(outcome, Unknown)
    assert (outcome.answered, outcome.for_person) == (answered, False)
    assert len(stripe.refunds()) == paid


def test_a_key_used_with_another_amount_is_unknown_and_a_persons_matter(
    adapter: Stripe, order: RefundOrder, stripe: StripeProcesses
) -> None:
    adapter.pay_refund(order, 5)

    outcome = adapter.pay_refund(replace(order, amount=501), 5)

    assert isinstance(outcome, Unknown)
    assert outcome.for_person
    assert len(stripe.refunds()) == 1


def test_a_timeout_after_success_is_unknown_within_the_time_given_and_never_sent_twice(
    adapter: Stripe, order: RefundOrder, stripe: StripeProcesses
) -> None:
    stripe.misbehave("late", seconds=10)
    began = time.monotonic()

    outcome = adapter.pay_refund(order, 0.5)

    assert outcome == Unknown("Stripe gave no answer in time.")
    assert time.monotonic() - began < 8
    assert len(stripe.refunds()) == 1


def test_a_key_that_is_in_use_is_not_answered(
    adapter: Stripe, order: RefundOrder, stripe: StripeProcesses
) -> None:
    stripe.misbehave("works-long", seconds=0.8)
    adapter.pay_refund(order, 0.3)

    outcome = adapter.pay_refund(order, 5)

    assert outcome == Unknown("Stripe answered 409.", answered=False)
    eventually(lambda: len(stripe.refunds()) == 1, about="the first request")


@pytest.mark.parametrize("kind", ["cut-before", "gateway", "too-many", "unauthorized"])
def test_a_look_up_without_a_clear_answer_cannot_tell(
    adapter: Stripe, order: RefundOrder, stripe: StripeProcesses, kind: str
) -> None:
    stripe.misbehave(kind, on="GET")

    assert isinstance(adapter.look_up(order, 5), CannotTell)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nNo route.",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
        b'HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n{"object": "refund"}\n',
        b'HTTP/1.1 400 Bad\r\nContent-Length: 18\r\n\r\n{"error": "shops"}',
        b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 2_000_000,
        b'HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"id": "re_',
    ],
)
def test_what_is_not_stripes_answer_is_unknown(
    answering: Callable[[bytes], str], answer: bytes
) -> None:
    assert isinstance(Stripe(KEY, answering(answer)).pay_refund(ORDER, 5), Unknown)
    assert isinstance(Stripe(KEY, answering(answer)).look_up(ORDER, 5), CannotTell)


@pytest.mark.parametrize(
    ("amount", "currency", "counted"),
    [
        (500, "jpy", 500),
        (500, "isk", 50_000),
        (5, "ugx", 500),
        (5120, "kwd", 5120),
        (300, "huf", 300),
    ],
)
def test_amounts_go_out_as_stripe_counts_them_and_come_back_as_ours(
    adapter: Stripe, stripe: StripeProcesses, amount: int, currency: str, counted: int
) -> None:
    order = replace(
        ORDER,
        payment_reference=stripe.payment(100_000, currency),
        amount=amount,
        currency=currency.upper(),
    )

    assert isinstance(adapter.pay_refund(order, 5), Done)
    found = adapter.look_up(order, 5)

    assert [refund["amount"] for refund in stripe.refunds()] == [counted]
    assert isinstance(found, Found)
    assert found.amount == amount


def test_a_look_up_that_finds_nothing_tells_what_else_was_paid_back_of_the_payment(
    adapter: Stripe, order: RefundOrder
) -> None:
    other = replace(order, reference="another-1", key="another", amount=700)
    adapter.pay_refund(other, 10)

    found = adapter.look_up(order, 10)

    assert isinstance(found, Absent)
    told = [(each.reference, each.amount, each.currency) for each in found.others]
    assert told == [("another-1", 700, order.currency)]
