"""Clocks that ring while a case stays where it is, and clocks that nobody can hear."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from claims import clock, deadlines
from claims.models import Deadline, Effect, Incident, Item
from claims.queries import reclamations
from claims.queries.filters import Filters
from claims.rules import Rules
from tests.claims.other_rules import rules_with
from tests.claims.promises import PROMISE, rules_of
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
    pass_time(owner_sessions, timedelta(days=15))

    rang = [ring(sessions, staying) for _ in range(3)]

    with sessions() as session:
        assert session.get_one(Item, item_id).state == "awaiting-parcel"
        uses = session.scalars(select(Effect.use).where(Effect.item_id == item_id)).all()
        left = session.scalars(select(Deadline.event).where(Deadline.ended_at.is_(None))).all()
    assert rang == [1, 0, 0]
    assert uses.count("write-reminder") == 1
    assert left == ["parcel-overdue"]


def test_a_promise_that_stands_still_is_not_due_and_goes_on_where_it_stopped(
    sessions: sessionmaker[Session], owner_sessions: sessionmaker[Session], rules: Rules
) -> None:
    promised = rules_of(rules, PROMISE.replace("item-promise", "item-return"))
    with sessions.begin() as session:
        item = claim_first(session, promised, an_order(session))
        item_id, opened = item.id, item.reclamation.opened_at
        press(session, promised, item, "ask", AGENT)
    pass_time(owner_sessions, timedelta(days=25))

    assert ring(sessions, promised) == 0
    with sessions.begin() as session:
        item = session.get_one(Item, item_id)
        [row] = reclamations.page(session, Filters(tab="open"), None).rows
        assert (row.stands_still, row.is_late) == (True, False)
        press(session, promised, item, "answered", AGENT)
    with sessions.begin() as session:
        promise = select(Deadline).where(Deadline.event == "promise")
        due = session.scalars(promise).one().due_at
        assert due is not None
        assert due - opened > timedelta(days=35)

    pass_time(owner_sessions, timedelta(days=11))
    while ring(sessions, promised):
        pass

    with sessions() as session:
        assert session.get_one(Item, item_id).state == "broken"


def test_a_deadline_that_always_fails_is_tried_ever_less_often_and_a_person_is_told(
    session: Session, rules: Rules
) -> None:
    staying = rules_with(rules, "item-return", *STAYS)
    press(
        session, staying, claim_first(session, staying, an_order(session)), "request-return", AGENT
    )
    [row, _] = session.scalars(select(Deadline).order_by(Deadline.due_at))
    failing, pauses = deadlines.DueDeadline(row.id, row.reclamation_id), []

    for _ in range(12):
        deadlines.put_off(session, failing, KeyError("a bug"))
        assert row.due_at is not None
        pauses.append(row.due_at - clock.now(session))

    minutes = [pause / timedelta(minutes=1) for pause in pauses]
    assert minutes == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]
    [incident] = session.scalars(select(Incident))
    assert incident.kind == "deadline-failing"
    assert "failed 5 times" in incident.sentence
    assert "KeyError: 'a bug'" in incident.sentence
    assert row.ended_at is None


def pass_time(owner_sessions: sessionmaker[Session], span: timedelta) -> None:
    with owner_sessions.begin() as session:
        clock.move(session, span)


def ring(sessions: sessionmaker[Session], rules: Rules) -> int:
    moved = 0
    with sessions.begin() as session:
        due = deadlines.due(session, 10)
    for deadline in due:
        with sessions.begin() as session:
            moved += deadlines.fire_due(session, rules, deadline)
    return moved
