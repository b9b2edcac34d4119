"""Each default workflow clicked through in a browser, from the order's Claim button to closed."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from claims import staff
from tests.stories.clicking import Camera, Clerk
from tests.support.mail import Mailbox
from tests.support.parts import Part, Sandbox, eventually
from tests.support.shop import Line, a_member_of_staff, an_order
from tests.support.web import Browser, lend_sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
PASSWORD = "correct horse battery"
TENT = Line("TENT-RIDGE-2", "Ridge tent for two, moss green", 1, 17900, tax=2858)
SHIRT = Line("SHIRT-BLUE-M", "Blue shirt, M", 1, 2499)
MUG = Line("MUG", "Mug", 2, 900)
Buy = Callable[..., str]


@pytest.fixture
def buy(sessions: sessionmaker[Session], worker: Part, sandbox: Sandbox, mailbox: Mailbox) -> Buy:
    """`buy(SHIRT, MUG)`: an order, whose payments the provider knows; gives its number."""

    def bought(*lines: Line, payments: list[int] | None = None, shipping: int = 0) -> str:
        with sessions.begin() as session:
            order = an_order(session, lines, payments=payments, shipping=shipping)
            for payment in order.payments:
                sandbox.register_payment(payment.reference, payment.captured)
            return order.number

    return bought


@pytest.fixture
def clerk(page: "Page", app: Flask, sessions: sessionmaker[Session]) -> Clerk:
    """Anna in front of Chromium, signed in already."""
    with sessions.begin() as session:
        anna = a_member_of_staff(session, "Anna", "agent", "warehouse").fs_uniquifier
    lend_sign_in(Browser(app, anna), page)
    return Clerk(page)


def test_a_return_from_sign_in_to_the_refund_over_two_payments(
    page: "Page",
    sessions: sessionmaker[Session],
    buy: Buy,
    sandbox: Sandbox,
    mailbox: Mailbox,
    tmp_path: Path,
) -> None:
    with sessions.begin() as session:
        staff.add(session, "anna@redress.example", "Anna", ["agent", "warehouse"], PASSWORD)
    number = buy(TENT, MUG, payments=[5000, 15190], shipping=490)
    clerk, camera = Clerk(page), Camera(page, tmp_path)

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
    clerk.begin_claim("Ridge tent", "does-not-fit", "refund")
    camera.take("04-claim")
    clerk.file_claim()
    camera.take("05-reported")
    clerk.press("Request return")
    clerk.open_form("Parcel arrived")
    camera.take("06-parcel-arrived")
    clerk.send("Parcel arrived")
    camera.take("07-received")
    clerk.open_form("Refund")
    camera.take("08-refund")
    clerk.send("Refund €179.00")
    clerk.wait_until_closed("Refunded")
    camera.take("09-closed")

    assert [refund["amount"] for refund in sandbox.ledger()] == [5000, 12900]
    eventually_comes(mailbox, "Your refund for order")
    page.get_by_role("link", name="Refunds").first.click()
    camera.take("10-refunds")


def test_faulty_the_same_product_is_sent_once_more(
    clerk: Clerk, buy: Buy, sandbox: Sandbox, mailbox: Mailbox
) -> None:
    clerk.claim(buy(SHIRT, MUG), "Blue shirt", "faulty", "replacement")
    clerk.press("Accept the fault")
    clerk.press("Send a replacement")
    clerk.wait_for("Replacement to be sent")
    clerk.press("Replacement sent")
    clerk.wait_until_closed("Replaced")

    assert sandbox.ledger() == []
    eventually_comes(mailbox, "Your replacement for order")


def test_a_replacement_is_cancelled_before_it_is_sent_and_paid_back_instead(
    page: "Page", clerk: Clerk, buy: Buy, sandbox: Sandbox, mailbox: Mailbox, tmp_path: Path
) -> None:
    camera = Camera(page, tmp_path)
    clerk.claim(buy(SHIRT), "Blue shirt", "faulty", "replacement")
    clerk.press("Accept the fault")
    clerk.open_form("Send a replacement")
    camera.take("01-replacement-can-be-cancelled")
    clerk.send("Send a replacement")
    clerk.wait_for("Replacement to be sent")
    camera.take("02-to-be-sent")
    clerk.open_form("Cancel the replacement")
    camera.take("03-cancel")
    clerk.send("Cancel the replacement")
    clerk.wait_for("Fault accepted")
    camera.take("04-cancelled")
    clerk.open_form("Refund")
    camera.take("05-refund-cannot-be-undone")
    clerk.send("Refund €24.99")
    clerk.wait_until_closed("Refunded")
    page.get_by_role("link", name="-replacement").first.click()
    camera.take("06-cancelled-order")

    assert [refund["amount"] for refund in sandbox.ledger()] == [2499]
    assert page.locator(".page__head .badge").all_inner_texts() == [
        "Replacement order",
        "Cancelled",
    ]


def test_exchange_another_product_goes_out_when_the_parcel_is_back(
    clerk: Clerk, buy: Buy, sandbox: Sandbox, mailbox: Mailbox
) -> None:
    clerk.claim(buy(SHIRT), "Blue shirt", "wants-other", "exchange")
    clerk.press("Request return")
    clerk.press("Parcel arrived")
    clerk.press("Send the other product", {"Number of the other product": "SHIRT-BLUE-L"})
    clerk.wait_for("Exchange to be sent")
    clerk.press("Exchange sent")
    clerk.wait_until_closed("Exchanged")

    assert sandbox.ledger() == []
    eventually_comes(mailbox, "Your exchange for order")


def test_missing_part_the_part_is_sent_after(
    clerk: Clerk, buy: Buy, sandbox: Sandbox, mailbox: Mailbox
) -> None:
    clerk.claim(buy(TENT), "Ridge tent", "part-missing", "parts")
    clerk.press("Send the parts", {"Which parts": "Four pegs"})
    clerk.wait_for("Parts to be sent")
    clerk.press("Parts sent")
    clerk.wait_until_closed("Parts sent")

    assert sandbox.ledger() == []
    eventually_comes(mailbox, "The missing parts for order")


def test_goodwill_something_is_paid_and_the_customer_keeps_the_goods(
    clerk: Clerk, buy: Buy, sandbox: Sandbox, mailbox: Mailbox
) -> None:
    clerk.claim(buy(SHIRT), "Blue shirt", "arrived-late", "goodwill")
    clerk.press("Pay goodwill", {"Amount": "5.00"}, send="Pay goodwill €5.00")
    clerk.wait_until_closed("Goodwill paid")

    assert [refund["amount"] for refund in sandbox.ledger()] == [500]
    eventually_comes(mailbox, "Something back for order")


def test_a_mere_mark_nothing_is_paid(
    clerk: Clerk, buy: Buy, sandbox: Sandbox, mailbox: Mailbox
) -> None:
    clerk.claim(buy(SHIRT), "Blue shirt", "other", "none")
    clerk.press("Mark as refunded", {"Amount": "20.00"}, send="Mark as refunded €20.00")
    clerk.wait_until_closed("Refunded")

    assert sandbox.ledger() == []


def eventually_comes(mailbox: Mailbox, subject: str) -> None:
    """The letters that the last step asked for may come a moment after it is closed."""
    eventually(
        lambda: any(str(letter["Subject"]).startswith(subject) for letter in mailbox.letters),
        about=f"the letter {subject!r}",
    )
