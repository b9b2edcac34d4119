import socket
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from claims.outside import Done, NotBegun, Refused, Unknown
from tasks.providers.port import Absent, CannotTell, Found, RefundOrder
from tasks.providers.sandbox.adapter import Sandbox
from tests.support.loopback import http
from tests.tasks.sandbox_process import SandboxProcess

ORDER = RefundOrder("R-1", "k1", "P-1", 500, "EUR")


def test_a_refund_is_done_and_found(provider: SandboxProcess) -> None:
    sandbox = Sandbox(provider.url)

    paid = sandbox.pay_refund(ORDER, 5)
    found = sandbox.look_up(ORDER, 5)

    assert isinstance(paid, Done)
    assert isinstance(found, Found)
    assert (found.provider_reference, found.amount, found.currency) == (
        paid.provider_reference,
        500,
        "EUR",
    )


def test_what_was_never_asked_for_is_absent(provider: SandboxProcess) -> None:
    assert Sandbox(provider.url).look_up(replace(ORDER, reference="R-9"), 5) == Absent()


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (replace(ORDER, amount=10_001), "Of payment P-1 only 10000 EUR (minor) are left."),
        (replace(ORDER, payment_reference="P-9"), "There is no payment P-9."),
        (replace(ORDER, currency="USD"), "Payment P-1 was made in EUR."),
    ],
)
def test_a_refusal_is_refused_with_the_providers_reason(
    provider: SandboxProcess, order: RefundOrder, reason: str
) -> None:
    outcome = Sandbox(provider.url).pay_refund(order, 5)

    assert isinstance(outcome, Refused)
    assert outcome.reason == reason


def test_nobody_listening_has_surely_not_begun() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]

    outcome = Sandbox(f"http://127.0.0.1:{port}").pay_refund(ORDER, 5)

    assert isinstance(outcome, NotBegun)


def test_too_many_requests_have_surely_not_begun_and_say_how_long_to_wait(
    provider: SandboxProcess,
) -> None:
    provider.faults({"kind": "too-many"})

    outcome = Sandbox(provider.url).pay_refund(ORDER, 5)

    assert isinstance(outcome, NotBegun)
    assert outcome.wait_seconds == 1


@pytest.mark.parametrize(
    ("kind", "paid"),
    [
        ("drop-before", 0),
        ("drop-after", 1),
        ("error-before", 0),
        ("error-after", 1),
        ("store-error", 0),
        ("nonsense", 1),
    ],
)
def test_everything_else_is_unknown_whether_it_was_paid_or_not(
    provider: SandboxProcess, kind: str, paid: int
) -> None:
    provider.faults({"kind": kind})

    outcome = Sandbox(provider.url).pay_refund(ORDER, 5)

    assert isinstance(outcome, Unknown)
    assert outcome.answered == (kind not in {"drop-before", "drop-after"})
    assert len(provider.refunds()) == paid


@pytest.mark.parametrize("kind", ["drop-after", "error-after", "nonsense"])
def test_the_same_key_again_tells_what_became_of_it(provider: SandboxProcess, kind: str) -> None:
    provider.faults({"kind": kind})
    sandbox = Sandbox(provider.url)
    sandbox.pay_refund(ORDER, 5)

    assert isinstance(sandbox.pay_refund(ORDER, 5), Done)
    assert len(provider.refunds()) == 1


def test_a_timeout_after_success_is_unknown_within_the_time_given(
    provider: SandboxProcess,
) -> None:
    provider.faults({"kind": "answer-late", "seconds": 30})
    began = time.monotonic()

    outcome = Sandbox(provider.url).pay_refund(ORDER, 0.3)

    assert outcome == Unknown("The provider gave no answer within 0.3 seconds.")
    assert time.monotonic() - began < 20
    assert len(provider.refunds()) == 1


def test_a_key_used_for_something_else_is_unknown_and_not_refused(
    provider: SandboxProcess,
) -> None:
    sandbox = Sandbox(provider.url)
    sandbox.pay_refund(ORDER, 5)

    assert isinstance(sandbox.pay_refund(replace(ORDER, amount=501), 5), Unknown)


def test_two_refunds_under_one_reference_cannot_be_told_apart(provider: SandboxProcess) -> None:
    provider.faults({"kind": "duplicate"})
    sandbox = Sandbox(provider.url)
    sandbox.pay_refund(ORDER, 5)

    assert isinstance(sandbox.look_up(ORDER, 5), CannotTell)


@pytest.mark.parametrize("kind", ["drop-before", "error-before", "nonsense", "too-many"])
def test_a_look_up_without_a_clear_answer_cannot_tell(provider: SandboxProcess, kind: str) -> None:
    provider.faults({"kind": kind, "on": "look-ups"})

    assert isinstance(Sandbox(provider.url).look_up(ORDER, 5), CannotTell)


def test_a_redirect_is_not_followed(answering: Callable[[bytes], str]) -> None:
    url = answering(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n")

    outcome = Sandbox(url).pay_refund(ORDER, 5)

    assert outcome == Unknown("The provider answered 302 in a way nobody can read.", answered=True)


def test_a_refusal_that_is_not_the_providers_own_is_unknown(
    answering: Callable[[bytes], str],
) -> None:
    url = answering(b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nNo route.")

    assert isinstance(Sandbox(url).pay_refund(ORDER, 5), Unknown)


def test_an_answer_without_end_is_given_up(answering: Callable[[bytes], str]) -> None:
    url = answering(b"HTTP/1.1 201 Created\r\n\r\n" + b" " * 1_000_000)

    assert isinstance(Sandbox(url).pay_refund(ORDER, 5), Unknown)


def test_an_answer_cut_short_is_unknown(answering: Callable[[bytes], str]) -> None:
    url = answering(b'HTTP/1.1 201 Created\r\nContent-Length: 90\r\n\r\n{"id": "sbx')

    assert isinstance(Sandbox(url).pay_refund(ORDER, 5), Unknown)


def test_a_proxy_of_the_environment_is_not_asked(
    provider: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")

    assert isinstance(Sandbox(provider.url).pay_refund(ORDER, 5), Done)
    assert http.get(f"{provider.url}/healthz").status_code == 200


def test_a_look_up_that_finds_nothing_tells_what_else_was_paid_back_of_the_payment(
    provider: SandboxProcess,
) -> None:
    adapter = Sandbox(provider.url)
    provider.refund("k1", amount=700, reference="another-1")

    found = adapter.look_up(RefundOrder("R-7-1", "k2", "P-1", 500, "EUR"), 10)

    assert isinstance(found, Absent)
    told = [(each.reference, each.amount, each.standing) for each in found.others]
    assert told == [("another-1", 700, "paid")]
