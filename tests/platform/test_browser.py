"""The browser of the tests."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


def test_chromium_shows_a_page(browser: "Browser") -> None:
    page = browser.new_page()

    page.set_content("<h1>Claims</h1>")

    assert page.get_by_role("heading").inner_text() == "Claims"
    page.close()
