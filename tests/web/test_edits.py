"""Edits and notes: as long as the state allows it, with every change in the journal."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from claims.models import Item, JournalEntry, Reclamation
from claims.rules import Rules
from tests.support.cases import AGENT, claim_first, press
from tests.support.shop import Line, an_order
from tests.support.web import Browser
from tests.web.conftest import SignIn

Sessions = sessionmaker[Session]


@pytest.fixture
def number(sessions: Sessions, rules: Rules) -> str:
    """A reclamation with one of three shirts, which nobody has touched yet."""
    with sessions.begin() as session:
        order = an_order(session, [Line(quantity=3)])
        return claim_first(session, rules, order).reclamation.number


def the_item(session: Session) -> Item:
    return session.scalars(select(Item)).one()


def test_reason_quantity_resolution_and_evidence_can_be_changed_at_first(
    clerk: Browser, sessions: Sessions, number: str
) -> None:
    form = clerk.open(f"/reclamations/{number}/items/1/edit")
    typed = {"reason": "faulty", "resolution": "replacement", "quantity": "2", "evidence": "Photo"}

    page = clerk.press(form, typed)

    assert page.path == f"/reclamations/{number}"
    with sessions() as session:
        item = the_item(session)
        said = [item.reason, item.resolution, item.quantity, item.evidence, item.workflow]
        assert said == ["faulty", "replacement", 2, "Photo", "item-faulty"]
    moment = page.texts("//li[contains(@class, '--edit')]/p[1]")[0]
    assert moment.startswith("Anna changed")
    for change in ("reason Does not fit → Faulty", "quantity 1 → 2", "evidence nothing → Photo"):
        assert change in moment


@pytest.mark.parametrize("quantity", ["0", "4", "two", ""])
def test_a_quantity_that_cannot_be_is_refused_at_the_field_and_stays_as_typed(
    clerk: Browser, sessions: Sessions, number: str, quantity: str
) -> None:
    form = clerk.open(f"/reclamations/{number}/items/1/edit")

    page = clerk.press(form, {"quantity": quantity, "evidence": "Photo"})

    assert page.status == 422
    assert page.texts("//p[@id='quantity-error']")
    assert page.form().fields["quantity"] == quantity
    assert page.form().fields["evidence"].strip() == "Photo"
    with sessions() as session:
        assert the_item(session).quantity == 1


def test_later_only_evidence_can_be_added(
    clerk: Browser, sessions: Sessions, rules: Rules, number: str
) -> None:
    with sessions.begin() as session:
        press(session, rules, the_item(session), "request-return", AGENT)

    form = clerk.open(f"/reclamations/{number}/items/1/edit")

    assert form.values("//select[@id='reason']/@disabled")
    assert "It is Waiting for the parcel already" in form.text
    clerk.press(form, {"evidence": "Photo"})
    fresh = clerk.open(f"/reclamations/{number}/items/1/edit")
    refused = clerk.press(fresh, {"quantity": "2"})
    assert refused.status == 409
    assert "can be changed only while it is 'Reported'." in refused.text
    with sessions() as session:
        assert [the_item(session).evidence, the_item(session).quantity] == ["Photo", 1]


def test_a_stale_edit_says_what_changed_and_keeps_what_was_typed(
    clerk: Browser, sign_in: SignIn, sessions: Sessions, number: str
) -> None:
    form = clerk.open(f"/reclamations/{number}/items/1/edit")
    lena = sign_in("Lena", "lead")
    lena.press(lena.open(f"/reclamations/{number}/items/1/edit"), {"evidence": "Lena's photo"})

    stale = clerk.press(form, {"evidence": "My photo"})

    assert stale.status == 409
    assert "Lena changed evidence" in stale.text
    assert stale.form().fields["evidence"].strip() == "My photo"
    clerk.press(stale)
    with sessions() as session:
        assert the_item(session).evidence == "My photo"


def test_assignee_and_priority_are_changed_and_told(
    clerk: Browser, sign_in: SignIn, sessions: Sessions, number: str
) -> None:
    lena = sign_in("Lena", "lead")
    form = clerk.open(f"/reclamations/{number}/edit")

    page = clerk.press(form, {"assignee_id": str(lena.staff_id), "priority": "high"})

    assert "assigned to Lena" in page.text
    assert "Anna changed assignee nobody → Lena, priority normal → high" in page.text


def test_one_press_assigns_it_to_me(clerk: Browser, number: str) -> None:
    page = clerk.press(clerk.open(f"/reclamations/{number}"), action="/edit")

    assert "assigned to Anna" in page.text
    assert page.texts("//button[text()='Assign to me']") == []


def test_a_note_is_kept_once_however_often_it_is_sent(
    clerk: Browser, sessions: Sessions, number: str
) -> None:
    form = clerk.open(f"/reclamations/{number}/notes")

    clerk.press(form, {"text": "She rang."})
    page = clerk.press(form, {"text": "She rang."})

    assert page.texts("//li[contains(@class, '--note')]/p[2]") == ["She rang."]
    with sessions() as session:
        notes = session.scalars(select(JournalEntry).where(JournalEntry.kind == "note")).all()
        assert len(notes) == 1


def test_an_empty_note_is_refused_with_a_sentence(clerk: Browser, number: str) -> None:
    page = clerk.press(clerk.open(f"/reclamations/{number}/notes"), {"text": "  "})

    assert page.status == 422
    assert page.texts("//p[@id='text-error']") == ["Write something; an empty note says nothing."]


def test_a_closed_reclamation_takes_notes_and_nothing_else(
    clerk: Browser, sessions: Sessions, rules: Rules, number: str
) -> None:
    form = clerk.open(f"/reclamations/{number}/edit")
    with sessions.begin() as session:
        press(session, rules, the_item(session), "reject", AGENT, reason="worn")

    refused = clerk.press(form, {"priority": "high"})
    noted = clerk.press(clerk.open(f"/reclamations/{number}/notes"), {"text": "She rang."})

    assert refused.status == 409
    assert "is settled; nothing of it can be changed any more." in refused.text
    assert "She rang." in noted.text
    with sessions() as session:
        assert session.scalars(select(Reclamation.priority)).one() == "normal"


def test_the_warehouse_cannot_edit_but_can_write_notes(sign_in: SignIn, number: str) -> None:
    warehouse = sign_in("Wim", "warehouse")

    edited = warehouse.press(warehouse.open(f"/reclamations/{number}/edit"), {"priority": "high"})
    noted = warehouse.press(warehouse.open(f"/reclamations/{number}/notes"), {"text": "Wet box."})

    assert edited.status == 403
    assert "Only an agent or a lead can change a claim." in edited.text
    assert "Wim noted" in noted.text
