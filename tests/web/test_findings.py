"""What became of an unclear refund, on its page: said by one, confirmed or rejected by another."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from claims import effects
from claims.models import Finding, Refund
from claims.rules import Rules
from tests.support.cases import AGENT, claim_first, press
from tests.support.shop import Line, an_order
from tests.support.web import Browser
from tests.web.conftest import SignIn

Sessions = sessionmaker[Session]
PAID = {"truth": "paid", "provider_reference": "re_77", "reason": "Seen in its ledger"}


@pytest.fixture
def number(sessions: Sessions, rules: Rules) -> str:
    """A reclamation with a refund of 9.00 of which nobody knows whether it was paid."""
    with sessions.begin() as session:
        item = claim_first(session, rules, an_order(session, [Line(unit_price=900)]))
        press(session, rules, item, "refund", AGENT, amount="9.00")
        [taken] = effects.take(session, "tests", timedelta(seconds=60), 1)
        attempt = effects.begin_attempt(session, taken, "k-1", "h")
        assert attempt is not None
        effects.give_to_a_person(session, rules, taken, "No answer.", {})
        return item.reclamation.number


@pytest.fixture
def address(sessions: Sessions, number: str) -> str:
    with sessions() as session:
        return f"/refunds/{session.scalars(select(Refund.id)).one()}"


@pytest.fixture
def finance(sign_in: SignIn) -> Browser:
    """Another one than Anna, who asked for the refund."""
    sign_in("Anna", "agent")
    return sign_in("Finn", "finance")


@pytest.fixture
def lena(finance: Browser, sign_in: SignIn) -> Browser:
    return sign_in("Lena", "lead")


def test_what_one_says_another_confirms(
    finance: Browser, lena: Browser, sessions: Sessions, address: str, number: str
) -> None:
    said = finance.press(finance.open(address), PAID, action="/findings")
    assert "A second person confirms or rejects it." in said.text
    assert "it is known as redress-" in said.text
    assert "Finn found that it was paid (re_77): Seen in its ledger" in said.text
    assert said.values("//a[contains(., 'Confirm')]/@href") == []
    assert "you said yourself what is to be confirmed" in said.text

    page = lena.open(address)
    [confirm] = page.values("//a[contains(., 'Confirm: It was paid')]/@href")
    form = lena.open(confirm)
    assert form.text.index("Finn found of €9.00") < form.text.index("What you found there")
    done = lena.press(form, {"input.word": "I see it too"}, action="/events/")

    assert "It was paid" in done.text
    settled = lena.open(address)
    assert "Confirmed" in settled.texts("//ul[@aria-label='Said before']/li")[0]
    assert "I see it too" in settled.text
    with sessions() as session:
        refund = session.scalars(select(Refund)).one()
        assert (refund.status, refund.shares[0].provider_reference) == ("paid", "re_77")


def test_it_waits_for_whoever_may_confirm_it(
    finance: Browser, lena: Browser, clerk: Browser, address: str, number: str
) -> None:
    finance.press(finance.open(address), PAID, action="/findings")

    waiting = lena.open("/refunds")

    assert number in waiting.texts("//section[@aria-labelledby='findings-title']//li")[0]
    assert "Refunds 1" in waiting.texts("//nav[@aria-label='Main']/a")
    for other in (finance, clerk):
        assert other.open("/refunds").texts("//section[@aria-labelledby='findings-title']") == []


def test_a_second_person_rejects_it_with_a_word_and_it_is_unclear_again(
    finance: Browser, lena: Browser, address: str
) -> None:
    finance.press(finance.open(address), PAID, action="/findings")

    without = lena.press(lena.open(address), {"word": " "}, action="/reject")
    rejected = lena.press(lena.open(address), {"word": "Of another order"}, action="/reject")

    assert without.status == 422
    assert "Say in a word or two why" in without.text
    assert "Rejected" in rejected.texts("//ul[@aria-label='Said before']/li")[0]
    assert "Of another order" in rejected.text
    assert rejected.texts("//button[text()='Say so']") == ["Say so"]


def test_its_finder_takes_it_back(finance: Browser, sessions: Sessions, address: str) -> None:
    finance.press(finance.open(address), PAID, action="/findings")

    back = finance.press(finance.open(address), {"word": "Wrong account"}, action="/reject")

    assert "Taken back" in back.text
    with sessions() as session:
        assert session.scalars(select(Finding.ending)).all() == ["withdrawn"]


def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(
    finance: Browser, address: str
) -> None:
    page = finance.press(
        finance.open(address), {**PAID, "provider_reference": ""}, action="/findings"
    )

    assert page.status == 422
    assert page.texts("//label[@for='provider_reference']") == [
        "Provider's reference if it was paid"
    ]
    assert page.texts("//*[@id='provider_reference-error']") == [
        "Enter under which reference the provider has it."
    ]
    assert page.texts("//textarea[@name='reason']") == ["Seen in its ledger"]


def test_sent_twice_it_is_said_once(finance: Browser, sessions: Sessions, address: str) -> None:
    page = finance.open(address)
    for _ in range(2):
        assert finance.press(page, PAID, action="/findings").status == 200

    with sessions() as session:
        assert len(session.scalars(select(Finding)).all()) == 1


def test_an_agent_sees_it_and_can_neither_say_nor_reject(
    clerk: Browser, finance: Browser, address: str
) -> None:
    page = clerk.open(address)
    assert "Finance or a lead can say what became of it." in page.text
    assert page.texts("//button[text()='Say so']") == []
    form = finance.open(address)
    [own] = clerk.open("/notices").values("(//input[@name='csrf_token']/@value)[1]")

    refused = clerk.press(form, {**PAID, "csrf_token": own}, action="/findings")

    assert refused.status == 403
    assert "for finance or lead to say" in refused.text


def test_a_form_that_is_overtaken_by_another_finding_does_nothing(
    finance: Browser, lena: Browser, sessions: Sessions, address: str
) -> None:
    finance.press(finance.open(address), PAID, action="/findings")
    [confirm] = lena.open(address).values("//a[contains(., 'Confirm: It was paid')]/@href")
    form = lena.open(confirm)
    finance.press(finance.open(address), {"word": "Wrong one"}, action="/reject")
    finance.press(
        finance.open(address), {**PAID, "provider_reference": "re_78"}, action="/findings"
    )

    stale = lena.press(form, {"input.word": "Seen"}, action="/events/")

    assert stale.status == 409
    assert "re_78" in stale.text
    with sessions() as session:
        assert session.scalars(select(Refund.status)).one() == "unclear"


def test_on_the_case_page_the_button_is_grey_until_somebody_has_said_so(
    lena: Browser, finance: Browser, address: str, number: str
) -> None:
    before = lena.open(f"/reclamations/{number}")
    assert "Nobody has said yet what became of this refund." in before.text
    assert before.values("//article//a[text()='Say or confirm what became of it']/@href") == [
        f"{address}#finding"
    ]

    finance.press(finance.open(address), PAID, action="/findings")

    after = lena.open(f"/reclamations/{number}")
    banner = after.texts("//section[@aria-label='What to do now']")[0]
    assert "Refund unclear. You can: It was paid." in banner
    assert "Finn found that it was paid (re_77)" in after.text
    assert any("/events/confirm-paid" in href for href in after.values("//a/@href"))


def test_finance_is_led_from_the_effect_to_its_refund(finance: Browser, address: str) -> None:
    page = finance.open("/effects?show=unknown")

    assert page.values("//a[text()='Decide by hand']/@href") == [f"{address}#finding"]
