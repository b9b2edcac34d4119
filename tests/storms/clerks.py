"""Clerks at the pages of a web that is killed under them: they press again what was cut off."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session

from claims.models import Item, Reclamation
from config.bootstrap import Redress
from tests.storms.crowd import Crowd
from tests.storms.surroundings import Surroundings
from tests.support.shop import a_member_of_staff
from tests.support.web import Browser
from web.app import create_app


@dataclass(slots=True)
class Clerks:
    """One after the other asks for the last `count` refunds of a crowd, in a thread."""

    around: Surroundings
    crowd: Crowd
    count: int
    presses: int = 0
    again: int = 0
    violations: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _done: int = 0

    @property
    def are_done(self) -> bool:
        return self._done >= self.count or bool(self.violations)

    @contextmanager
    def pressing(self) -> Iterator[None]:
        """They press until they are done or this ends."""
        thread = threading.Thread(target=self._press_all, daemon=True)
        if self.count:
            cookie, addresses = signed_in_lead(self.crowd.redress), self._forms()
            thread = threading.Thread(target=self._press_all, args=(cookie, addresses), daemon=True)
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            if thread.is_alive():
                thread.join(30)

    def _press_all(self, cookie: str, addresses: list[str]) -> None:
        with httpx.Client(
            base_url=self.around.settings.public_url,
            cookies={"redress": cookie},
            trust_env=False,
            timeout=20,
        ) as client:
            for address in addresses:
                self._press(client, address)
                self._done += 1
                if self._stop.is_set() or self.violations:
                    return

    def _press(self, client: httpx.Client, address: str) -> None:
        """Open the form, send it, and send the very same again until somebody answers."""
        page = self._insist(lambda: client.get(address))
        forms = [
            form
            for form in html.fromstring(page.text).forms
            if form.method == "POST" and not (form.action or "").endswith("/sign-out")
        ]
        if not forms:
            self.violations.append(f"{address} answered {page.status_code} and has no form")
            return
        data = dict(forms[0].form_values())
        answer = self._insist(lambda: client.post(address, data=data))
        self.presses += 1
        if answer.status_code not in {302, 303}:
            self.violations.append(f"{address} was sent and answered {answer.status_code}")

    def _insist(self, ask: Callable[[], httpx.Response]) -> httpx.Response:
        while True:
            try:
                return ask()
            except httpx.TransportError:
                self.again += 1
                if self._stop.wait(0.1):
                    raise

    def _forms(self) -> list[str]:
        chosen = [each.item_id for each in self.crowd.filed[-self.count :]]
        with self.crowd.redress.sessions() as session:
            return _addresses(session, chosen)


def signed_in_lead(redress: Redress) -> str:
    """The cookie of a lead who has signed in."""
    app = create_app(redress)
    with redress.sessions.begin() as session:
        clerk = a_member_of_staff(session, "Lena", "lead")
        browser = Browser(app, clerk.fs_uniquifier, clerk.id)
    cookie = browser.client.get_cookie("redress")
    assert cookie is not None, "nobody is signed in"
    return cookie.value


def _addresses(session: Session, items: list[int]) -> list[str]:
    found = session.execute(
        select(Reclamation.number, Item.position)
        .join(Item, Item.reclamation_id == Reclamation.id)
        .where(Item.id.in_(items))
        .order_by(Item.id)
    )
    return [f"/reclamations/{number}/items/{position}/events/refund" for number, position in found]
