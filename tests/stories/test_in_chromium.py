"""One whole case in a browser: sign in, claim, return, refund, closed."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from claims import staff
from claims.models import Reclamation
from tests.support.mail import Mailbox
from tests.support.parts import Part, Sandbox, eventually
from tests.support.shop import Line, an_order

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
PASSWORD = "correct horse battery"
WIDTHS = {"wide": (1440, 900), "phone": (390, 844)}


class Camera:
    """Takes pictures of a page as it is on a desk and on a phone; both must fit."""

    def __init__(self, page: "Page", folder: Path) -> None:
        self._page, self._folder = page, folder

    def take(self, name: str) -> None:
        for size, (width, height) in WIDTHS.items():
            self._page.set_viewport_size({"width": width, "height": height})
            wide = self._page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} px wide on a screen of {width}"
            self._page.screenshot(path=self._folder / f"{name}-{size}.png", full_page=True)
        width, height = WIDTHS["wide"]
        self._page.set_viewport_size({"width": width, "height": height})


def test_a_clerk_takes_a_case_from_sign_in_to_closed(
    page: "Page",
    sessions: sessionmaker[Session],
    worker: Part,
    sandbox: Sandbox,
    mailbox: Mailbox,
    tmp_path: Path,
) -> None:
    with sessions.begin() as session:
        staff.add(session, "anna@redress.example", "Anna", ["agent", "warehouse"], PASSWORD)
        lines = [
            Line("TENT-RIDGE-2", "Ridge tent for two, moss green", 1, 17900, tax=2858),
            Line("MUG", "Mug", 2, 900),
        ]
        order = an_order(session, lines, payments=[5000, 15190], shipping=490)
        number = order.number
        for payment in order.payments:
            sandbox.register_payment(payment.reference, payment.captured)
    page.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
    camera = Camera(page, tmp_path)

    page.goto("/sign-in")
    camera.take("01-sign-in")
    page.get_by_label("Mail address").fill("anna@redress.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/reclamations*")
    page.get_by_role("link", name="Orders").first.click()
    camera.take("02-orders")
    page.get_by_role("link", name=number, exact=True).click()
    camera.take("03-order")
    page.get_by_role("link", name="Claim", exact=True).click()
    tent = page.locator("[data-line]").filter(has_text="Ridge tent")
    tent.get_by_role("checkbox").check()
    tent.get_by_label("Reason").select_option("does-not-fit")
    tent.get_by_label("Wanted").select_option("refund")
    camera.take("04-claim")
    page.get_by_role("button", name="File claim").click()
    page.wait_for_url("**/reclamations/R-*")
    camera.take("05-reported")

    _press(page, "Request return")
    _press(page, "Parcel arrived", camera, "06-parcel-arrived")
    camera.take("07-received")
    _press(page, "Refund", camera, "08-refund", send="Refund €179.00")
    eventually(lambda: _is_closed(sessions), 40, "closing the reclamation")
    page.reload()
    camera.take("09-closed")

    assert page.get_by_text("Refunded").first.is_visible()
    assert page.get_by_role("link", name="Claim a follow-up").is_visible()
    assert page.locator("a[href*='/events/']").count() == 0
    assert [refund["amount"] for refund in sandbox.ledger()] == [5000, 12900]
    page.get_by_role("link", name="Refunds").first.click()
    camera.take("10-refunds")


def _press(
    page: "Page",
    label: str,
    camera: Camera | None = None,
    picture: str = "",
    *,
    send: str | None = None,
) -> None:
    """Press an item's button, and in the dialog that opens the button that does it."""
    item = page.locator(".item").first
    item.get_by_role("link", name=label, exact=True).click()
    dialog = page.get_by_role("dialog")
    button = dialog.get_by_role("button", name=re.compile(f"^{re.escape(send or label)}"))
    button.wait_for()
    if camera:
        camera.take(picture)
    with page.expect_navigation():
        button.click()


def _is_closed(sessions: sessionmaker[Session]) -> bool:
    with sessions() as session:
        return session.scalar(select(Reclamation.closed_at)) is not None
