"""Events of providers are deleted long after they were followed, and none before."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from claims import clock, provider_events
from claims.models import ProviderEvent
from claims.provider_events import Told
from tasks.sweep import forget_events, sweep
from tasks.workshop import Workshop

Sessions = sessionmaker[Session]
DAY = timedelta(days=1)


def kept(sessions: Sessions) -> list[str]:
    with sessions() as session:
        return sorted(session.scalars(select(ProviderEvent.event_id)))


@pytest.fixture
def heard(sessions: Sessions) -> None:
    """Events that were followed 31, 29 and 0 days ago, and one of 60 days that nobody followed."""
    with sessions.begin() as session:
        now = clock.now(session)
        for name, received, followed in (
            ("never", 60, None),
            ("long ago", 31, 31),
            ("late", 60, 29),
            ("today", 0, 0),
        ):
            at = now - received * DAY
            done = None if followed is None else now - followed * DAY - timedelta(minutes=1)
            session.add(
                ProviderEvent(
                    provider="sandbox",
                    event_id=name,
                    kind="refund.failed",
                    reference="r-1",
                    provider_reference="sbx_1",
                    told_at=at,
                    received_at=at,
                    due_at=now + DAY,
                    followed_at=done,
                )
            )


def test_only_what_was_followed_long_ago_is_forgotten(
    workshop: Workshop, sessions: Sessions, heard: None
) -> None:
    assert forget_events(workshop)
    assert not forget_events(workshop)

    assert kept(sessions) == ["late", "never", "today"]


def test_the_sweep_forgets_in_chunks_until_nothing_old_is_left(
    workshop: Workshop, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sessions.begin() as session:
        session.execute(
            text(
                "INSERT INTO provider_events (provider, event_id, kind, reference,"
                " provider_reference, told_at, received_at, due_at, followed_at)"
                " SELECT 'sandbox', n::text, 'x', '', '', t, t, t, t"
                " FROM generate_series(1, 25) n, (SELECT now() - interval '31 days' AS t) past"
            )
        )
    monkeypatch.setattr(provider_events, "OLDEST", 10)

    sweep(workshop)

    assert kept(sessions) == []


def test_what_is_sent_again_after_that_is_only_looked_up_once_more(
    workshop: Workshop, sessions: Sessions, heard: None
) -> None:
    forget_events(workshop)

    with sessions.begin() as session:
        now = clock.now(session)
        again = Told("sandbox", "long ago", "refund.failed", "r-1", "sbx_1", now)
        assert provider_events.receive(session, again)
        assert not provider_events.receive(session, again)
