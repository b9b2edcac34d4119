"""One event at several ticked items: all of them or none, and never any other."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from claims.claimable import Wanted
from claims.claiming import claim
from claims.models import Item, JournalEntry
from claims.rules import Rules
from tests.support.cases import AGENT, claim_first, press
from tests.support.shop import Line, an_order
from tests.support.web import Browser

Sessions = sessionmaker[Session]


@dataclass(frozen=True)
class Several:
    """A reclamation with three items; the first two came back, the third did not."""

    number: str
    keys: list[int]
    sessions: Sessions

    def address(self, event: str, *places: int) -> str:
        ticked = "&".join(f"item={self.keys[place]}" for place in places)
        return f"/reclamations/{self.number}/items/events/{event}?{ticked}"

    @property
    def states(self) -> list[str]:
        with self.sessions() as session:
            return [session.get_one(Item, key).state for key in self.keys]


@pytest.fixture
def several(sessions: Sessions, rules: Rules) -> Several:
    with sessions.begin() as session:
        lines = [Line(), Line("MUG", "Mug", unit_price=1000), Line("SOCK", "Socks", unit_price=500)]
        order = an_order(session, lines)
        wanted = [Wanted(line.id, 1, "does-not-fit", "refund") for line in order.lines]
        items = claim(session, rules, order.id, wanted, AGENT).items
        for item in items[:2]:
            press(session, rules, item, "request-return", AGENT)
            press(session, rules, item, "parcel-arrived", AGENT, received="1", condition="opened")
        return Several(items[0].reclamation.number, [item.id for item in items], sessions)


def test_the_page_has_buttons_for_ticked_rows_and_says_which_rows_can_take_what(
    clerk: Browser, several: Several
) -> None:
    page = clerk.open(f"/reclamations/{several.number}")

    boxes = "//input[@form='ticked'][@name='item']"
    assert page.values(f"{boxes}/@value") == [str(key) for key in several.keys]
    assert "reject" in page.values(f"{boxes}/@data-takes")[0].split()
    assert "Reject" in page.texts("//form[@id='ticked']//button")


def test_the_button_says_how_many_items_and_how_much_in_all(
    clerk: Browser, several: Several
) -> None:
    page = clerk.open(several.address("refund", 0, 1))

    assert page.texts("//button[@data-send]") == ["Refund 2 items €34.99"]
    typed = dict(page.form().form_values())
    assert [typed[f"input.amount.{key}"] for key in several.keys[:2]] == ["24.99", "10.00"]


def test_only_the_ticked_items_are_touched(clerk: Browser, several: Several) -> None:
    page = clerk.press(clerk.open(several.address("reject", 0, 2)), {"input.reason": "worn"})

    assert several.states == ["rejected", "received", "rejected"]
    assert "Reject: 2 items." in page.texts("//p[contains(@class, 'flash')]")[0]


def test_each_item_has_an_amount_of_its_own(clerk: Browser, several: Several) -> None:
    form = clerk.open(several.address("refund", 0, 1))

    clerk.press(form, {f"input.amount.{several.keys[1]}": "9.00"})

    with several.sessions() as session:
        inputs = select(JournalEntry.input).where(JournalEntry.event == "refund")
        assert [said["amount"] for said in session.scalars(inputs.order_by("id"))] == [2499, 900]


def test_if_one_of_them_is_refused_nothing_is_done_and_it_says_at_which(
    clerk: Browser, several: Several
) -> None:
    form = clerk.open(several.address("refund", 0, 1))

    page = clerk.press(form, {f"input.amount.{several.keys[1]}": "99.00"})

    assert page.status == 422
    assert several.states == ["received", "received", "reported"]
    wrong = page.texts("//li[@class='parts__part'][2]//p[@class='field__error']")
    assert wrong == ["Amount is at most 10.00."]
    assert page.texts("//li[@class='parts__part'][1]//p[@class='field__error']") == []
    assert "Nothing was done." in page.text


def test_an_item_that_changed_meanwhile_stands_in_the_way_of_all(
    clerk: Browser, several: Several, rules: Rules
) -> None:
    form = clerk.open(several.address("reject", 0, 1))
    with several.sessions.begin() as session:
        press(session, rules, session.get_one(Item, several.keys[0]), "reject", AGENT, reason="x")

    page = clerk.press(form, {"input.reason": "worn"})

    assert page.status == 409
    assert several.states == ["rejected", "received", "reported"]
    assert "Anna: Reject (Received → Rejected)." in page.text
    assert page.form().fields["input.reason"] == "worn"


def test_items_that_cannot_take_it_make_the_button_grey_with_the_reason(
    clerk: Browser, several: Several
) -> None:
    page = clerk.open(several.address("parcel-arrived", 0, 2))

    assert page.texts("//button[@data-send]") == []
    assert page.texts("//li[@class='parts__part'][1]//p[@class='field__error']") == [
        "Parcel arrived is not possible in the state Received."
    ]
    assert "Untick what cannot take it" in page.text


def test_a_double_click_at_several_items_fires_once(clerk: Browser, several: Several) -> None:
    form = clerk.open(several.address("reject", 0, 1))

    first = clerk.press(form, {"input.reason": "worn"})
    second = clerk.press(form, {"input.reason": "worn"})

    assert first.path == second.path
    with several.sessions() as session:
        fired = select(JournalEntry).where(JournalEntry.event == "reject")
        assert len(session.scalars(fired).all()) == 2


def test_nothing_ticked_is_a_sentence(clerk: Browser, several: Several) -> None:
    page = clerk.open(f"/reclamations/{several.number}/items/events/reject")

    assert page.path == f"/reclamations/{several.number}"
    assert "Nothing is ticked." in page.text
    assert several.states == ["received", "received", "reported"]


def test_an_item_of_another_reclamation_is_never_touched(
    clerk: Browser, several: Several, rules: Rules
) -> None:
    with several.sessions.begin() as session:
        stranger = claim_first(session, rules, an_order(session)).id
    form = clerk.open(several.address("reject", 0))

    sent = clerk.press(
        form, {"item": [str(several.keys[0]), str(stranger)], "input.reason": "worn"}
    )

    assert sent.status == 404
    assert several.states == ["received", "received", "reported"]
    with several.sessions() as session:
        assert session.get_one(Item, stranger).state == "reported"
