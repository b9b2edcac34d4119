"""The size of a drawing, in Chromium: by buttons, keys and dragging. Without scripts it scrolls."""

from typing import TYPE_CHECKING

import pytest
from sqlalchemy.orm import Session, sessionmaker

from claims.rules import Rules
from tests.support.cases import claim_first
from tests.support.shop import an_order
from tests.support.web import Browser, lend_sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_a_drawing_changes_its_size_moves_and_leads_to_its_cases(
    page: "Page", clerk: Browser, sessions: sessionmaker[Session], rules: Rules
) -> None:
    with sessions.begin() as session:
        claim_first(session, rules, an_order(session))
    page.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
    page.set_viewport_size({"width": 390, "height": 844})
    lend_sign_in(clerk, page)

    page.goto("/workflows/item-return")
    box, size = page.locator("#drawing"), page.locator("[data-zoom-size]")

    assert size.inner_text() == "100 %"
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="Larger").click()
    assert size.inner_text() == "125 %"
    box.focus()
    page.keyboard.press("-")
    assert size.inner_text() == "100 %"

    before = box.evaluate("box => box.scrollLeft")
    page.mouse.move(200, 500)
    page.mouse.down()
    page.mouse.move(150, 480, steps=3)
    page.mouse.up()
    assert box.evaluate("box => box.scrollLeft") == before + 50
    assert "/workflows/item-return" in page.url

    page.get_by_role("button", name="Fit").click()
    whole = box.locator("svg").bounding_box()
    assert whole is not None
    assert whole["width"] < 390

    box.get_by_role("link", name="Reported 1 case: oldest 0 min").click()
    page.wait_for_url("**/reclamations?tab=open&state=item-return:reported")
