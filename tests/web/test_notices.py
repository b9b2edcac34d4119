"""Notices to roles, shown until somebody has seen them."""

import pytest
from sqlalchemy.orm import Session, sessionmaker

from claims import clock
from claims.models import Notice
from claims.rules import Rules
from tests.support.cases import claim_first
from tests.support.shop import an_order
from tests.support.web import Shown
from tests.web.conftest import SignIn

Sessions = sessionmaker[Session]


@pytest.fixture(autouse=True)
def notices(sessions: Sessions, rules: Rules) -> None:
    """One to finance and one to leads."""
    with sessions.begin() as session:
        item = claim_first(session, rules, an_order(session))
        for role in ("finance", "lead"):
            session.add(
                Notice(
                    role=role,
                    reclamation_id=item.reclamation_id,
                    item_id=item.id,
                    sentence=f"Something for {role}.",
                    at=clock.now(session),
                )
            )


def in_header(page: Shown) -> str:
    return page.texts("//nav[@aria-label='Main']/a[contains(text(), 'Notices')]")[0]


def test_notices_are_shown_to_their_role_and_counted_in_the_header(sign_in: SignIn) -> None:
    finance, clerk = sign_in("Finn", "finance"), sign_in("Anna", "agent")

    page = finance.open("/notices")

    assert "Something for finance." in page.text
    assert "Something for lead." not in page.text
    assert in_header(page) == "Notices 1"
    assert in_header(clerk.open("/reclamations")) == "Notices"
    assert "Nothing new" in clerk.open("/notices").text


def test_what_one_has_seen_is_gone_for_all_of_the_role(sign_in: SignIn) -> None:
    finance, colleague = sign_in("Finn", "finance"), sign_in("Fay", "finance")
    key = finance.open("/notices").values("//button[@name='notice']/@value")[0]

    page = finance.press(finance.open("/notices"), {"notice": key})

    assert "1 notice is seen." in page.text
    assert "Nothing new" in colleague.open("/notices").text
    assert "Something for lead." in sign_in("Lena", "lead").open("/notices").text


def test_a_notice_to_another_role_cannot_be_marked_as_seen(sign_in: SignIn) -> None:
    finance, lead = sign_in("Finn", "finance"), sign_in("Lena", "lead")
    key = lead.open("/notices").values("//button[@name='notice']/@value")[0]

    finance.press(finance.open("/notices"), {"notice": key})

    assert "Something for lead." in lead.open("/notices").text
