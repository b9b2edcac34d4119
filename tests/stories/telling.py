"""What the stories tell: buy, claim, press buttons that are really there, wait, look."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session, sessionmaker

from claims.journal import verify
from claims.models import Effect, Item, Order, Reclamation
from tests.support.mail import Mailbox
from tests.support.parts import Sandbox, eventually
from tests.support.shop import Line, an_order
from tests.support.web import Browser, Shown

PATIENCE = 40
CUSTOMER = "mia@customers.example"
Choice = tuple[str, str]


@dataclass
class Story:
    """One claim on one order, seen through the pages of the staff."""

    people: dict[str, Browser]
    sessions: sessionmaker[Session]
    sandbox: Sandbox
    mailbox: Mailbox
    order_id: int = 0
    number: str = ""
    keys: list[int] = field(default_factory=list)
    """Of the order lines."""

    @property
    def address(self) -> str:
        return f"/reclamations/{self.number}"

    def buy(self, *lines: Line, payments: Sequence[int] | None = None, shipping: int = 0) -> None:
        """An order, whose payments the provider knows."""
        with self.sessions.begin() as session:
            order = an_order(session, lines or [Line()], payments=payments, shipping=shipping)
            self.order_id, self.keys = order.id, [line.id for line in order.lines]
            for payment in order.payments:
                self.sandbox.register_payment(payment.reference, payment.captured)

    def claim(self, who: str, *choices: Choice | None, follow_up: bool = False) -> Shown:
        """File a claim from the order's page; a (reason, resolution) for each line, None to skip.

        A follow-up begins at the closed reclamation's page.
        """
        clerk = self.people[who]
        start = self.address if follow_up else f"/orders/{self.order_id}"
        form = clerk.open(_link(clerk.open(start), f"/orders/{self.order_id}/claim"))
        typed: dict[str, str | None] = {"do": "file"}
        for key, choice in zip(self.keys, choices, strict=True):
            typed[f"line-{key}"] = "1" if choice else None
            if choice:
                typed |= {f"reason-{key}": choice[0], f"resolution-{key}": choice[1]}
        after = clerk.press(form, typed, action="/claim")
        assert after.path.startswith("/reclamations/R-"), after.text
        self.number = after.path.rpartition("/")[2]
        return after

    def press(self, who: str, event: str, *, item: int = 1, **typed: str) -> Shown:
        """Press a button that the page really offers; item 0 is the reclamation itself."""
        person, target = self.people[who], self.place(event, item)
        form = person.open(_link(person.open(self.address), target))
        fields = {f"input.{name}": value for name, value in typed.items()}
        assert fields.keys() <= set(form.values("//form//@name")), "no such fields in the form"
        after = person.press(form, fields, action=target)
        assert (after.status, after.path) == (200, self.address), after.text
        return after

    def place(self, event: str, item: int = 1) -> str:
        """The address of an event's form."""
        return f"{self.address}/items/{item}/events/{event}" if item else self._own(event)

    def _own(self, event: str) -> str:
        return f"{self.address}/events/{event}"

    def offered(self, who: str) -> set[str]:
        """The events that can be pressed on the reclamation's page."""
        links = self.people[who].open(self.address).values("//a/@href")
        found = {link.partition("?")[0] for link in links if "/events/" in link}
        return {link.rpartition("/")[2] for link in found}

    def page(self, who: str = "anna") -> Shown:
        return self.people[who].open(self.address)

    def states(self) -> list[str]:
        with self.sessions() as session:
            found = select(Item.state).join(Reclamation).where(Reclamation.number == self.number)
            return list(session.scalars(found.order_by(Item.position)))

    def is_closed(self) -> bool:
        with self.sessions() as session:
            found = select(Reclamation.closed_at).where(Reclamation.number == self.number)
            return session.scalar(found) is not None

    def wait_for(self, *states: str) -> None:
        """Until a worker has brought all items to these states."""
        eventually(lambda: self.states() == list(states), PATIENCE, f"{states} of {self.number}")

    def wait_until_all_is_done(self) -> None:
        """Until the reclamation is closed and no effect waits any more."""
        eventually(self.is_closed, PATIENCE, f"closing {self.number}")
        eventually(lambda: not self._waiting(), PATIENCE, f"the last effects of {self.number}")

    def _waiting(self) -> int:
        with self.sessions() as session:
            waiting = select(func.count(Effect.id)).where(Effect.status == "waiting")
            return session.scalar(waiting) or 0

    def paid_back(self) -> list[int]:
        """What the provider's own ledger says was given back, in minor units."""
        return [refund["amount"] for refund in self.sandbox.ledger()]

    def letters(self) -> list[str]:
        """The subjects of what the customer got, without the numbers that differ."""
        subjects = [str(letter["Subject"]) for letter in self.mailbox.to(CUSTOMER)]
        with self.sessions() as session:
            order = session.get_one(Order, self.order_id).number
        return sorted(s.replace(self.number, "R").replace(order, "O") for s in subjects)

    def new_orders(self) -> list[tuple[str, str, int]]:
        """Kind, product and pieces of the orders made for it, which the pages link both ways."""
        with self.sessions() as session:
            made = session.scalars(
                select(Order)
                .join(Order.origin_reclamation)
                .where(Reclamation.number == self.number)
            ).all()
            told = [(o.kind, line.sku, line.quantity) for o in made for line in o.lines]
            keys = [order.id for order in made]
        anna = self.people["anna"]
        for key in keys:
            there = anna.open(_link(self.page(), f"/orders/{key}"))
            assert _link(there, self.address)
        return told


def assert_closed_is_closed(story: Story, *events: str) -> None:
    """Neither the pages nor the database let anything move a closed reclamation again."""
    before = story.states()
    assert story.offered("anna") == story.offered("lena") == set()
    for event in events:
        for who in ("anna", "lena"):
            assert _sent_anyway(story, who, story.place(event)).status in {403, 409}
    assert _sent_anyway(story, "lena", story.place("close", 0)).status == 409
    for statement in (
        "UPDATE reclamations SET state = 'open', final = NULL, closed_at = NULL",
        "UPDATE reclamations SET priority = 'high'",
        "DELETE FROM reclamations",
        "UPDATE items SET state = 'reported', final = NULL",
    ):
        with (
            story.sessions() as session,
            pytest.raises(DatabaseError, match=r"cannot be|settled|denied"),
        ):
            session.execute(text(statement))
    assert story.states() == before
    assert story.is_closed()


def assert_the_journal_is_whole(story: Story) -> None:
    with story.sessions() as session:
        key = session.scalar(select(Reclamation.id).where(Reclamation.number == story.number))
        assert key is not None
        assert verify(session, key) == []


def _sent_anyway(story: Story, who: str, address: str) -> Shown:
    """What a browser that kept an old form would send."""
    person = story.people[who]
    [token, *_] = story.page(who).values("//input[@name='csrf_token']/@value")
    return Shown(person.client.post(address, data={"csrf_token": token, "input.amount": "1.00"}))


def _link(page: Shown, address: str) -> str:
    """The link to this address on a page, with the query it carries there."""
    found = [link for link in page.values("//a/@href") if link.partition("?")[0] == address]
    assert found, f"there is no link to {address} on {page.path}"
    return found[0]
