"""The page of discrepancies says what differs and what to do, and lets finance close one."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from claims.models import Discrepancy, RefundShare
from claims.reconciling import keeping
from claims.reconciling.comparing import Difference
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
    """A reclamation whose refund the provider has reversed."""
    with sessions.begin() as session:
        item = claim_first(session, rules, an_order(session, [Line(unit_price=900)]))
        press(session, rules, item, "refund", AGENT, amount="9.00")
        share = session.scalars(select(RefundShare)).one()
        said = "€9.00 was paid (sbx_1) and came back to the shop later."
        difference = Difference("reversed", "k-1", "sbx_1", share.id, said)
        keeping.write(session, "sandbox", [difference])
        return item.reclamation.number


def test_a_discrepancy_is_shown_with_its_refund_and_what_to_do(
    finance: Browser, number: str
) -> None:
    page = finance.open("/reconciliation")

    [row] = page.texts(ROWS)
    assert "Reversed later" in row
    assert "came back to the shop" in row
    assert number in row
    assert "Ask for a new refund" in row


def test_a_discrepancy_is_closed_with_a_reason(
    finance: Browser, sessions: Sessions, number: str
) -> None:
    page = finance.open("/reconciliation")

    without = finance.press(page, {"reason": " "}, action="/reconciliation/")
    closed = finance.press(page, {"reason": "Paid by transfer."}, action="/reconciliation/")

    assert "Say what was done about it" in without.text
    assert closed.texts(ROWS) == []
    assert "Paid by transfer." in finance.open("/reconciliation?show=closed").text
    with sessions() as session:
        assert session.scalars(select(Discrepancy.closed_by)).one() == "Finn"


def test_agents_have_no_business_here(sign_in: SignIn) -> None:
    assert sign_in("Ada", "agent").open("/reconciliation").status == 403
