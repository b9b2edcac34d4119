"""One reclamation on its page: what to do, what happened, what belongs to it."""

import pytest
from sqlalchemy.orm import Session, sessionmaker

from claims.claimable import Wanted
from claims.claiming import claim
from claims.edits import add_note
from claims.rules import Rules
from config.bootstrap import Redress
from tests.claims.promises import PROMISE, rules_of
from tests.support.cases import AGENT, FINANCE, WAREHOUSE, claim_first, press, work_off
from tests.support.shop import Line, a_shop, an_order
from tests.support.web import Browser, counted_statements
from tests.web.conftest import SignIn

Sessions = sessionmaker[Session]


@pytest.fixture
def claimed(sessions: Sessions, rules: Rules) -> str:
    """The number of a reclamation with one item that waits for a clerk."""
    with sessions.begin() as session:
        return claim_first(session, rules, an_order(session)).reclamation.number


def test_the_page_says_whose_turn_it_is_and_offers_the_usual_way_first(
    clerk: Browser, sign_in: SignIn, claimed: str
) -> None:
    page = clerk.open(f"/reclamations/{claimed}")

    banner = page.texts("//section[@aria-label='What to do now']")[0]
    assert banner.startswith("Your turn. 1 × Blue shirt, M: Reported. You can: Request return,")
    assert page.texts("//header//a[contains(@class, 'button--primary')]") == ["Request return"]
    others = sign_in("Wim", "warehouse").open(f"/reclamations/{claimed}")
    assert "Waits for an agent." in others.text


def test_a_button_that_cannot_be_pressed_stays_and_says_why(
    sign_in: SignIn, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        item = claim_first(session, rules, an_order(session, [Line(unit_price=30000)]))
        press(session, rules, item, "request-return", AGENT)
        press(session, rules, item, "parcel-arrived", WAREHOUSE, received="1", condition="as new")
        press(session, rules, item, "refund", AGENT, amount="300.00")
        number = item.reclamation.number

    page = sign_in("Anna", "agent").open(f"/reclamations/{number}")

    grey = page.texts("//span[@class='blocked']")
    approve = next(said for said in grey if said.startswith("Approve"))
    assert "Approve is for finance or lead." in approve


def test_the_page_lists_what_happened_in_one_voice_the_newest_first(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        item = claim_first(session, rules, an_order(session, [Line(unit_price=900)]))
        add_note(session, item.reclamation_id, "She rang twice.", AGENT)
        press(session, rules, item, "refund", AGENT, amount="8.50")
        number = item.reclamation.number
        session.flush()
        work_off(session, rules, item)

    page = clerk.open(f"/reclamations/{number}")

    said = page.texts("//ol[@class='timeline']/li/p[1]")
    assert "Anna pressed Refund: Reported → Refund under way, amount €8.50" in said
    assert "A worker reported Refund paid: Refund under way → Refunded" in said
    assert said[-1] == "Anna claimed 1 item"
    assert page.texts("//li[contains(@class, '--note')]") == ["Anna noted She rang twice. just now"]
    assert page.values("//ol[@class='timeline']//time/@title")[0].endswith("UTC")


def test_a_refund_shows_its_calculation_its_split_and_why_it_is_not_more(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        order = an_order(
            session, [Line(unit_price=1000, quantity=2, discount=300)], payments=[500, 1200]
        )
        item = claim_first(session, rules, order, quantity=2)
        press(session, rules, item, "settle-outside", FINANCE, amount="12.00")
        number = item.reclamation.number

    page = clerk.open(f"/reclamations/{number}")

    sums = page.texts("//article[@class='refund']//dl[@class='sums']/*")
    assert sums[:6] == [
        "2 of 2 × Blue shirt, M",
        "€20.00",
        "Share of the discount",
        "-€3.00",
        "Not asked for this time",
        "-€5.00",
    ]
    assert sums[6:8] == ["Refund", "€12.00"]
    shares = page.texts("//article[@class='refund']//span[@class='shares__sum']")
    assert shares == ["€5.00 Given back", "€7.00 Given back"]


def test_previous_and_next_follow_the_list_that_the_page_was_opened_from(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        first = claim_first(session, rules, an_order(session)).reclamation.number
        other = a_shop(session, "SOUTH")
        claim_first(session, rules, an_order(session, shop=other))
        last = claim_first(session, rules, an_order(session)).reclamation.number

    listed = clerk.open("/reclamations?tab=open&shop=NORTH")
    page = clerk.open(listed.values(f"//a[text()='{last}']/@href")[0])

    assert page.values("//a[@rel='prev']/@title") == []
    assert page.values("//a[@rel='next']/@title") == [first]
    following = clerk.open(page.values("//a[@rel='next']/@href")[0])
    assert following.values("//a[@rel='prev']/@title") == [last]


def test_a_closed_reclamation_says_so_and_offers_a_follow_up(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        item = claim_first(session, rules, an_order(session))
        press(session, rules, item, "reject", AGENT, reason="worn")
        number, order_id = item.reclamation.number, item.reclamation.order_id

    page = clerk.open(f"/reclamations/{number}")

    assert "Closed, and it stays closed." in page.text
    link = page.values("//a[text()='Claim a follow-up']/@href")
    assert link == [f"/orders/{order_id}/claim?follow-up-of={number}"]
    assert clerk.open(link[0]).status == 200
    assert page.values("//a[contains(@href, '/events/')]/@href") == []


def test_a_reclamation_that_does_not_exist_is_a_sentence(clerk: Browser) -> None:
    page = clerk.open("/reclamations/R-999999")

    assert page.status == 404
    assert "There is no reclamation R-999999." in page.text


def test_the_customers_other_claims_are_linked(
    clerk: Browser, sessions: Sessions, rules: Rules, claimed: str
) -> None:
    with sessions.begin() as session:
        earlier = claim_first(session, rules, an_order(session)).reclamation.number
        claim_first(session, rules, an_order(session, customer="C-2"))

    page = clerk.open(f"/reclamations/{claimed}")

    assert page.texts("//section[@aria-labelledby='customer-title']//li/a") == [earlier]


def test_a_reclamation_with_ten_items_asks_the_database_as_often_as_one_with_two(
    clerk: Browser, sessions: Sessions, rules: Rules, redress: Redress
) -> None:
    def statements(items: int) -> int:
        with sessions.begin() as session:
            order = an_order(session, [Line(f"SKU-{place}") for place in range(items)])
            wanted = [Wanted(line.id, 1, "does-not-fit", "refund") for line in order.lines]
            number = claim(session, rules, order.id, wanted, AGENT).number
        clerk.open(f"/reclamations/{number}")
        with counted_statements(redress.engine) as sent:
            assert clerk.open(f"/reclamations/{number}").status == 200
        return len(sent)

    assert statements(10) == statements(2)  # DEBUG


def test_a_clock_that_stands_still_says_for_whom_and_with_how_much_left(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    promised = rules_of(rules, PROMISE.replace("item-promise", "item-return"))
    with sessions.begin() as session:
        item = claim_first(session, promised, an_order(session))
        press(session, promised, item, "ask", AGENT)
        number = item.reclamation.number

    page = clerk.open(f"/reclamations/{number}")

    [said] = page.texts("//header[contains(@class, 'case-head')]/p")
    assert "No answer in 1 month" in said
    assert "The promise stands still while we wait for the customer; 10 days left" in said
