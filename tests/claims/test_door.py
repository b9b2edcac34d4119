"""Every event passes one door: who may, when, once, and never on an old view of the case."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from claims import clock, deadlines, effects
from claims.door import CaseRef, Fired, Firing, fire, fire_many
from claims.models import Deadline, Effect, Incident, Item, JournalEntry, Reclamation
from claims.people import importer, worker
from claims.refusals import InvalidInput, NotAllowed, Refused, Stale
from claims.rules import Rules
from tests.support.cases import (
    AGENT,
    FINANCE,
    LEAD,
    WAREHOUSE,
    claim_first,
    decide,
    press,
    waiting_effects,
    work_off,
)
from tests.support.shop import Line, an_order


def received(session: Session, rules: Rules, *lines: Line, quantity: int = 1) -> Item:
    item = claim_first(session, rules, an_order(session, lines or [Line()]), quantity=quantity)
    press(session, rules, item, "request-return", AGENT)
    press(session, rules, item, "parcel-arrived", WAREHOUSE, received="1", condition="opened")
    return item


def test_an_event_moves_the_case_and_is_in_the_journal(session: Session, rules: Rules) -> None:
    item = claim_first(session, rules, an_order(session))

    fired = press(session, rules, item, "request-return", AGENT)

    assert (fired.from_state, fired.to_state) == ("reported", "awaiting-parcel")
    assert item.state == "awaiting-parcel"
    entry = item.reclamation.journal[-1]
    assert (entry.actor_name, entry.event, entry.to_state) == (
        "Anna",
        "request-return",
        "awaiting-parcel",
    )
    assert [effect.kind for effect in waiting_effects(session, item)] == ["return-label.send"]


def test_an_event_that_no_line_takes_is_refused_with_a_reason(
    session: Session, rules: Rules
) -> None:
    item = claim_first(session, rules, an_order(session))

    with pytest.raises(Refused) as refused:
        press(session, rules, item, "refund", AGENT, amount="24.99")

    assert str(refused.value).endswith("request the return.")
    assert item.state == "reported"


def test_only_the_roles_of_an_event_may_fire_it(session: Session, rules: Rules) -> None:
    item = claim_first(session, rules, an_order(session))

    with pytest.raises(NotAllowed, match="is for agent or lead; you are warehouse"):
        press(session, rules, item, "reject", WAREHOUSE, reason="no")


def test_nobody_can_fire_what_only_a_worker_reports(session: Session, rules: Rules) -> None:
    item = received(session, rules)
    press(session, rules, item, "refund", AGENT, amount="24.99")

    with pytest.raises(NotAllowed, match="no person"):
        press(session, rules, item, "refund-paid", LEAD)


def test_a_worker_cannot_press_buttons(session: Session, rules: Rules) -> None:
    item = claim_first(session, rules, an_order(session))

    with pytest.raises(Refused, match="not an outcome"):
        fire(session, rules, CaseRef("item", item.id), "reject", worker("w1"), {"reason": "x"})


def test_input_is_typed_and_bounded(session: Session, rules: Rules) -> None:
    item = received(session, rules)

    with pytest.raises(InvalidInput) as wrong:
        press(session, rules, item, "refund", AGENT, amount="25.00")
    assert set(wrong.value.fields) == {"amount"}
    with pytest.raises(InvalidInput):
        press(session, rules, item, "refund", AGENT, amount="lots")


def test_an_old_view_of_the_case_is_refused_with_what_changed(
    session: Session, rules: Rules
) -> None:
    item = claim_first(session, rules, an_order(session))
    seen = item.version
    press(session, rules, item, "request-return", LEAD)

    with pytest.raises(Stale) as stale:
        fire(
            session,
            rules,
            CaseRef("item", item.id),
            "reject",
            AGENT,
            {"reason": "x"},
            seen_version=seen,
        )

    assert stale.value.changes == ("Lena: Request return (Reported → Waiting for the parcel).",)


def test_a_double_click_does_a_thing_once(session: Session, rules: Rules) -> None:
    item = received(session, rules)
    case = CaseRef("item", item.id)
    amount = {"amount": "24.99"}

    first = fire(session, rules, case, "refund", AGENT, amount, request_token="form-1")
    second = fire(session, rules, case, "refund", AGENT, amount, request_token="form-1")

    assert (first.repeated, second.repeated) == (False, True)
    assert second.to_state == first.to_state
    assert len(waiting_effects(session, item)) == 2  # the label and one refund


def test_only_the_claimed_items_are_touched(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(), Line("MUG", "Mug", 1, 900)])
    first = claim_first(session, rules, order)
    second = claim_first(session, rules, order, line=1)

    press(session, rules, first, "reject", AGENT, reason="worn")

    assert first.final == "bad"
    assert (second.state, second.version) == ("reported", 1)
    assert second.reclamation.closed_at is None


def test_the_reclamation_closes_when_its_last_item_settles(session: Session, rules: Rules) -> None:
    item = received(session, rules)

    press(session, rules, item, "refund", AGENT, amount="24.99")
    done = work_off(session, rules, item)

    assert item.state == "refunded"
    assert item.reclamation.state == "closed"
    assert item.reclamation.closed_at is not None
    assert "write-closed" in done


def test_closing_by_hand_withdraws_what_is_open(session: Session, rules: Rules) -> None:
    item = claim_first(session, rules, an_order(session))

    press(session, rules, item.reclamation, "close", LEAD)

    assert (item.state, item.final) == ("withdrawn", "bad")
    assert item.reclamation.final == "good"


def test_closing_waits_for_money_that_is_under_way(session: Session, rules: Rules) -> None:
    item = received(session, rules)
    press(session, rules, item, "refund", AGENT, amount="24.99")

    with pytest.raises(Refused, match=r"Item 1 \(Blue shirt, M\) stands in the way"):
        press(session, rules, item.reclamation, "close", LEAD)


def test_what_a_state_does_not_take_is_said_before_anything_about_fields(
    session: Session, rules: Rules
) -> None:
    item = claim_first(session, rules, an_order(session))
    press(session, rules, item, "reject", AGENT, reason="worn")

    with pytest.raises(Refused, match="Rejected is final") as refused:
        press(session, rules, item, "refund", AGENT, amount="a lot")

    assert not isinstance(refused.value, InvalidInput)


def test_a_closed_reclamation_takes_no_event(session: Session, rules: Rules) -> None:
    item = claim_first(session, rules, an_order(session))
    press(session, rules, item, "reject", AGENT, reason="worn")

    for case, event in ((item, "request-return"), (item.reclamation, "close")):
        with pytest.raises(Refused):
            press(session, rules, case, event, LEAD)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE reclamations SET state = 'open', final = NULL, closed_at = NULL WHERE id = :id",
        "UPDATE reclamations SET assignee_id = NULL WHERE id = :id",
        "DELETE FROM reclamations WHERE id = :id",
        "UPDATE items SET state = 'reported', final = NULL WHERE reclamation_id = :id",
        "INSERT INTO items SELECT * FROM items WHERE reclamation_id = :id",
    ],
)
def test_the_database_lets_nobody_reopen_a_closed_one(
    session: Session, rules: Rules, change: str
) -> None:
    item = claim_first(session, rules, an_order(session))
    press(session, rules, item, "reject", AGENT, reason="worn")

    with pytest.raises(DBAPIError, match=r"closed|settled|permission denied"):
        session.execute(text(change), {"id": item.reclamation_id})


def test_the_database_closes_nothing_with_open_items(session: Session, rules: Rules) -> None:
    item = claim_first(session, rules, an_order(session))

    session.execute(
        text(
            "UPDATE reclamations SET state = 'closed', final = 'good', closed_at = now() "
            "WHERE id = :id"
        ),
        {"id": item.reclamation_id},
    )
    with pytest.raises(IntegrityError, match="while items of it are open"):
        session.commit()


def test_above_the_limit_a_second_person_is_needed(session: Session, rules: Rules) -> None:
    item = received(session, rules, Line("BED", "Bed", 1, 250000))

    press(session, rules, item, "refund", LEAD, amount="2500.00")
    assert item.state == "awaiting-approval"
    assert [e.kind for e in waiting_effects(session, item)] == ["return-label.send"]
    with pytest.raises(NotAllowed, match="second person"):
        press(session, rules, item, "approve", LEAD)
    press(session, rules, item, "approve", FINANCE)

    [refund] = item.reclamation.refunds
    assert (refund.status, refund.amount, refund.approved_by) == ("asked", 250000, "Finn")


def test_a_dropped_proposal_frees_its_amount(session: Session, rules: Rules) -> None:
    item = received(session, rules, Line("COAT", "Coat", 1, 45000))
    press(session, rules, item, "refund", AGENT, amount="450.00")

    press(session, rules, item, "send-back", LEAD)
    press(session, rules, item, "refund", AGENT, amount="150.00")

    assert [refund.status for refund in item.reclamation.refunds] == ["dropped", "asked"]
    session.refresh(item.line)
    assert item.line.refund_held == 15000


def test_an_unclear_refund_is_decided_by_finance(session: Session, rules: Rules) -> None:
    item = received(session, rules)
    press(session, rules, item, "refund", AGENT, amount="24.99")
    work_off(session, rules, item, "unknown")
    assert item.state == "refund-unclear"
    assert item.reclamation.refunds[0].status == "unclear"

    decide(session, rules, item, "confirm-not-paid")

    session.refresh(item.line)
    assert item.line.refund_held == 0
    press(session, rules, item, "refund", AGENT, amount="24.99")
    assert work_off(session, rules, item)
    assert item.state == "refunded"


@pytest.mark.parametrize("decision", ["confirm-paid", "confirm-not-paid"])
def test_deciding_an_unclear_refund_resolves_the_incident_it_had_opened(
    session: Session, rules: Rules, decision: str
) -> None:
    item = received(session, rules)
    press(session, rules, item, "refund", AGENT, amount="24.99")
    [_, pay] = effects.take(session, "tests", timedelta(seconds=60), 10)
    effects.give_to_a_person(session, rules, pay, "The provider answered 500.", {})
    assert [each.resolved_at for each in session.scalars(select(Incident))] == [None]

    decide(session, rules, item, decision)

    [incident] = session.scalars(select(Incident))
    assert incident.resolved_at is not None
    assert (incident.resolved_by, incident.resolution) == (
        "Finn",
        (
            "It was found paid: Seen in its ledger"
            if decision == "confirm-paid"
            else "It was found not paid: Seen in its ledger"
        ),
    )


def test_deadlines_fire_by_the_database_clock(
    session: Session, rules: Rules, owner_sessions: sessionmaker[Session]
) -> None:
    item = claim_first(session, rules, an_order(session))
    press(session, rules, item, "request-return", AGENT)
    session.commit()
    assert deadlines.due(session, 10) == []
    session.commit()

    with owner_sessions.begin() as owner:
        clock.move(owner, timedelta(days=14, minutes=1))
    [due] = deadlines.due(session, 10)
    assert deadlines.fire_due(session, rules, due)

    session.refresh(item)
    assert item.state == "parcel-late"
    assert not deadlines.fire_due(session, rules, due)


def test_leaving_a_state_stops_its_deadlines(session: Session, rules: Rules) -> None:
    item = received(session, rules)

    [deadline] = session.scalars(select(Deadline).where(Deadline.item_id == item.id))

    assert deadline.ending == "left"


def test_a_running_case_ends_by_the_version_it_began_with(session: Session, rules: Rules) -> None:
    item = claim_first(session, rules, an_order(session))
    began = item.workflow_hash
    session.flush()

    definitions = {n: d for n, d in rules.definitions.items() if n != "item-return"}
    afterwards = Rules(definitions, rules.choices, rules.catalogue)
    press(session, afterwards, item, "request-return", AGENT)

    assert item.state == "awaiting-parcel"
    assert item.workflow_hash == began


def test_an_import_writes_to_nobody_and_pays_nothing(session: Session, rules: Rules) -> None:
    item = claim_first(session, rules, an_order(session))
    actor = importer("import of 2010")
    at = clock.now(session) - timedelta(days=900)
    amount: dict[str, object] = {"amount": 2499, "split": {"cash": 2000, "store-credit": 499}}

    [fired] = fire_many(
        session,
        rules,
        [Firing(CaseRef("item", item.id), "settle-outside", amount, at)],
        actor,
    )

    assert isinstance(fired, Fired)
    assert session.scalars(select(Effect)).all() == []
    [refund] = item.reclamation.refunds
    assert (refund.status, refund.settled_at) == ("outside", at)
    assert {share.way: share.amount for share in refund.shares} == {
        "cash": 2000,
        "store-credit": 499,
    }
    assert item.reclamation.closed_at == at


def test_of_many_events_a_refused_one_leaves_the_others_as_they_are(
    session: Session, rules: Rules
) -> None:
    order = an_order(session, [Line(quantity=3)])
    items = [claim_first(session, rules, order) for _ in range(3)]
    press(session, rules, items[1], "reject", AGENT, reason="worn")

    answers = fire_many(
        session,
        rules,
        [Firing(CaseRef("item", item.id), "request-return") for item in items],
        AGENT,
    )

    assert [isinstance(answer, Fired) for answer in answers] == [True, False, True]
    assert [item.state for item in items] == ["awaiting-parcel", "rejected", "awaiting-parcel"]


def test_the_journal_cannot_be_changed_by_the_application(session: Session, rules: Rules) -> None:
    item = claim_first(session, rules, an_order(session))
    entry = item.reclamation.journal[0]

    for change in ("UPDATE journal SET actor_name = 'x'", "DELETE FROM journal"):
        with pytest.raises(Exception, match=r"permission denied"), session.begin_nested():
            session.execute(text(change))
    assert session.get_one(JournalEntry, entry.id).actor_name == "Anna"


def test_not_even_the_owner_changes_the_journal(
    session: Session, rules: Rules, owner_sessions: sessionmaker[Session]
) -> None:
    claim_first(session, rules, an_order(session))
    session.commit()

    for change in ("UPDATE journal SET actor_name = 'x'", "DELETE FROM journal"):
        with owner_sessions() as owner, pytest.raises(IntegrityError, match="append-only"):
            owner.execute(text(change))


def test_the_journal_is_a_chain(session: Session, rules: Rules) -> None:
    item = received(session, rules)

    entries = session.scalars(
        select(JournalEntry)
        .where(JournalEntry.reclamation_id == item.reclamation_id)
        .order_by(JournalEntry.sequence)
    ).all()

    assert [entry.sequence for entry in entries] == [1, 2, 3]
    assert [e.previous_hash for e in entries[1:]] == [e.hash for e in entries[:-1]]
    assert session.get_one(Reclamation, item.reclamation_id).journal_head is not None
