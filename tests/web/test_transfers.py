"""Finance types accounts, exports a file and marks what was paid; nobody else sees the list."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from claims import effects
from claims.models import RefundShare, Transfer
from claims.money import transfers
from claims.rules import Rules
from tests.support.cases import AGENT, claim_first, press
from tests.support.shop import Line, an_order
from tests.support.web import Browser
from tests.web.conftest import SignIn

Sessions = sessionmaker[Session]
ROWS = "//tbody/tr[@data-row]"


@pytest.fixture
def finance(sign_in: SignIn) -> Browser:
    return sign_in("Finn", "finance")


@pytest.fixture
def number(sessions: Sessions, rules: Rules) -> str:
    """A reclamation whose refund waits in the list of transfers."""
    with sessions.begin() as session:
        order = an_order(session, [Line(unit_price=900)], provider="manual")
        item = claim_first(session, rules, order)
        press(session, rules, item, "refund", AGENT, amount="9.00")
        [taken] = effects.take(session, "tests", timedelta(seconds=60), 1)
        share = session.scalars(select(RefundShare)).one()
        assert transfers.outcome_of(session, share, "k-1") is None
        effects.postpone(session, taken, timedelta(days=1), "Waits for finance.")
        return item.reclamation.number


def test_a_transfer_goes_from_the_list_into_a_file_and_is_marked_as_paid(
    finance: Browser, sessions: Sessions, number: str
) -> None:
    page = finance.open("/transfers")
    assert number in page.texts(ROWS)[0]
    assert "Nothing that waits has an account yet." in page.text

    typed = {"holder": "Anna Ähnlich", "iban": "DE89 3704 0044 0532 0130 00"}
    page = finance.press(page, typed, action="/account")
    assert "1 in EUR can go." in page.text
    page = finance.press(page, {"form": "csv"}, action="/batches")
    assert "1 transfer, €9.00, Finn" in page.text
    [file] = page.values("//a[contains(@href, '/batches/')]/@href")
    assert "Anna Ähnlich,DE89370400440532013000,,9.00,EUR" in finance.open(file).html

    at_the_bank = finance.open("/transfers?status=exported")
    paid = finance.press(at_the_bank, {"word": "S-12"}, action="/paid")

    assert "It is paid; the refund goes on." in paid.text
    assert "S-12" in finance.open("/transfers?status=paid").texts(ROWS)[0]
    with sessions() as session:
        transfer = session.scalars(select(Transfer)).one()
        assert (transfer.status, transfer.settled_by, transfer.word) == ("paid", "Finn", "S-12")


def test_an_account_that_cannot_be_is_refused_with_a_sentence_and_stays_typed(
    finance: Browser, number: str
) -> None:
    typed = {"holder": "Anna", "iban": "DE00 3704"}

    page = finance.press(finance.open("/transfers"), typed, action="/account")

    assert page.status == 422
    assert "DE003704 is no IBAN" in page.text
    assert page.values("//input[@name='holder']/@value") == ["Anna"]
    assert page.values("//input[@name='iban']/@value") == ["DE00 3704"]


def test_agents_do_not_see_accounts(sign_in: SignIn) -> None:
    assert sign_in("Ada", "agent").open("/transfers").status == 403
