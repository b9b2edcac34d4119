"""Refunds by status, and one refund with its calculation, split, effect and attempts."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from claims import effects
from claims.models import Effect, Refund
from claims.rules import Rules
from tests.support.cases import AGENT, FINANCE, claim_first, press
from tests.support.shop import Line, an_order
from tests.support.web import Browser

Sessions = sessionmaker[Session]
CHEAP = Line(unit_price=900)


@pytest.fixture
def asked(sessions: Sessions, rules: Rules) -> int:
    """A refund of 9.00 over two payments that a worker is to pay."""
    with sessions.begin() as session:
        item = claim_first(session, rules, an_order(session, [CHEAP], payments=[500, 400]))
        press(session, rules, item, "refund", AGENT, amount="9.00")
        session.flush()
        return session.scalars(select(Refund.id)).one()


def answered(sessions: Sessions, rules: Rules, outcome: effects.Outcome, word: str) -> None:
    """As a worker would: take the effect, write the attempt, hear the provider, finish."""
    with sessions.begin() as session:
        [taken] = effects.take(session, "tests", timedelta(seconds=60), 1)
        effect = session.get_one(Effect, taken.effect_id)
        attempt = effects.begin_attempt(session, taken, f"{effect.key}-1", "ab" * 32)
        assert attempt is not None
        effects.answer_attempt(session, attempt, outcome, {"id": "re_77"})
        effects.finish(session, rules, taken, outcome, word, {"id": "re_77"})


def test_refunds_are_listed_by_status_with_amount_and_links(
    clerk: Browser, sessions: Sessions, rules: Rules, asked: int
) -> None:
    with sessions.begin() as session:
        outside = claim_first(session, rules, an_order(session))
        press(session, rules, outside, "settle-outside", FINANCE, amount="24.99")

    page = clerk.open("/refunds")

    assert page.texts("//tr[@data-row]/th") == ["€9.00"]
    assert page.texts("//nav[@aria-label='Which refunds']/a[1]") == ["Asked for 1"]
    assert page.values("//tr[@data-row]/th/a/@href") == [f"/refunds/{asked}"]
    outside_page = clerk.open("/refunds?status=outside")
    assert outside_page.texts("//tr[@data-row]/th") == ["€24.99"]


def test_a_refund_shows_how_it_is_split_and_paid(
    clerk: Browser, sessions: Sessions, rules: Rules, asked: int
) -> None:
    answered(sessions, rules, "done", "Paid by the sandbox.")

    page = clerk.open(f"/refunds/{asked}")

    assert page.texts("//span[@class='shares__sum']") == ["€5.00 Given back", "€4.00 Given back"]
    assert "Paid by the sandbox." in page.text
    assert "€0.00 may still be refunded for this item." in page.text
    assert "€9.00 of it is refunded or under way." in page.text
    assert len(page.texts("//details[@class='answer']")) == 1
    assert "re_77" in page.texts("//details[@class='answer']//pre")[0]


def test_an_unclear_refund_is_among_the_unclear_ones_until_finance_decides(
    clerk: Browser, sessions: Sessions, rules: Rules, asked: int
) -> None:
    answered(sessions, rules, "unknown", "The provider did not answer in time.")

    unclear = clerk.open("/refunds?status=unclear")
    page = clerk.open(f"/refunds/{asked}")

    assert unclear.texts("//tr[@data-row]/th") == ["€9.00"]
    assert "The provider did not answer in time." in page.text
    assert "Next look-up" in page.texts("//dt")
    assert "Next try" not in page.texts("//dt")


def test_a_refund_that_does_not_exist_is_a_sentence(clerk: Browser) -> None:
    page = clerk.open("/refunds/987654")

    assert page.status == 404
    assert "There is no refund 987654." in page.text


def test_pages_of_refunds_lose_none(clerk: Browser, sessions: Sessions, rules: Rules) -> None:
    with sessions.begin() as session:
        for cents in range(100, 160):
            item = claim_first(session, rules, an_order(session, [CHEAP]))
            press(session, rules, item, "refund", AGENT, amount=f"{cents / 100:.2f}")

    first = clerk.open("/refunds")
    second = clerk.open(first.values("//a[@rel='next']/@href")[0])

    amounts = first.texts("//tr[@data-row]/th") + second.texts("//tr[@data-row]/th")
    assert amounts == [f"€{cents / 100:.2f}" for cents in reversed(range(100, 160))]
    back = clerk.open(second.values("//a[@rel='prev']/@href")[0])
    assert back.texts("//tr[@data-row]/th") == amounts[:50]


def test_a_calculation_can_be_printed_by_itself(clerk: Browser, asked: int) -> None:
    page = clerk.open(f"/refunds/{asked}")
    assert page.values("//a[text()='Print the calculation']/@href") == [f"/refunds/{asked}/print"]

    sheet = clerk.open(f"/refunds/{asked}/print")

    assert sheet.texts("//h1") == ["Refund of €9.00"]
    assert "€9.00" in sheet.texts("//dl[@aria-label='Calculation']")[0]
    assert len(sheet.texts("//ul[@aria-label='Goes back over']/li")) == 2
    assert sheet.texts("//nav") == []
