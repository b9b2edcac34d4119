"""Workflows as they are used: versions, drawings, tables, and how many cases stand where."""

from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from claims.models import Item, WorkflowVersion
from claims.rules import Rules
from tests.support.cases import AGENT, claim_first, press
from tests.support.shop import an_order
from tests.support.web import Browser

Sessions = sessionmaker[Session]


def two_cases(session: Session, rules: Rules) -> tuple[str, str]:
    """One that waits for the clerk and one that waits for the parcel."""
    first = claim_first(session, rules, an_order(session))
    second = claim_first(session, rules, an_order(session))
    press(session, rules, second, "request-return", AGENT)
    return first.reclamation.number, second.reclamation.number


def test_every_workflow_is_listed_with_its_version_and_its_open_cases_by_state(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        _, waiting = two_cases(session, rules)

    page = clerk.open("/workflows")

    titles = page.texts("//article//h2")
    assert set(titles) == {definition.label for definition in rules.definitions.values()}
    card = "//article[.//a[@href='/workflows/item-return']]"
    assert page.texts(f"{card}//li") == ["Reported 1", "Waiting for the parcel 1"]
    assert rules.definitions["item-return"].hash[:8] in page.texts(card)[0]
    cases = clerk.open(page.values(f"{card}//li[2]/a/@href")[0])
    assert cases.texts("//tr[@data-row]/th") == [waiting]


def test_a_workflow_is_drawn_and_told_in_tables(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        two_cases(session, rules)

    page = clerk.open("/workflows/item-return")

    assert page.title.startswith("Return and refund")
    assert len(page.tree.xpath("//div[@class='drawing__box']/*[name()='svg']")) == 1
    states = page.texts("//section[@aria-labelledby='states-title']//tbody/tr")
    assert states[0] == "Reported reported Agent 1"
    lines = page.texts("//section[@aria-labelledby='lines-title']//tbody/tr")
    assert "Received Refund Refund under way input.amount <= 200.0 refund.pay" in lines
    events = page.texts("//section[@aria-labelledby='events-title']//tbody/tr")
    assert "Parcel never came parcel-overdue The clock, after 30 days" in events


def test_a_case_keeps_the_words_of_the_version_it_began_with(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    older = rules.definitions["item-return"]
    text = older.text.replace("label: Reported,", "label: Freshly told,")
    with sessions.begin() as session:
        item = claim_first(session, rules, an_order(session))
        number = item.reclamation.number
        session.add(
            WorkflowVersion(
                hash="f" * 64,
                name=older.name,
                subject="item",
                text=text,
                first_used_at=item.state_since,
            )
        )
        session.flush()
        session.execute(update(Item).values(workflow_hash="f" * 64))

    page = clerk.open(f"/reclamations/{number}")
    listed = clerk.open("/reclamations")
    shown = clerk.open("/workflows/item-return?version=ffffffff")

    assert page.texts("//tr[@data-row]//span[contains(@class, 'badge')]") == ["Freshly told"]
    assert "Freshly told" in listed.texts("//tr[@data-row]")[0]
    assert "an earlier version" in shown.text


def test_the_drawing_of_a_case_marks_where_it_stands(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        _, number = two_cases(session, rules)

    page = clerk.open(f"/reclamations/{number}")

    drawing = "//details[@class='drawing'][@open]"
    assert "Waiting for the parcel" in page.texts(f"{drawing}/summary")[0]
    assert page.texts(f"{drawing}//*[contains(@class, 'present')]") == ["Waiting for the parcel"]


def test_a_workflow_that_does_not_exist_is_a_sentence(clerk: Browser) -> None:
    page = clerk.open("/workflows/item-magic")

    assert page.status == 404
    assert "There is no workflow item-magic." in page.text
