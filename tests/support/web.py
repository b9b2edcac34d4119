"""A browser without scripts: opens pages, fills the forms it finds there, presses their buttons."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Flask
from lxml import html
from sqlalchemy import Engine, event
from werkzeug.test import TestResponse

if TYPE_CHECKING:
    from playwright.sync_api import Page

Typed = Mapping[str, str | Sequence[str] | None]


@dataclass
class Shown:
    """One answer, as a page."""

    response: TestResponse

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def html(self) -> str:
        return self.response.text

    @property
    def path(self) -> str:
        return self.response.request.path

    @property
    def tree(self) -> Any:
        return html.fromstring(self.response.text)

    @property
    def title(self) -> str:
        return str(self.tree.findtext(".//title"))

    @property
    def text(self) -> str:
        """The words of the page, with single spaces."""
        return " ".join(self.tree.text_content().split())

    def texts(self, path: str) -> list[str]:
        """The words of each element that an XPath finds."""
        return [" ".join(found.text_content().split()) for found in self.tree.xpath(path)]

    def values(self, path: str) -> list[str]:
        """The attributes that an XPath finds."""
        return [str(found) for found in self.tree.xpath(path)]

    def form(self, action: str | None = None) -> Any:
        """The form that is sent to an address (a part of it is enough), or the one that posts."""
        forms = [
            form
            for form in self.tree.forms
            if (action in (form.action or "") if action else form.method == "POST")
            and not (form.action or "").endswith("/sign-out")
        ]
        assert forms, f"there is no form for {action!r} on this page"
        return forms[0]


class Browser:
    """Signed in as one person; without a person as nobody."""

    def __init__(self, app: Flask, uniquifier: str | None = None, staff_id: int = 0) -> None:
        self.client = app.test_client()
        self.staff_id = staff_id
        if uniquifier is not None:
            with self.client.session_transaction() as session:
                session["_user_id"] = uniquifier
                session["_fresh"] = True

    def open(self, address: str, **more: Any) -> Shown:
        return Shown(self.client.get(address, follow_redirects=True, **more))

    def press(
        self,
        page: Shown,
        typed: Typed | None = None,
        *,
        action: str | None = None,
        follow: bool = True,
    ) -> Shown:
        """Send the page's form with what it holds already and what is typed into it.

        A value of None leaves the field out, as a box that is not ticked.
        """
        form = page.form(action)
        values: dict[str, list[str]] = {}
        for name, value in form.form_values():
            values.setdefault(name, []).append(value)
        for name, given in (typed or {}).items():
            if given is None:
                values.pop(name, None)
            else:
                values[name] = [given] if isinstance(given, str) else list(given)
        return Shown(
            self.client.post(form.action or page.path, data=values, follow_redirects=follow)
        )


def lend_sign_in(browser: Browser, page: "Page") -> None:
    """Let whoever is signed in here be signed in in Chromium too, without the form."""
    cookie = browser.client.get_cookie("redress")
    assert cookie is not None, "nobody is signed in"
    address = browser.client.application.extensions["redress"].settings.public_url
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])


@contextmanager
def counted_statements(engine: Engine) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
