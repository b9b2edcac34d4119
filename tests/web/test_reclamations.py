"""Reclamations: found, listed, exported."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from claims import clock
from claims.rules import Rules
from config.bootstrap import Redress
from tests.support.cases import AGENT, claim_each, claim_first, press
from tests.support.shop import Line, a_shop, an_order
from tests.support.web import Browser, Shown, counted_statements

Sessions = sessionmaker[Session]
ROWS = "//tr[@data-row]"


def numbers(page: Shown) -> list[str]:
    return [row.split()[0] for row in page.texts(ROWS)]


def tab_counts(page: Shown) -> dict[str, str]:
    found = {}
    for tab in page.texts("//nav[@aria-label='Which reclamations']/a"):
        label, _, count = tab.rpartition(" ")
        found[label] = count
    return found


def test_tabs_count_whom_a_reclamation_waits_for(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        claim_first(session, rules, an_order(session))
        waiting = claim_first(session, rules, an_order(session))
        press(session, rules, waiting, "request-return", AGENT)
        paying = claim_first(session, rules, an_order(session, [Line(unit_price=900)]))
        press(session, rules, paying, "refund", AGENT, amount="9.00")
        closed = claim_first(session, rules, an_order(session))
        press(session, rules, closed, "reject", AGENT, reason="worn")
        mine = claim_first(session, rules, an_order(session))
        mine.reclamation.assignee_id = clerk.staff_id

    page = clerk.open("/reclamations")

    assert tab_counts(page) == {
        "Needs action": "2",
        "Waiting for customer": "1",
        "Money in flight": "1",
        "Late": "0",
        "Mine": "1",
        "All open": "4",
        "Closed": "1",
    }
    assert len(numbers(page)) == 2
    assert len(numbers(clerk.open("/reclamations?tab=closed"))) == 1


def test_a_reclamation_is_found_by_number_order_customer_mail_and_sku(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        order = an_order(session, [Line("MUG-7", "Mug")], number="X-900")
        order.customer_name, order.customer_email = "Jonas Peters", "jonas@peters.example"
        wanted = claim_first(session, rules, order).reclamation.number
        claim_first(session, rules, an_order(session, number="X-111"))

    for words in (wanted, "X-900", "jonas p", "@peters", "MUG-7", "mug-7"):
        assert numbers(clerk.open(f"/reclamations?q={words}")) == [wanted], words
    assert numbers(clerk.open("/reclamations?q=100%25")) == []


def test_filters_live_in_the_address_and_each_is_a_chip_that_takes_it_off(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        north = claim_first(session, rules, an_order(session), reason="faulty")
        south = claim_first(session, rules, an_order(session, shop=a_shop(session, "SOUTH")))
        press(session, rules, south, "request-return", AGENT)
        south.reclamation.assignee_id = clerk.staff_id
        one, other = north.reclamation.number, south.reclamation.number

    found = {
        "shop=SOUTH": [other],
        "unit=NORTH:ONLINE": [one],
        "reason=faulty": [one],
        "state=item-return:awaiting-parcel": [other],
        "state=reclamation:open": [other, one],
        "assignee=me": [other],
        "assignee=nobody": [one],
        "since=2999-01-01": [],
        "until=2999-01-01": [other, one],
    }
    for query, expected in found.items():
        assert numbers(clerk.open(f"/reclamations?tab=open&{query}")) == expected, query

    page = clerk.open("/reclamations?tab=open&shop=SOUTH&assignee=me")
    chips = dict(
        zip(
            page.texts("//a[@class='chip']/span[1]"),
            page.values("//a[@class='chip']/@href"),
            strict=True,
        )
    )
    assert chips == {
        "South Outfitters": "/reclamations?tab=open&assignee=me",
        "Assigned to me": "/reclamations?tab=open&shop=SOUTH",
    }


def test_pages_go_forwards_and_backwards_in_either_order_without_losing_a_row(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        claim_each(session, rules, [an_order(session) for _ in range(120)])

    for sort in ("newest", "oldest"):
        page = clerk.open(f"/reclamations?tab=open&sort={sort}")
        seen, pages = numbers(page), [numbers(page)]
        while following := page.values("//a[@rel='next']/@href"):
            page = clerk.open(following[0])
            pages.append(numbers(page))
            seen += numbers(page)

        assert [len(each) for each in pages] == [50, 50, 20]
        assert seen == sorted(seen, reverse=sort == "newest")
        back = clerk.open(page.values("//a[@rel='prev']/@href")[0])
        assert numbers(back) == pages[1]


def test_a_page_of_fifty_reclamations_asks_the_database_as_often_as_a_page_of_five(
    clerk: Browser, sessions: Sessions, rules: Rules, redress: Redress
) -> None:
    def statements() -> int:
        with counted_statements(redress.engine) as sent:
            assert clerk.open("/reclamations?tab=open").status == 200
        return len(sent)

    with sessions.begin() as session:
        for _ in range(5):
            claim_first(session, rules, an_order(session))
    clerk.open("/reclamations?tab=open")
    few = statements()
    with sessions.begin() as session:
        lines = [Line(), Line("MUG", "Mug")]
        claim_each(session, rules, [an_order(session, lines) for _ in range(45)])

    assert statements() == few


def test_the_export_has_exactly_the_rows_that_are_shown_and_no_formula(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        order = an_order(session, [Line(name="=HYPERLINK(1)", quantity=2)])
        order.customer_name = "@SUM(A1)"
        item = claim_first(session, rules, order, quantity=2)
        number = item.reclamation.number
        closed = claim_first(session, rules, an_order(session))
        press(session, rules, closed, "reject", AGENT, reason="worn")

    page = clerk.open("/reclamations?tab=open")
    answer = clerk.client.get(page.values("//a[@download]/@href")[0])
    header, *rows = csv.reader(io.StringIO(answer.text))
    row = dict(zip(header, *rows, strict=True))

    assert answer.mimetype == "text/csv"
    assert [row["Number"], row["Customer"], row["Items"]] == [
        number,
        "'@SUM(A1)",
        "2 × =HYPERLINK(1)",
    ]
    assert [row["Value"], row["Currency"], row["Items' states"]] == ["49.98", "EUR", "Reported"]


def test_the_export_goes_on_over_all_pages(
    clerk: Browser, sessions: Sessions, rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.reclamations.export.CHUNK", 3)
    with sessions.begin() as session:
        filed = [
            claim_first(session, rules, an_order(session)).reclamation.number for _ in range(8)
        ]

    lines = clerk.client.get("/reclamations.csv?tab=open&sort=oldest").text.splitlines()

    assert [line.split(",")[0] for line in lines[1:]] == filed


def test_what_waits_for_us_too_long_is_late_and_marked(
    clerk: Browser, sessions: Sessions, rules: Rules, owner_database_url: str
) -> None:
    with sessions.begin() as session:
        claimed = claim_first(session, rules, an_order(session)).reclamation.number
    owner = create_engine(owner_database_url)
    with Session(owner) as session, session.begin():
        clock.move(session, timedelta(days=4))
    owner.dispose()

    page = clerk.open("/reclamations?tab=late")

    assert numbers(page) == [claimed]
    assert page.texts("//tr[contains(@class, 'is-late')]//span[@class='late']") == ["late"]


def test_a_search_that_finds_nothing_in_its_tab_leads_to_the_tab_that_has_it(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        item = claim_first(session, rules, an_order(session))
        press(session, rules, item, "reject", AGENT, reason="worn")
        number = item.reclamation.number

    page = clerk.open(f"/reclamations?q={number}")
    [address] = page.values("//div[@class='empty']//a/@href")

    assert page.texts("//div[@class='empty']//a") == ["Closed: 1"]
    assert numbers(clerk.open(address)) == [number]


@pytest.mark.parametrize(
    "address",
    [
        "/reclamations?q=%00",
        "/reclamations.csv?q=%00",
        "/reclamations?assignee=999999999999999999999999",
        "/reclamations?since=9999-12-31&until=9999-12-31",
        "/reclamations?after=yesterday_1",
        "/reclamations?tab=nothing&sort=nothing&state=::",
        "/refunds/999999999999999999999999",
        "/workflows/%00",
    ],
)
def test_a_crooked_address_is_never_a_mistake_of_ours(clerk: Browser, address: str) -> None:
    assert clerk.open(address).status in {200, 400, 404}
