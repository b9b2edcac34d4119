"""What a clerk clicks in Chromium, and a camera that looks over their shoulder."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.parts import eventually

if TYPE_CHECKING:
    from playwright.sync_api import Page

PATIENCE = 40
WIDTHS = {"wide": (1440, 900), "phone": (390, 844)}


class Clerk:
    """Somebody at a page; no script of ours may fail there."""

    def __init__(self, page: "Page") -> None:
        self._page = page
        page.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))

    def claim(self, order: str, product: str, reason: str, wanted: str) -> None:
        """From the list of orders to the reclamation."""
        self._page.goto("/orders")
        self._page.get_by_role("link", name=order, exact=True).click()
        self.begin_claim(product, reason, wanted)
        self.file_claim()

    def begin_claim(self, product: str, reason: str, wanted: str) -> None:
        """On the page of an order: press Claim, tick a line and say what is the matter."""
        self._page.get_by_role("link", name="Claim", exact=True).click()
        line = self._page.locator("[data-line]").filter(has_text=product)
        line.get_by_role("checkbox").check()
        line.get_by_label("Reason").select_option(reason)
        line.get_by_label("Wanted").select_option(wanted)

    def file_claim(self) -> None:
        self._page.get_by_role("button", name="File claim").click()
        self._page.wait_for_url("**/reclamations/R-*")

    def press(self, label: str, typed: Mapping[str, str] | None = None, send: str = "") -> None:
        """Press the item's button, and in the dialog that opens the one that does it."""
        self.open_form(label)
        for field, value in (typed or {}).items():
            self._page.get_by_role("dialog").get_by_label(field).fill(value)
        self.send(send or label)

    def open_form(self, label: str) -> None:
        self._page.locator(".item").first.get_by_role("link", name=label, exact=True).click()
        self._page.get_by_role("dialog").get_by_role("heading", name=label).wait_for()

    def send(self, label: str) -> None:
        button = self._page.get_by_role("dialog").get_by_role(
            "button", name=re.compile(f"^{re.escape(label)}")
        )
        with self._page.expect_navigation():
            button.click()

    def wait_for(self, item_state: str) -> None:
        """Look again and again until a worker has brought the only item there."""
        eventually(lambda: self._sees(item_state), PATIENCE, item_state, every=0.25)

    def _sees(self, item_state: str) -> bool:
        self._page.reload()
        return self._page.locator(".item .badge").all_inner_texts() == [item_state]

    def wait_until_closed(self, item_state: str) -> None:
        """Look again and again until a worker has done the rest; then nothing can be pressed."""
        eventually(self._sees_it_closed, PATIENCE, f"closing {self._page.url}", every=0.25)
        assert self._page.locator(".item .badge").all_inner_texts() == [item_state]
        assert self._page.get_by_role("link", name="Claim a follow-up").is_visible()
        assert self._page.locator("a[href*='/events/']").count() == 0

    def _sees_it_closed(self) -> bool:
        self._page.reload()
        return self._page.locator(".case-head .badge").inner_text() == "Closed"


class Camera:
    """Takes pictures of a page as it is on a desk and on a phone; both must fit."""

    def __init__(self, page: "Page", folder: Path) -> None:
        self._page, self._folder = page, folder

    def take(self, name: str) -> None:
        """The whole page; where a dialog is open, what the screen shows of it."""
        has_dialog = self._page.get_by_role("dialog").count() > 0
        for size, (width, height) in reversed(WIDTHS.items()):
            self._page.set_viewport_size({"width": width, "height": height})
            # While a page goes over into the next one there is no document to measure.
            wide = self._page.wait_for_function(
                "document.readyState === 'complete' && document.documentElement?.scrollWidth"
            ).json_value()
            assert wide <= width, f"{name} is {wide} px wide on a screen of {width}"
            self._page.screenshot(
                path=self._folder / f"{name}-{size}.png", full_page=not has_dialog
            )
