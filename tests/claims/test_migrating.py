"""Open cases are moved to another version of their workflow, and the rest is told why not."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from claims import journal
from claims.models import Effect, Item, Refund
from claims.refusals import Refused
from claims.rules import Rules
from tests.claims.migrated import (
    RENAMED,
    SOONER,
    aim,
    entries,
    moved,
    planned,
    reasons,
    running,
    undone,
    version_with,
)
from tests.support.cases import AGENT, LEAD, WAREHOUSE, claim_first, press, work_off
from tests.support.shop import Line, an_order

Sessions = sessionmaker[Session]
REJECT = "  reject:\n    label: Reject\n"
PROMISED = "  promised: { label: The promised day, at: item.agreed_on }\n"
LINE = "  - from: reported\n    event: refund\n"
PROMISED_LINE = (
    "  - { from: reported, event: promised, to: withdrawn, send-reclamation: item-settled }\n"
)


@pytest.fixture
def sessions(sessions: Sessions) -> Sessions:
    """Rows can still be read after the commit, to be compared with what comes later."""
    return sessionmaker(sessions.kw["bind"], expire_on_commit=False)


def awaiting(session: Session, rules: Rules, *, work: bool = True, price: int = 2499) -> Item:
    """An item whose parcel is waited for; its return label was sent."""
    item = claim_first(session, rules, an_order(session, [Line(unit_price=price)]))
    press(session, rules, item, "request-return", AGENT)
    if work:
        work_off(session, rules, item)
    return item


def received(session: Session, rules: Rules, price: int = 2499) -> Item:
    item = awaiting(session, rules, price=price)
    press(session, rules, item, "parcel-arrived", WAREHOUSE, received="1", condition="opened")
    return item


def test_a_case_goes_on_in_the_new_version_from_where_it_stands(
    sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        item = awaiting(session, rules)
        was = (item.state, item.state_since, item.last_person_id, item.version)
    new = version_with(rules, SOONER)

    done = moved(sessions, new, aim(new))

    assert (done.run.moved, done.stayed) == (1, [])
    with sessions() as session:
        now = session.get_one(Item, item.id)
        assert now.workflow_hash == new.definitions["item-return"].hash
        assert (now.state, now.state_since, now.last_person_id) == was[:3]
        assert now.version == was[3] + 1
        [entry] = entries(session, item)
        assert (entry.actor_name, entry.from_state, entry.to_state) == (
            "Ines",
            "awaiting-parcel",
            "awaiting-parcel",
        )
        assert entry.input == {
            "migration": done.run.id,
            "from": rules.definitions["item-return"].hash,
            "to": now.workflow_hash,
        }
        assert journal.verify(session, item.reclamation_id) == []


def test_events_of_the_new_version_can_be_fired_afterwards(
    sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        item = awaiting(session, rules)
    new = version_with(rules, RENAMED)

    moved(sessions, new, aim(new, {"awaiting-parcel": "on-its-way"}))

    with sessions.begin() as session:
        item = session.get_one(Item, item.id)
        assert (item.state, item.waits_for) == ("on-its-way", "customer")
        press(session, new, item, "parcel-arrived", WAREHOUSE, received="1", condition="as new")
        assert item.state == "received"
        assert journal.verify(session, item.reclamation_id) == []


def test_a_case_whose_state_is_gone_stays_and_is_listed_with_the_reason(
    sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        item = awaiting(session, rules)
    new = version_with(rules, RENAMED)

    before = planned(sessions, new, aim(new))
    done = moved(sessions, new, aim(new))

    [(kind, sentence)] = reasons(done)
    assert reasons(before) == [(kind, sentence)]
    assert before.guessed == {"awaiting-parcel": "on-its-way"}
    assert kind == "state-gone"
    assert "has no state awaiting-parcel" in sentence
    assert "--map awaiting-parcel:STATE" in sentence
    with sessions() as session:
        assert session.get_one(Item, item.id).workflow_hash == item.workflow_hash
        assert entries(session, item) == []


def test_the_plan_moves_nothing_and_says_what_a_migration_then_does(
    sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        awaiting(session, rules)
        awaiting(session, rules, work=False)
        claim_first(session, rules, an_order(session))
    new = version_with(rules, SOONER)

    found = planned(sessions, new, aim(new))

    assert [(each.state, each.to_state, each.moves) for each in found.states] == [
        ("reported", "reported", 1),
        ("awaiting-parcel", "awaiting-parcel", 1),
    ]
    assert found.states[1].stays.total() == 1
    assert moved(sessions, new, aim(new)).run.moved == found.moves == 2


def test_a_case_with_a_refund_under_way_is_left_for_later(sessions: Sessions, rules: Rules) -> None:
    new = version_with(rules, SOONER)
    with sessions.begin() as session:
        item = received(session, rules)
        press(session, rules, item, "refund", AGENT, amount="24.99")

    done = moved(sessions, new, aim(new))

    [(kind, sentence)] = reasons(done)
    assert (kind, done.stayed[0].name) == ("effect-under-way", f"{number(sessions, item)} item 1")
    assert sentence == "The effect pay-refund is under way; its outcome comes first."
    with sessions.begin() as session:
        item = session.get_one(Item, item.id)
        work_off(session, new, item)
        assert (item.state, item.final) == ("refunded", "good")
    assert planned(sessions, new, aim(new)).stayed == []


def test_what_is_proposed_stays_proposed_and_is_approved_by_the_new_version(
    sessions: Sessions, rules: Rules
) -> None:
    new = version_with(rules, SOONER)
    with sessions.begin() as session:
        item = received(session, rules, price=30_000)
        press(session, rules, item, "refund", AGENT, amount="300.00")
        assert item.state == "awaiting-approval"
        effects = session.execute(select(Effect.id, Effect.key, Effect.status)).all()

    moved(sessions, new, aim(new))

    with sessions.begin() as session:
        item = session.get_one(Item, item.id)
        assert session.scalars(select(Refund.status)).all() == ["proposed"]
        assert session.execute(select(Effect.id, Effect.key, Effect.status)).all() == effects
        press(session, new, item, "approve", LEAD)
        assert item.state == "refunding"
        assert session.scalars(select(Refund.status)).all() == ["asked"]


def test_closed_and_settled_cases_are_never_touched(sessions: Sessions, rules: Rules) -> None:
    new = version_with(rules, SOONER)
    with sessions.begin() as session:
        item = received(session, rules)
        press(session, rules, item, "refund", AGENT, amount="24.99")
        work_off(session, rules, item)
        assert item.reclamation.closed_at is not None

    done = moved(sessions, new, aim(new))

    assert (done.run.moved, done.stayed) == (0, [])
    with sessions() as session:
        assert session.get_one(Item, item.id).workflow_hash == item.workflow_hash


def test_a_state_cannot_be_mapped_to_one_that_ends_or_is_not_there(
    sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        awaiting(session, rules)
    new = version_with(rules, SOONER)

    with pytest.raises(Refused) as refused:
        planned(sessions, new, aim(new, {"awaiting-parcle": "received", "received": "refunded"}))

    assert refused.value.reasons == (
        "No version to be migrated has a state awaiting-parcle. Did you mean awaiting-parcel?",
        "refunded ends a case; a case ends by an event, not by a migration.",
    )


def test_reclamations_are_migrated_like_items(sessions: Sessions, rules: Rules) -> None:
    new = version_with(rules, ("label: Partly settled", "label: Half done"), name="reclamation")
    with sessions.begin() as session:
        item = awaiting(session, rules)

    done = moved(sessions, new, aim(new, name="reclamation"))

    assert done.run.moved == 1
    with sessions.begin() as session:
        item = session.get_one(Item, item.id)
        assert item.reclamation.workflow_hash == new.definitions["reclamation"].hash
        press(session, new, item, "cancel", AGENT)
        assert item.reclamation.closed_at is not None
        assert journal.verify(session, item.reclamation_id) == []


def test_a_day_agreed_on_rings_in_the_version_that_asks_for_it(
    sessions: Sessions, rules: Rules
) -> None:
    new = version_with(rules, (REJECT, PROMISED + REJECT), (LINE, PROMISED_LINE + LINE))
    with sessions.begin() as session:
        item = claim_first(session, rules, an_order(session))
        item.agreed_on = date(2027, 3, 1)

    done = moved(sessions, new, aim(new))

    with sessions() as session:
        [clock] = running(session, item)
        assert (clock.event, clock.state) == ("promised", "reported")
        assert clock.due_at == datetime(2027, 3, 1, tzinfo=UTC)
    assert undone(sessions, new, done.run.id).run.moved == 1
    with sessions() as session:
        assert running(session, item) == []


def number(sessions: Sessions, item: Item) -> str:
    with sessions() as session:
        return session.get_one(Item, item.id).reclamation.number
