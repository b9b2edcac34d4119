"""What a claim says can be changed as long as its state allows it; the journal has each change."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from claims.claimable import Wanted
from claims.claiming import claim
from claims.edits import add_note, edit_item, edit_reclamation
from claims.models import Deadline, Item, JournalEntry, Reclamation
from claims.money.amounts import count
from claims.refusals import InvalidInput, NotAllowed, Refused, Stale
from claims.rules import Rules
from tests.support.cases import AGENT, FINANCE, LEAD, WAREHOUSE, claim_first, press, work_off
from tests.support.shop import Line, a_member_of_staff, an_order


def last_entry(session: Session, case: Item | Reclamation) -> JournalEntry:
    reclamation_id = case.reclamation_id if isinstance(case, Item) else case.id
    return session.scalars(
        select(JournalEntry)
        .where(JournalEntry.reclamation_id == reclamation_id)
        .order_by(JournalEntry.sequence.desc())
        .limit(1)
    ).one()


def edit(session: Session, rules: Rules, item: Item, **changes: object) -> Item:
    return edit_item(session, rules, item.id, changes, AGENT, seen_version=item.version)


def closed(session: Session, rules: Rules) -> Item:
    item = claim_first(session, rules, an_order(session))
    press(session, rules, item, "reject", AGENT, reason="worn")
    work_off(session, rules, item)
    assert item.reclamation.closed_at is not None
    return item


def test_another_reason_that_leads_to_the_same_workflow_moves_nothing(
    session: Session, rules: Rules
) -> None:
    item = claim_first(session, rules, an_order(session))

    edit(session, rules, item, reason="arrived-late")

    assert (item.reason, item.workflow, item.state) == ("arrived-late", "item-return", "reported")
    assert item.version == 2


def test_a_change_is_in_the_journal_with_what_was_there_before(
    session: Session, rules: Rules
) -> None:
    item = claim_first(session, rules, an_order(session))

    edit(session, rules, item, reason="arrived-late", evidence="Postmark of Monday")

    entry = last_entry(session, item)
    assert (entry.kind, entry.actor_name, entry.item_id) == ("edit", "Anna", item.id)
    assert entry.input == {
        "reason": ["does-not-fit", "arrived-late"],
        "evidence": ["", "Postmark of Monday"],
    }


def test_another_resolution_that_leads_elsewhere_begins_that_workflow(
    session: Session, rules: Rules
) -> None:
    item = claim_first(session, rules, an_order(session))

    edit(session, rules, item, resolution="exchange")

    assert (item.workflow, item.state) == ("item-exchange", "reported")
    assert rules.definition(session, item.workflow_hash).name == "item-exchange"
    press(session, rules, item, "request-return", AGENT)
    assert item.state == "awaiting-parcel"


def test_a_pair_that_leads_nowhere_is_refused_at_the_field(session: Session, rules: Rules) -> None:
    item = claim_first(session, rules, an_order(session))

    with pytest.raises(InvalidInput) as wrong:
        edit(session, rules, item, resolution="parts")

    assert set(wrong.value.fields) == {"resolution"}


def test_reason_and_quantity_stay_once_something_was_decided(
    session: Session, rules: Rules
) -> None:
    item = claim_first(session, rules, an_order(session, [Line(quantity=3)]))
    press(session, rules, item, "request-return", AGENT)

    with pytest.raises(Refused, match="only while it is 'Reported'"):
        edit(session, rules, item, reason="faulty")
    with pytest.raises(Refused, match="Waiting for the parcel"):
        edit(session, rules, item, quantity=2)


def test_evidence_can_be_added_until_the_item_is_settled(session: Session, rules: Rules) -> None:
    item = claim_first(session, rules, an_order(session))
    press(session, rules, item, "request-return", AGENT)

    edit(session, rules, item, evidence="  A picture of the seam ")

    assert item.evidence == "A picture of the seam"
    assert item.state == "awaiting-parcel"
    deadlines = select(Deadline).where(Deadline.item_id == item.id, Deadline.ended_at.is_(None))
    assert len(session.scalars(deadlines).all()) == 1


def test_evidence_opens_what_needs_it(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(unit_price=9900)])
    item = claim_first(session, rules, order, reason="faulty")
    with pytest.raises(Refused):
        press(session, rules, item, "accept", AGENT)

    edit(session, rules, item, evidence="The zip is torn")

    press(session, rules, item, "accept", AGENT)
    assert item.state == "accepted"


def test_the_quantity_can_go_up_to_what_nobody_else_has_claimed(
    session: Session, rules: Rules
) -> None:
    order = an_order(session, [Line(quantity=4)])
    first = claim_first(session, rules, order)
    claim_first(session, rules, order)

    edit(session, rules, first, quantity=3)

    assert (first.quantity, count(first.pieces)) == (3, 3)
    with pytest.raises(InvalidInput, match="at most 3 of the 4"):
        edit(session, rules, first, quantity=4)


def test_pieces_that_are_given_up_can_be_claimed_by_others(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(quantity=2)])
    first = claim_first(session, rules, order, quantity=2)
    with pytest.raises(Refused):
        claim_first(session, rules, order)

    edit(session, rules, first, quantity=1)

    assert claim_first(session, rules, order).quantity == 1


@pytest.mark.parametrize("quantity", [0, -1, "2", None])
def test_a_quantity_that_is_no_number_of_pieces_is_refused(
    session: Session, rules: Rules, quantity: object
) -> None:
    item = claim_first(session, rules, an_order(session, [Line(quantity=3)]))

    with pytest.raises(InvalidInput, match="at least 1"):
        edit(session, rules, item, quantity=quantity)


def test_a_change_that_changes_nothing_is_refused(session: Session, rules: Rules) -> None:
    item = claim_first(session, rules, an_order(session))

    with pytest.raises(Refused, match="Nothing was changed"):
        edit(session, rules, item, reason="does-not-fit")
    with pytest.raises(Refused, match="'state' cannot be changed"):
        edit(session, rules, item, state="refunded")
    assert item.version == 1


def test_a_stale_form_is_refused_with_what_changed(session: Session, rules: Rules) -> None:
    item = claim_first(session, rules, an_order(session))
    seen = item.version
    press(session, rules, item, "request-return", LEAD)

    with pytest.raises(Stale) as stale:
        edit_item(session, rules, item.id, {"evidence": "x"}, AGENT, seen_version=seen)

    assert stale.value.changes == ("Lena: Request return (Reported → Waiting for the parcel).",)


def test_a_double_click_changes_once(session: Session, rules: Rules) -> None:
    item = claim_first(session, rules, an_order(session))

    for _ in range(2):
        edit_item(
            session,
            rules,
            item.id,
            {"reason": "arrived-late"},
            AGENT,
            seen_version=1,
            request_token="form-1",
        )

    assert item.version == 2
    entries = select(JournalEntry).where(JournalEntry.request_token == "form-1")
    assert len(session.scalars(entries).all()) == 1


def test_only_agents_and_leads_change_claims(session: Session, rules: Rules) -> None:
    item = claim_first(session, rules, an_order(session))

    with pytest.raises(NotAllowed):
        edit_item(session, rules, item.id, {"evidence": "x"}, WAREHOUSE, seen_version=1)


def test_assignee_and_priority_are_told_by_name(session: Session, rules: Rules) -> None:
    reclamation = claim_first(session, rules, an_order(session)).reclamation
    jonas = a_member_of_staff(session, "Jonas", "agent")

    changes = {"assignee_id": jonas.id, "priority": "high"}
    edit_reclamation(session, rules, reclamation.id, changes, AGENT, seen_version=1)

    assert (reclamation.assignee_id, reclamation.priority) == (jonas.id, "high")
    entry = last_entry(session, reclamation)
    assert entry.input == {"assignee": ["nobody", "Jonas"], "priority": ["normal", "high"]}


def test_nobody_who_has_left_is_assigned(session: Session, rules: Rules) -> None:
    reclamation = claim_first(session, rules, an_order(session)).reclamation
    gone = a_member_of_staff(session, "Gone", "agent")
    gone.active = False
    session.flush()

    for assignee in (gone.id, 987_654):
        with pytest.raises(InvalidInput, match="who is active"):
            edit_reclamation(
                session,
                rules,
                reclamation.id,
                {"assignee_id": assignee},
                AGENT,
                seen_version=1,
            )


def test_a_priority_that_does_not_exist_is_refused(session: Session, rules: Rules) -> None:
    reclamation = claim_first(session, rules, an_order(session)).reclamation

    with pytest.raises(InvalidInput, match="low, normal, high"):
        edit_reclamation(
            session, rules, reclamation.id, {"priority": "urgent"}, AGENT, seen_version=1
        )


def test_a_settled_item_is_not_changed_though_its_reclamation_is_open(
    session: Session, rules: Rules
) -> None:
    order = an_order(session, [Line(), Line("MUG", "Mug", 1, 900)])
    wanted = [Wanted(line.id, 1, "does-not-fit", "refund") for line in order.lines]
    reclamation = claim(session, rules, order.id, wanted, AGENT)
    settled, still_open = reclamation.items
    press(session, rules, settled, "reject", AGENT, reason="worn")

    with pytest.raises(Refused, match="is settled"):
        edit(session, rules, settled, evidence="x")
    edit(session, rules, still_open, evidence="x")


def test_a_closed_reclamation_is_not_changed_any_more(session: Session, rules: Rules) -> None:
    item = closed(session, rules)
    reclamation = item.reclamation

    with pytest.raises(Refused, match="is settled"):
        edit(session, rules, item, evidence="x")
    with pytest.raises(Refused, match="is settled"):
        edit_reclamation(
            session,
            rules,
            reclamation.id,
            {"priority": "high"},
            AGENT,
            seen_version=reclamation.version,
        )


def test_a_closed_reclamation_takes_notes(session: Session, rules: Rules) -> None:
    reclamation = closed(session, rules).reclamation

    add_note(session, reclamation.id, "  The customer thanks us. ", FINANCE)

    entry = last_entry(session, reclamation)
    assert (entry.kind, entry.input) == ("note", {"text": "The customer thanks us."})


def test_a_note_is_written_once_and_says_something(session: Session, rules: Rules) -> None:
    reclamation = claim_first(session, rules, an_order(session)).reclamation

    first = add_note(session, reclamation.id, "Called back", WAREHOUSE, request_token="form-1")
    second = add_note(session, reclamation.id, "Called back", WAREHOUSE, request_token="form-1")

    assert first is not None
    assert second is None
    assert reclamation.version == 1, "a note makes no form stale"
    with pytest.raises(InvalidInput):
        add_note(session, reclamation.id, "   ", AGENT)
