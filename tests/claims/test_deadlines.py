"""Clocks that ring while a case stays where it is, and clocks that nobody can hear."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from claims import clock, deadlines
from claims.models import Deadline, Effect, Item
from claims.rules import Rules
from tests.claims.other_rules import rules_with
from tests.support.cases import AGENT, claim_first, press
from tests.support.shop import an_order

REQUEST = "  - { from: reported,                event: request-return, "
FAR_OFF = (
    "  - { from: reported, event: request-return, to: parcel-late, when: item.quantity > 99 }\n"
)
STAYS = (
    (
        "{ from: awaiting-parcel,         event: parcel-reminder-due, to: parcel-late, ",
        "{ from: awaiting-parcel,         event: parcel-reminder-due, to: awaiting-parcel, ",
    ),
    (
        "{ from: parcel-late,             event: parcel-overdue, ",
        "{ from: [awaiting-parcel, parcel-late], event: parcel-overdue, ",
    ),
    (REQUEST, FAR_OFF + REQUEST),
)
"""A reminder that leaves the case where it is; all else is still reached."""


def test_a_deadline_that_leads_back_to_its_own_state_rings_once(
    sessions: sessionmaker[Session], owner_sessions: sessionmaker[Session], rules: Rules
) -> None:
    staying = rules_with(rules, "item-return", *STAYS)
    with sessions.begin() as session:
        item = claim_first(session, staying, an_order(session))
        press(session, staying, item, "request-return", AGENT)
        item_id = item.id
    with owner_sessions.begin() as session:
        clock.move(session, timedelta(days=15))

    rang = [ring(sessions, staying) for _ in range(3)]

    with sessions() as session:
        assert session.get_one(Item, item_id).state == "awaiting-parcel"
        uses = session.scalars(select(Effect.use).where(Effect.item_id == item_id)).all()
        left = session.scalars(select(Deadline.event).where(Deadline.ended_at.is_(None))).all()
    assert rang == [1, 0, 0]
    assert uses.count("write-reminder") == 1
    assert left == ["parcel-overdue"]


def ring(sessions: sessionmaker[Session], rules: Rules) -> int:
    moved = 0
    with sessions.begin() as session:
        due = deadlines.due(session, 10)
    for deadline in due:
        with sessions.begin() as session:
            moved += deadlines.fire_due(session, rules, deadline)
    return moved
