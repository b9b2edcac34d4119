"""What scripts add, in Chromium: fewer clicks, the keyboard, dialogs. Nothing needs them."""

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from claims.edits import add_note
from claims.models import Item, Reclamation, RefundShare
from claims.reconciling import keeping
from claims.reconciling.comparing import Difference
from claims.rules import Rules
from tests.support.cases import AGENT, claim_first, press
from tests.support.shop import Line, an_order
from tests.support.web import Browser, lend_sign_in
from tests.web.conftest import SignIn

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
Sessions = sessionmaker[Session]


@pytest.fixture
def anna(page: "Page", clerk: Browser) -> "Page":
    """A page in which a clerk is signed in; it must never log an error."""
    page.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
    lend_sign_in(clerk, page)
    return page


def test_all_items_of_an_order_are_claimed_in_three_clicks(
    anna: "Page", sessions: Sessions
) -> None:
    with sessions.begin() as session:
        key = an_order(session, [Line(quantity=3), Line("MUG", "Mug", 2)]).id
    anna.goto(f"/orders/{key}")

    anna.get_by_role("link", name="Claim").click()
    anna.get_by_role("button", name="Select all").click()
    anna.get_by_role("button", name="File claim").click()

    anna.wait_for_url("**/reclamations/R-*")
    with sessions() as session:
        assert sorted(session.scalars(select(Item.quantity))) == [2, 3]


def test_an_order_of_which_nothing_can_be_claimed_is_shown_without_a_failing_script(
    anna: "Page", sessions: Sessions
) -> None:
    with sessions.begin() as session:
        order = an_order(session)
        order.status = order.lines[0].status = "cancelled"
        key = order.id

    anna.goto(f"/orders/{key}/claim", wait_until="load")

    assert anna.get_by_text("This line was cancelled.").is_visible()
    assert anna.get_by_role("button", name="File claim").count() == 0


def test_a_double_click_files_one_reclamation(anna: "Page", sessions: Sessions) -> None:
    with sessions.begin() as session:
        key = an_order(session, [Line(quantity=3)]).id
    anna.goto(f"/orders/{key}/claim")

    anna.get_by_role("button", name="File claim").dblclick()

    anna.wait_for_url("**/reclamations/R-*")
    with sessions() as session:
        assert len(session.scalars(select(Reclamation.id)).all()) == 1


def test_choosing_a_reason_leaves_only_what_it_can_lead_to(
    anna: "Page", sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        order = an_order(session)
        key, shop = order.id, order.shop.code
    anna.goto(f"/orders/{key}/claim")

    anna.get_by_label("Reason").select_option("part-missing")

    offered = anna.get_by_label("Wanted").locator("option:enabled")
    expected = rules.choices.resolutions_for("part-missing", shop)
    assert sorted(offered.all_inner_texts()) == sorted(each.label for each in expected.values())


def test_the_worth_follows_the_quantity_to_the_cent(anna: "Page", sessions: Sessions) -> None:
    with sessions.begin() as session:
        key = an_order(session, [Line(quantity=3, paid=10000)]).id
    anna.goto(f"/orders/{key}/claim")

    shown = []
    for pieces in ("1", "2", "3", "4"):
        anna.get_by_label("Pieces").fill(pieces)
        shown.append(anna.locator("[data-worth]").inner_text())

    assert shown == ["€33.33", "€66.66", "€100.00", "—"]


def test_the_keyboard_goes_through_rows_searches_and_explains_itself(
    anna: "Page", sessions: Sessions
) -> None:
    with sessions.begin() as session:
        an_order(session, number="K-1")
        wanted = an_order(session, number="K-2")
        key = wanted.id
    anna.goto("/reclamations")
    anna.keyboard.press("g")
    anna.keyboard.press("o")
    anna.wait_for_url("**/orders")

    anna.keyboard.press("/")
    anna.keyboard.type("K-2")
    anna.keyboard.press("Enter")
    anna.wait_for_url("**/orders?q=K-2*")
    anna.keyboard.press("?")
    assert anna.get_by_role("dialog", name="Keyboard").is_visible()
    anna.keyboard.press("Escape")
    anna.keyboard.press("j")
    anna.keyboard.press("Enter")

    anna.wait_for_url(f"**/orders/{key}")


def test_a_phone_shows_every_page_without_scrolling_sideways(
    anna: "Page", sessions: Sessions
) -> None:
    with sessions.begin() as session:
        order = an_order(session, [Line(name="A very long name of a product " * 4)])
        order.customer_email = "bartholomew.featherstonehaugh" * 2 + "@customers.example"
        key = order.id
    anna.set_viewport_size({"width": 390, "height": 844})

    for address in ("/orders", f"/orders/{key}", f"/orders/{key}/claim", "/reclamations"):
        anna.goto(address)
        assert anna.evaluate("document.documentElement.scrollWidth") <= 390, address
        for box in anna.locator(".table-box").all():
            assert box.evaluate("box => box.scrollWidth <= box.clientWidth"), address


def test_a_phone_has_the_whole_line_for_a_field_in_a_list(
    page: "Page", sign_in: SignIn, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        item = claim_first(session, rules, an_order(session, [Line(unit_price=900)]))
        press(session, rules, item, "refund", AGENT, amount="9.00")
        share = session.scalars(select(RefundShare)).one()
        difference = Difference("reversed", "k-1", "sbx_1", share.id, "It came back later.")
        keeping.write(session, "sandbox", [difference])
    lend_sign_in(sign_in("Finn", "finance"), page)
    page.set_viewport_size({"width": 390, "height": 844})

    page.goto("/reconciliation")

    said, field = page.get_by_text("Ask for a new refund"), page.get_by_label("What was done")
    above, below = said.bounding_box(), field.bounding_box()
    assert above is not None
    assert below is not None
    assert below["y"] > above["y"] + above["height"]
    assert below["width"] > 300


def test_on_paper_a_time_is_the_exact_one_with_its_zone(
    anna: "Page", sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        number = claim_first(session, rules, an_order(session)).reclamation.number
    anna.goto(f"/reclamations/{number}")
    shown = "time => [getComputedStyle(time).fontSize, getComputedStyle(time, '::after').content]"

    on_screen = anna.locator(".timeline time").first.evaluate(shown)
    anna.emulate_media(media="print")
    on_paper = anna.locator(".timeline time").first.evaluate(shown)

    assert on_screen[0] != "0px"
    assert on_screen[1] == "none"
    assert on_paper[0] == "0px"
    assert on_paper[1].rstrip('"').endswith("UTC")


def test_a_word_without_an_end_stays_in_its_box(
    anna: "Page", sessions: Sessions, rules: Rules
) -> None:
    word = "https://photos.example/" + "x" * 300
    with sessions.begin() as session:
        item = claim_first(session, rules, an_order(session, [Line(name="Y" * 120)]))
        item.evidence = word
        add_note(session, item.reclamation.id, word, AGENT)
        number = item.reclamation.number
    anna.set_viewport_size({"width": 1280, "height": 900})

    anna.goto(f"/reclamations/{number}")

    for box in anna.locator(".table-box, .timeline").all():
        scrolled, shown = box.evaluate("box => [box.scrollWidth, box.clientWidth]")
        assert scrolled <= shown
