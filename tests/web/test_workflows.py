"""Workflows as they are used: versions, drawings, tables, and how many cases stand where."""

from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from claims import journal
from claims.models import Item, WorkflowVersion
from claims.rules import Rules
from config.bootstrap import Redress
from tests.support.cases import AGENT, claim_each, claim_first, press
from tests.support.shop import an_order
from tests.support.web import Browser, counted_statements

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
    assert len(page.tree.xpath("//div[@id='drawing']/*[name()='svg']")) == 1
    states = page.texts("//section[@aria-labelledby='states-title']//tbody/tr")
    assert states[0] == "Reported reported Agent 1 0 min 0 min"
    lines = page.texts("//section[@aria-labelledby='lines-title']//tbody/tr")
    assert (
        "Received Refund usual way Refund under way Agent or Lead "
        "input.amount <= staff.may_refund pay-refund (refund.pay)"
    ) in lines
    events = page.texts("//section[@aria-labelledby='events-title']//tbody/tr")
    assert "Parcel never came parcel-overdue The clock, after 30 days" in events
    assert "Refund paid refund-paid The outcome of pay-refund: done" in events


def test_the_states_of_a_drawing_count_their_cases_and_lead_to_them(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        _, waiting = two_cases(session, rules)

    page = clerk.open("/workflows/item-return")

    link = "//div[@id='drawing']//a[contains(., 'Waiting for the parcel')]"
    assert page.texts(link) == ["Waiting for the parcel 1 case: oldest 0 min"]
    listed = clerk.open(page.values(f"{link}/@href")[0])
    assert listed.texts("//tr[@data-row]/th") == [waiting]


def test_the_drawing_has_words_buttons_and_a_legend_without_scripts_or_styles_of_its_own(
    clerk: Browser,
) -> None:
    page = clerk.open("/workflows/item-return")

    assert page.texts("//button[@data-zoom]") == ["−", "+", "Fit"]
    box = page.tree.xpath("//div[@id='drawing']")[0]
    words = page.tree.get_element_by_id(box.get("aria-describedby"))
    for link in words.xpath(".//a/@href"):
        assert page.tree.get_element_by_id(link.removeprefix("#")) is not None
    assert "Waits for payment provider" in page.texts("//ul[@class='colours']/li")
    assert page.tree.xpath("//*[@style] | //style | //script[not(@src)]") == []


def test_the_way_of_an_item_is_marked_and_told(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        _, number = two_cases(session, rules)

    case = clerk.open(f"/reclamations/{number}")
    links = "//a[starts-with(., 'See its way')]/@href"
    page = clerk.open(case.values(links)[0])

    assert page.texts("//h2[@id='drawing-title']") == [f"The way of {number}/1"]
    assert len(page.tree.xpath("//*[contains(@class, 'taken')]")) == 1
    moves = page.texts("//ol[@class='way']/li")
    assert [move.split(" Anna")[0] for move in moves] == [
        "Claimed: Reported",
        "Request return: from Reported to Waiting for the parcel",
    ]
    itself = clerk.open(case.values(links)[1])
    assert itself.texts("//h2[@id='drawing-title']") == [f"The way of {number}"]


def test_a_way_is_drawn_on_the_version_that_the_case_is_pinned_to(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    older = rules.definitions["item-return"]
    with sessions.begin() as session:
        item = claim_first(session, rules, an_order(session))
        number = item.reclamation.number
        session.add(
            WorkflowVersion(
                hash="e" * 64,
                name=older.name,
                subject="item",
                text=older.text.replace("label: Reported,", "label: Freshly told,"),
                first_used_at=item.state_since,
            )
        )
        session.flush()
        session.execute(update(Item).values(workflow_hash="e" * 64))

    page = clerk.open(f"/workflows/item-return?case={number}&item=1")

    assert page.texts("//*[contains(@class, 'present')]") == ["Freshly told"]
    assert "Claimed: Freshly told" in page.texts("//ol[@class='way']/li")[0]


def test_a_case_that_was_taken_over_from_another_version_tells_so(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        item = claim_first(session, rules, an_order(session))
        reclamation = item.reclamation
        journal.write(
            reclamation,
            AGENT,
            "migrated",
            reclamation.opened_at,
            item=item,
            from_state="noted",
            to_state="reported",
        )
        number = reclamation.number

    page = clerk.open(f"/workflows/item-return?case={number}/1")

    moves = page.texts("//ol[@class='way']/li")
    assert moves[0].startswith("Claimed: noted")
    assert moves[1].startswith("Taken over to another version: from noted to Reported")
    assert page.tree.xpath("//*[contains(@class, 'taken')]") == []


def test_the_way_of_a_case_that_goes_elsewhere_is_a_sentence(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        number, _ = two_cases(session, rules)

    elsewhere = clerk.open(f"/workflows/item-faulty?case={number}/1")
    nowhere = clerk.open("/workflows/item-faulty?case=R-999999")

    assert (elsewhere.status, nowhere.status) == (404, 404)
    assert f"{number}/1 goes through item-return, not item-faulty." in elsewhere.text
    assert "There is no reclamation R-999999." in nowhere.text


def test_a_workflow_with_many_cases_asks_the_database_as_often_as_one_with_two(
    clerk: Browser, sessions: Sessions, rules: Rules, redress: Redress
) -> None:
    def statements(address: str) -> int:
        clerk.open(address)
        with counted_statements(redress.engine) as sent:
            assert clerk.open(address).status == 200
        return len(sent)

    with sessions.begin() as session:
        number, _ = two_cases(session, rules)
    few = statements("/workflows/item-return")
    way = statements(f"/workflows/item-return?case={number}/1")
    with sessions.begin() as session:
        claim_each(session, rules, [an_order(session) for _ in range(5)])

    assert statements("/workflows/item-return") == few
    assert way == few + 3  # the item, its journal, and the time for "two days ago"


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
