"""Events as forms: what they ask for, what comes of sending them, and what is refused."""

import re
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from claims.edits import edit_item
from claims.models import Effect, Item, JournalEntry, Reclamation
from claims.rules import Rules
from tests.claims.other_rules import rules_with
from tests.support.cases import AGENT, LEAD, WAREHOUSE, claim_first, press
from tests.support.shop import Line, an_order
from tests.support.web import Browser, Shown
from tests.web.conftest import SignIn

Sessions = sessionmaker[Session]


@dataclass(frozen=True)
class Filed:
    """An item that was claimed, and where its pages are."""

    number: str
    item_id: int
    sessions: Sessions

    def form(self, event: str) -> str:
        return f"/reclamations/{self.number}/items/1/events/{event}"

    @property
    def state(self) -> str:
        with self.sessions() as session:
            return session.get_one(Item, self.item_id).state

    @property
    def events(self) -> list[str | None]:
        with self.sessions() as session:
            found = select(JournalEntry.event).where(JournalEntry.item_id == self.item_id)
            return list(session.scalars(found.where(JournalEntry.kind == "event")))


@pytest.fixture
def received(sessions: Sessions, rules: Rules) -> Filed:
    """An item for 24.99 that came back and can be refunded."""
    return back_again(sessions, rules, Line())


def back_again(sessions: Sessions, rules: Rules, line: Line) -> Filed:
    with sessions.begin() as session:
        item = claim_first(session, rules, an_order(session, [line]))
        press(session, rules, item, "request-return", AGENT)
        press(session, rules, item, "parcel-arrived", WAREHOUSE, received="1", condition="as new")
        return Filed(item.reclamation.number, item.id, sessions)


def the_button(page: Shown) -> str:
    return page.texts("//button[@data-send]")[0]


def test_the_form_of_an_event_asks_for_its_input_and_names_the_amount_in_its_button(
    clerk: Browser, received: Filed
) -> None:
    page = clerk.open(received.form("refund"))

    assert page.form().fields["input.amount"] == "24.99"
    assert "At most €24.99." in page.text
    assert "This pays money back; it cannot be undone." in page.text
    assert the_button(page) == "Refund €24.99"


def test_sending_it_fires_the_event_and_says_what_happened(
    clerk: Browser, received: Filed, sessions: Sessions
) -> None:
    page = clerk.press(clerk.open(received.form("refund")), {"input.amount": "20,50"})

    assert page.path == f"/reclamations/{received.number}"
    assert page.texts("//p[contains(@class, 'flash--done')]") == [
        "1 × Blue shirt, M. Refund: Received → Refund under way."
    ]
    assert received.state == "refunding"
    with sessions() as session:
        asked = session.scalars(select(Effect).where(Effect.kind == "refund.pay")).one()
        assert asked.refund is not None
        assert asked.refund.amount == 2050


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("24.999", "Amount"),
        ("25.00", "Amount is at most 24.99."),
        ("0", "Amount is at least 0.01."),
        ("twelve", "Amount"),
        ("", "Amount is missing."),
    ],
)
def test_a_wrong_amount_stays_as_typed_with_a_sentence_at_the_field(
    clerk: Browser, received: Filed, typed: str, sentence: str
) -> None:
    page = clerk.press(clerk.open(received.form("refund")), {"input.amount": typed})

    assert page.status == 422
    assert page.form().fields["input.amount"] == typed
    assert page.texts("//p[@id='input-amount-error']")[0].startswith(sentence)
    assert received.state == "received"


def test_approving_names_the_proposed_amount_and_who_proposed_it(
    clerk: Browser, lead: Browser, sessions: Sessions, rules: Rules
) -> None:
    coat = back_again(sessions, rules, Line("COAT", "Coat", 1, 45000))
    clerk.press(clerk.open(coat.form("refund")), {"input.amount": "300"})

    page = lead.open(coat.form("approve"))

    assert the_button(page) == "Approve €300.00"
    assert "€300.00 proposed by Anna" in page.text


def test_a_stale_form_says_what_changed_keeps_what_was_typed_and_can_go_on(
    clerk: Browser, received: Filed, sessions: Sessions, rules: Rules
) -> None:
    form = clerk.open(received.form("refund"))
    with sessions.begin() as session:
        version = session.get_one(Item, received.item_id).version
        changes = {"evidence": "A photo"}
        edit_item(session, rules, received.item_id, changes, LEAD, seen_version=version)

    stale = clerk.press(form, {"input.amount": "11.11"})

    assert stale.status == 409
    assert "This case has changed since you opened the form." in stale.text
    assert "Lena changed evidence" in stale.text
    assert stale.form().fields["input.amount"] == "11.11"
    assert the_button(stale) == "Refund all the same"
    assert received.state == "received"

    assert clerk.press(stale).path == f"/reclamations/{received.number}"
    assert received.state == "refunding"


def test_a_form_whose_event_is_no_longer_possible_says_so(
    clerk: Browser, received: Filed, sessions: Sessions, rules: Rules
) -> None:
    form = clerk.open(received.form("refund"))
    with sessions.begin() as session:
        item = session.get_one(Item, received.item_id)
        press(session, rules, item, "reject", AGENT, reason="worn")

    late = clerk.press(form)

    assert late.status == 409
    assert "Anna: Reject (Received → Rejected)." in late.text
    assert "Refund is not possible in the state Rejected." in late.text
    assert late.texts("//button[@data-send]") == []


def test_a_double_click_fires_once_and_both_lead_to_the_same_page(
    clerk: Browser, received: Filed, sessions: Sessions
) -> None:
    form = clerk.open(received.form("refund"))

    first, second = clerk.press(form), clerk.press(form)

    assert first.path == second.path == f"/reclamations/{received.number}"
    assert "It was sent twice and done once." in second.text
    assert received.events.count("refund") == 1
    with sessions() as session:
        effects = select(Effect).where(Effect.kind == "refund.pay")
        assert len(session.scalars(effects).all()) == 1


def test_an_event_for_other_roles_says_for_which_and_is_refused_when_sent_all_the_same(
    clerk: Browser, sign_in: SignIn, received: Filed
) -> None:
    warehouse = sign_in("Wim", "warehouse")
    token = clerk.open(received.form("refund")).form()

    shown = warehouse.open(received.form("refund"))
    sent = warehouse.client.post(received.form("refund"), data=dict(token.form_values()))

    assert "Refund is for agent or lead." in shown.text
    assert shown.texts("//button[@data-send]") == []
    assert sent.status_code in {400, 403}
    assert received.state == "received"


def test_a_second_look_needs_a_second_person(
    sign_in: SignIn, sessions: Sessions, rules: Rules
) -> None:
    dear = back_again(sessions, rules, Line(unit_price=250000))
    lena, finn = sign_in("Lena", "lead"), sign_in("Finn", "finance")

    form = lena.open(dear.form("refund"))
    lena.press(form)
    refused = lena.open(dear.form("approve"))

    assert "You may refund €2,000.00 more here alone; above that it goes to a second look." in (
        form.text
    )
    assert dear.state == "awaiting-approval"
    assert "Approve needs a second person" in refused.text
    assert refused.texts("//button[@data-send]") == []

    finn.press(finn.open(dear.form("approve")))
    assert dear.state == "refunding"


def test_money_that_somebody_else_has_taken_meanwhile_is_no_longer_offered(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        order = an_order(session, [Line(), Line("MUG", "Mug")], payments=[2499, 2499])
        order.payments[1].captured = 1
        item = claim_first(session, rules, order)
        press(session, rules, item, "request-return", AGENT)
        press(session, rules, item, "parcel-arrived", AGENT, received="1", condition="opened")
        other = claim_first(session, rules, order, line=1)
        press(session, rules, other, "request-return", AGENT)
        press(session, rules, other, "parcel-arrived", AGENT, received="1", condition="opened")
        mug = Filed(other.reclamation.number, other.id, sessions)
        shirt = Filed(item.reclamation.number, item.id, sessions)

    form = clerk.open(mug.form("refund"))
    clerk.press(clerk.open(shirt.form("refund")))
    refused = clerk.press(form, {"input.amount": "24.99"})

    assert refused.status == 422
    assert "Amount is at most 0.01." in refused.text
    assert mug.state == "received"


def test_closing_says_what_happens_to_the_items_that_are_still_open(
    clerk: Browser, received: Filed
) -> None:
    form = clerk.open(f"/reclamations/{received.number}/events/close")

    assert form.texts("//section[@class='consequences']//li") == [
        "1 × Blue shirt, M: Received → Withdrawn"
    ]
    page = clerk.press(form)
    assert f"Reclamation {received.number} is closed." in page.text
    assert received.state == "withdrawn"


def test_the_button_that_closes_is_grey_while_an_item_stands_in_the_way(
    clerk: Browser, sessions: Sessions, rules: Rules, received: Filed
) -> None:
    with sessions.begin() as session:
        item = session.scalars(select(Item)).one()
        press(session, rules, item, "refund", AGENT, amount="9.00")

    form = clerk.open(f"/reclamations/{received.number}/events/close")

    assert "Refund under way stands in the way." in form.text
    assert form.texts("//button[@aria-disabled='true']") == ["Close"]
    assert form.texts("//button[@data-send]") == []
    assert form.texts("//p[@class='event__confirm']") == []


def test_closed_is_closed_whatever_is_sent(
    clerk: Browser, received: Filed, sessions: Sessions
) -> None:
    form = clerk.open(received.form("refund"))
    clerk.press(clerk.open(f"/reclamations/{received.number}/events/close"))

    again = clerk.press(form)
    reopened = clerk.open(f"/reclamations/{received.number}/events/close")

    assert again.status == 409
    assert reopened.texts("//button[@data-send]") == []
    assert "Close is not possible in the state Closed." in reopened.text
    with sessions() as session:
        assert session.scalars(select(Reclamation.state)).one() == "closed"


@pytest.mark.parametrize("event", ["nothing-known", "refund-paid", "withdraw"])
def test_an_event_that_is_not_for_people_changes_nothing(
    clerk: Browser, received: Filed, event: str
) -> None:
    token = dict(clerk.open(received.form("reject")).form().form_values())

    shown = clerk.open(received.form(event))
    sent = clerk.client.post(received.form(event), data=token)

    assert shown.texts("//button[@data-send]") == []
    assert sent.status_code in {403, 404, 409}
    assert received.state == "received"


def test_an_item_of_another_reclamation_is_not_found_under_this_number(
    clerk: Browser, received: Filed
) -> None:
    page = clerk.open(f"/reclamations/{received.number}/items/2/events/refund")

    assert page.status == 404
    assert f"There is no item 2 of a reclamation {received.number}." in page.text


def test_a_form_without_its_safety_token_is_refused(
    app: Flask, clerk: Browser, received: Filed
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True

    answer = clerk.client.post(received.form("refund"), data={"input.amount": "1.00"})

    assert answer.status_code == 400
    assert received.state == "received"


def test_the_list_that_a_form_was_opened_from_is_kept(clerk: Browser, received: Filed) -> None:
    listed = clerk.open("/reclamations?tab=open&shop=NORTH")
    page = clerk.open(listed.values("//a[@data-open]/@href")[0])
    link = page.values("//tr[contains(@class, 'item__ways')]//a[text()='Refund']/@href")[0]

    done = clerk.press(clerk.open(link))

    assert done.response.request.args["list"] == "tab=open&shop=NORTH"
    assert re.search(r'href="/reclamations\?tab=open&amp;shop=NORTH"', done.html)


def test_where_the_file_says_nothing_the_page_says_that_money_cannot_be_called_back(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    text = "    confirm: This pays money back; it cannot be undone.\n"
    silent = rules_with(rules, "item-goodwill", (text, ""))
    with sessions.begin() as session:
        filed = claim_first(session, silent, an_order(session), resolution="goodwill")
        form = f"/reclamations/{filed.reclamation.number}/items/1/events/"
        both = f"/reclamations/{filed.reclamation.number}/items/events/refund?item={filed.id}"

    said = [
        clerk.open(page).texts("//p[@class='event__confirm']") for page in (form + "refund", both)
    ]

    assert said == [["This pays money back; it cannot be undone."]] * 2
    assert clerk.open(form + "reject").texts("//p[@class='event__confirm']") == []
