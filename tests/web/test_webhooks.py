"""Webhooks as providers send them, to the real application; forged ones leave nothing behind."""

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker
from stripe import WebhookSignature
from werkzeug.test import TestResponse

from claims import clock
from claims.models import ProviderEvent, WebSession
from tests.conftest import WEBHOOK_SECRET
from web.webhooks import views

Post = Callable[..., TestResponse]


def event(number: int = 1, kind: str = "refund.failed", **refund: Any) -> bytes:
    """As Stripe tells of a refund."""
    told = {"object": "refund", "id": "re_1", "metadata": {"redress_reference": "abc-1"}, **refund}
    whole = {
        "object": "event",
        "id": f"evt_{number}",
        "type": kind,
        "created": 1_790_000_000,
        "data": {"object": told},
    }
    return json.dumps(whole).encode()


def signed(body: bytes, secret: str = WEBHOOK_SECRET, at: float | None = None) -> str:
    """By Stripe's own SDK."""
    header: str = WebhookSignature.generate_signature_header(
        body.decode(), secret, int(time.time() if at is None else at)
    )
    return header


@pytest.fixture
def post(client: FlaskClient) -> Post:
    def posted(body: bytes, header: str | None = None, to: str = "stripe") -> TestResponse:
        header = signed(body) if header is None else header
        return client.post(
            f"/webhooks/{to}",
            data=body,
            headers={f"{to.title()}-Signature": header},
            content_type="application/json",
        )

    return posted


@pytest.fixture
def kept(sessions: sessionmaker[Session]) -> Callable[[], int]:
    """How many events the database keeps."""

    def counted() -> int:
        with sessions() as session:
            return session.scalars(select(func.count()).select_from(ProviderEvent)).one()

    return counted


def test_a_signed_event_is_kept_with_what_it_names_and_nothing_more(
    post: Post, session: Session
) -> None:
    answer = post(event())

    assert (answer.status_code, answer.json) == (200, {"event": "taken"})
    row = session.scalars(select(ProviderEvent)).one()
    assert (row.provider, row.event_id, row.kind) == ("stripe", "evt_1", "refund.failed")
    assert (row.reference, row.provider_reference) == ("abc-1", "re_1")
    assert row.told_at == datetime.fromisoformat("2026-09-21T14:13:20+00:00")
    assert row.followed_at is None


def test_the_same_event_again_is_known_and_kept_once(post: Post, kept: Callable[[], int]) -> None:
    answers = [post(event()).json for _ in range(3)]

    assert answers == [{"event": "taken"}, {"event": "known"}, {"event": "known"}]
    assert kept() == 1


def test_an_event_sent_for_three_days_signed_anew_each_time_is_kept_once(
    post: Post, kept: Callable[[], int], owner_sessions: sessionmaker[Session]
) -> None:
    for hours in range(0, 73, 8):
        assert post(event(), signed(event(), at=time.time() + hours * 3600)).status_code == 200
        with owner_sessions.begin() as session:
            clock.move(session, timedelta(hours=8))

    assert kept() == 1


def test_events_are_taken_in_any_order(post: Post, kept: Callable[[], int]) -> None:
    for number, kind in [(3, "refund.failed"), (1, "refund.created"), (2, "refund.updated")]:
        assert post(event(number, kind)).status_code == 200

    assert kept() == 3


NOW = int(time.time())
FORGED = {
    "none": "",
    "nonsense": "nonsense",
    "empty": "t=,v1=",
    "time alone": f"t={NOW}",
    "no signature": f"t={NOW},v1=",
    "noughts": f"t={NOW},v1={'0' * 64}",
    "not ASCII": f"t={NOW},v1=é",
    "a time without end": f"t={'9' * 40},v1={'0' * 64}",
    "two times": f"t={NOW},t={NOW},v1={'0' * 64}",
    "very many": f"t={NOW}," + ",".join(["v1=" + "0" * 64] * 500),
    "somebody else's secret": signed(event(), secret="whsec_of_somebody_else"),
    "another body": signed(event(2)),
    "an older scheme": signed(event()).replace("v1=", "v0="),
    "of long ago": signed(event(), at=NOW - 301 - 60),
    "signed ahead": signed(event(), at=NOW + 3600),
}


@pytest.mark.parametrize("header", FORGED.values(), ids=FORGED)
def test_a_forged_event_is_refused_and_leaves_nothing_behind(
    post: Post, kept: Callable[[], int], header: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = post(event(), header.encode("utf-8").decode("latin-1"))

    assert (answer.status_code, answer.json) == (400, {"error": "The signature is not right."})
    assert kept() == 0
    assert "A webhook of stripe was refused" in caplog.text
    assert WEBHOOK_SECRET not in caplog.text


def test_an_altered_body_is_refused(post: Post, kept: Callable[[], int]) -> None:
    assert post(event(2), signed(event(1))).status_code == 400
    assert kept() == 0


def test_while_a_secret_is_changed_one_of_two_signatures_is_enough(post: Post) -> None:
    other = signed(event(), secret="whsec_that_comes_next").split("v1=")[1]

    assert post(event(), signed(event()).replace("v1=", f"v1={other},v1=")).status_code == 200


def test_what_is_about_no_refund_is_answered_and_not_kept(
    post: Post, kept: Callable[[], int]
) -> None:
    answer = post(event(kind="customer.created", object="customer"))

    assert (answer.status_code, answer.json) == (200, {"event": "not about a refund"})
    assert kept() == 0


@pytest.mark.parametrize("metadata", [None, {}, {"redress_reference": "ä\u0000ö"}])
def test_a_refund_made_by_hand_at_the_provider_is_kept_without_a_reference(
    post: Post, session: Session, metadata: object
) -> None:
    assert post(event(metadata=metadata)).status_code == 200
    assert session.scalars(select(ProviderEvent.reference)).one() == ""


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"object": "event"}', event(id="\u0000")])
def test_a_signed_body_that_is_no_event_is_refused_with_the_place(
    post: Post, kept: Callable[[], int], body: bytes
) -> None:
    answer = post(body)

    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["error"].startswith("This is no event we can read: ")
    assert kept() == 0


def test_a_body_too_large_is_not_read(post: Post) -> None:
    assert post(event(metadata={"long": "x" * views.MOST_BYTES})).status_code == 413


@pytest.mark.parametrize("provider", ["manual", "nobody"])
def test_a_provider_that_sends_none_has_no_door(post: Post, provider: str) -> None:
    assert post(event(), to=provider).status_code == 404


def test_the_sandbox_signs_by_the_same_scheme(post: Post, session: Session) -> None:
    body = json.dumps(
        {
            "id": "evt_9",
            "kind": "refund.failed",
            "at": "2026-11-01T10:00:00+00:00",
            "refund": "sbx_00000001",
            "reference": "abc-1",
        }
    ).encode()

    assert post(body, to="sandbox").status_code == 200
    row = session.scalars(select(ProviderEvent)).one()
    assert (row.provider, row.reference, row.provider_reference) == (
        "sandbox",
        "abc-1",
        "sbx_00000001",
    )


def test_the_door_makes_no_session_and_sets_no_cookie(post: Post, session: Session) -> None:
    answer = post(event())

    assert "Set-Cookie" not in answer.headers
    assert session.scalars(select(WebSession)).all() == []


def test_whoever_knocks_too_often_is_asked_to_wait(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PER_ADDRESS", "3 per minute")

    assert [post(event(), "forged").status_code for _ in range(4)] == [400, 400, 400, 429]
