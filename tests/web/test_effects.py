"""The operators' page: effects by how they stand, incidents, and what a person can do."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from claims import clock, effects, journal
from claims.models import Effect, Incident
from claims.rules import Rules
from tests.support.cases import AGENT, claim_first, press
from tests.support.shop import Line, an_order
from tests.support.web import Browser
from tests.web.conftest import SignIn

Sessions = sessionmaker[Session]


@pytest.fixture
def finance(sign_in: SignIn) -> Browser:
    """Another one than Anna, who asks for the refunds: she may not decide what became of them."""
    sign_in("Anna", "agent")
    return sign_in("Finn", "finance")


@pytest.fixture
def number(sessions: Sessions, rules: Rules) -> str:
    """A reclamation whose refund waits for a worker."""
    with sessions.begin() as session:
        item = claim_first(session, rules, an_order(session, [Line(unit_price=900)]))
        press(session, rules, item, "refund", AGENT, amount="9.00")
        return item.reclamation.number


def stopped(sessions: Sessions, rules: Rules) -> None:
    with sessions.begin() as session:
        [taken] = effects.take(session, "tests", timedelta(seconds=60), 1)
        effects.give_to_a_person(session, rules, taken, "Eight tries, no answer.", {})
        effect = session.get_one(Effect, taken.effect_id)
        effect.status = "stopped"


def test_effects_are_counted_by_how_they_stand(
    finance: Browser, sessions: Sessions, number: str
) -> None:
    due = finance.open("/effects")
    with sessions.begin() as session:
        effects.take(session, "tests", timedelta(seconds=60), 1)
    flying = finance.open("/effects?show=flight")

    assert due.texts("//nav[@aria-label='Which effects']/a[1]") == ["Due 1"]
    assert due.texts("//tr[@data-row]/td[2]") == [number]
    assert flying.texts("//nav[@aria-label='Which effects']/a[2]") == ["In flight 1"]
    assert len(flying.texts("//tr[@data-row]")) == 1


def test_only_finance_leads_and_administrators_see_effects(clerk: Browser, sign_in: SignIn) -> None:
    refused = clerk.open("/effects")

    assert refused.status == 403
    assert "This needs the role finance or lead or admin" in refused.text
    assert "Effects" not in clerk.open("/reclamations").texts("//nav[@aria-label='Main']/a")
    assert sign_in("Lena", "lead").open("/effects").status == 200


def test_an_incident_is_resolved_with_a_word_and_not_without(
    finance: Browser, sessions: Sessions, rules: Rules, number: str
) -> None:
    stopped(sessions, rules)

    page = finance.open("/effects")
    without = finance.press(page, {"word": " "}, action="/incidents/")
    resolved = finance.press(page, {"word": "Seen at the bank."}, action="/incidents/")

    assert number in page.texts("//li[@class='incidents__incident']/p")[0]
    assert "the incident stays open without it" in without.text
    assert resolved.texts("//li[@class='incidents__incident']") == []
    with sessions() as session:
        incident = session.scalars(select(Incident)).one()
        assert [incident.resolved_by, incident.resolution] == ["Finn", "Seen at the bank."]


def test_a_stopped_effect_can_be_tried_again(
    finance: Browser, sessions: Sessions, rules: Rules, number: str
) -> None:
    stopped(sessions, rules)

    page = finance.press(finance.open("/effects?show=stopped"), action="/retry")

    assert "It is tried again." in page.text
    due = finance.open("/effects").texts("//tr[@data-row]/th")
    assert [said for said in due if said.startswith("Pay the refund")]


def test_an_unknown_refund_can_be_looked_up_again_and_the_journal_says_who_asked(
    finance: Browser, sessions: Sessions, rules: Rules, number: str
) -> None:
    with sessions.begin() as session:
        [taken] = effects.take(session, "tests", timedelta(seconds=60), 1)
        attempt = effects.begin_attempt(session, taken, "the-key", "h")
        assert attempt is not None
        said = {"sentence": "The provider answered 500."}
        effects.answer_attempt(session, attempt, "unknown", said)
        effects.give_to_a_person(session, rules, taken, "Nobody knows.", {})

    page = finance.open("/effects?show=unknown")
    pressed = finance.press(page, action="/look-up")

    [row] = page.texts("//tr[@data-row]")
    for shown in ("next look-up", "Decide by hand", "The provider answered 500.", "the-key"):
        assert shown in row
    assert "The provider is asked again within seconds" in pressed.text
    with sessions() as session:
        effect = session.get_one(Effect, taken.effect_id)
        last = effect.reclamation.journal[-1]
        assert effect.due_at <= clock.now(session)
        assert (last.actor_name, last.input["outcome"]) == ("Finn", "look-up-asked")
        assert journal.verify(session, effect.reclamation_id) == []


def test_whoever_can_decide_an_incident_reads_there_how(
    finance: Browser, sessions: Sessions, rules: Rules, number: str
) -> None:
    with sessions.begin() as session:
        [taken] = effects.take(session, "tests", timedelta(seconds=60), 1)
        effects.give_to_a_person(session, rules, taken, "The provider answered 500.", {})

    page = finance.open(f"/reclamations/{number}")

    [banner] = page.texts("//section[@aria-label='What to do now']")
    assert "The provider answered 500." in banner
    assert "say on the refund's page what became of it" in banner


def test_an_incident_stands_at_the_top_of_its_reclamation(
    clerk: Browser, sessions: Sessions, rules: Rules, number: str
) -> None:
    stopped(sessions, rules)

    page = clerk.open(f"/reclamations/{number}")

    banner = page.texts("//section[@aria-label='What to do now']")[0]
    assert banner.startswith("Somebody has to look at this.")
