"""The sweep rings what is due, also beside deadlines that cannot be fired at all."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from claims import clock
from claims.models import Deadline, Item, WorkflowVersion
from claims.rules import Rules
from tasks import sweep
from tasks.workshop import Workshop
from tests.support.cases import AGENT, claim_first, press
from tests.support.shop import an_order


def test_deadlines_that_always_fail_do_not_keep_the_others_from_ringing(
    workshop: Workshop,
    sessions: sessionmaker[Session],
    owner_sessions: sessionmaker[Session],
    rules: Rules,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with sessions.begin() as session:
        broken, sound = (claim_first(session, rules, an_order(session)) for _ in range(2))
        for item in (broken, sound):
            press(session, rules, item, "request-return", AGENT)
        now = clock.now(session)
        session.add(
            WorkflowVersion(
                hash="broken", name="item-return", subject="item", text="{", first_used_at=now
            )
        )
        session.flush()
        broken.workflow_hash, keys = "broken", (broken.id, sound.id)
    with owner_sessions.begin() as session:
        clock.move(session, timedelta(days=15))
    monkeypatch.setattr(sweep, "CHUNK", 1)

    sweep.fire_deadlines(workshop)
    sweep.fire_deadlines(workshop)

    with sessions() as session:
        states = [session.get_one(Item, key).state for key in keys]
        failing = session.scalars(select(Deadline).where(Deadline.failures > 0)).one()
    assert states == ["awaiting-parcel", "parcel-late"]
    assert (failing.item_id, failing.failures, failing.ended_at) == (keys[0], 1, None)
