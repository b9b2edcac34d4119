"""What customers have as store credit: the list, one customer's entries, and the way there."""

import csv
import io

import pytest
from sqlalchemy.orm import Session, sessionmaker

from claims.models import Order
from claims.money import store_credit
from claims.rules import Rules
from tests.claims.money.test_store_credit import TEN, a_balance, asked, settle
from tests.support.cases import FINANCE
from tests.support.shop import an_order
from tests.support.terms import with_resolution
from tests.support.web import Browser
from tests.web.conftest import SignIn

Sessions = sessionmaker[Session]
ROWS = "//tbody/tr[@data-row]"


@pytest.fixture
def order_id(sessions: Sessions, rules: Rules) -> int:
    """An order of a customer who was given 10.00 back as credit and has spent 4.00 of it."""
    as_credit = with_resolution(rules, "refund", as_store_credit=True)
    with sessions.begin() as session:
        order = an_order(session, [TEN], customer="C-7/b")
        order.customer_name = "Ada Ähnlich"
        item = asked(session, as_credit, order)
        settle(session, as_credit, item)
        spent = (order.shop_id, order.customer_number, order.currency, 400, "O-99", FINANCE)
        assert store_credit.spend(session, *spent, "Order O-99")
        return order.id


def given(session: Session, customer: str, amount: int, name: str = "") -> Order:
    order = an_order(session, [TEN], customer=customer)
    order.customer_name = name
    a_balance(session, order, amount)
    return order


def test_from_the_order_one_comes_to_the_credit_and_how_it_came_about(
    clerk: Browser, order_id: int
) -> None:
    page = clerk.open(f"/orders/{order_id}")
    [link] = page.values("//a[text()='€6.00']/@href")

    shown = clerk.open(link)

    assert shown.texts("//h1") == ["€6.00 store credit"]
    assert "Ada Ähnlich, customer C-7/b of" in shown.text
    assert [row.split()[-2:] for row in shown.texts(ROWS)] == [
        ["-€4.00", "€6.00"],
        ["€10.00", "€10.00"],
    ]
    assert "Finn: Order O-99" in shown.text
    assert len(shown.values("//tbody//a[starts-with(@href, '/refunds/')]/@href")) == 1


def test_from_the_reclamation_too(clerk: Browser, order_id: int) -> None:
    page = clerk.open("/reclamations/R-000001")

    [link] = page.values("//a[text()='€6.00']/@href")
    assert clerk.open(link).texts("//h1") == ["€6.00 store credit"]


def test_a_customer_who_never_had_any_is_shown_none(clerk: Browser, sessions: Sessions) -> None:
    with sessions.begin() as session:
        key = an_order(session).id

    assert "Store credit" not in clerk.open(f"/orders/{key}").text
    missing = clerk.open("/credit/MAIN/EUR/C-none")
    assert missing.status == 404
    assert "Customer C-none never had store credit" in missing.text


def test_balances_are_listed_with_their_sum_and_those_at_nought_apart(
    clerk: Browser, sessions: Sessions, order_id: int
) -> None:
    with sessions.begin() as session:
        order = given(session, "C-8", 500)
        spent = (order.shop_id, "C-8", order.currency, 500, "O-100", FINANCE)
        store_credit.spend(session, *spent)

    page, everyone = clerk.open("/credit"), clerk.open("/credit?show=all")

    assert [row.split()[0] for row in page.texts(ROWS)] == ["C-7/bAda"]
    assert "€6.00 in all" in page.text
    assert [row.split()[0] for row in everyone.texts(ROWS)] == ["C-7/bAda", "C-8"]


@pytest.mark.parametrize(
    ("typed", "found"), [("c-7", 1), ("ähnl", 1), ("7/b", 0), ("%", 0), ("C-8", 0)]
)
def test_a_customer_is_found_by_number_or_name(
    clerk: Browser, order_id: int, typed: str, found: int
) -> None:
    page = clerk.open("/credit", query_string={"q": typed})

    assert len(page.texts(ROWS)) == found


def test_pages_and_the_csv_lose_none_and_run_no_formula(clerk: Browser, sessions: Sessions) -> None:
    with sessions.begin() as session:
        for number in range(60):
            given(session, f"C-{number:03}", 100 + number, "=1+1" if number == 3 else "")

    first = clerk.open("/credit")
    second = clerk.open(first.values("//a[@rel='next']/@href")[0])
    lines = list(csv.DictReader(io.StringIO(clerk.open("/credit.csv").html)))

    customers = [f"C-{number:03}" for number in range(60)]
    shown = first.texts(f"{ROWS}//a") + second.texts(f"{ROWS}//a")
    assert shown == customers
    assert [line["Customer"] for line in lines] == customers
    assert [line["Balance"] for line in lines][:2] == ["1.00", "1.01"]
    assert lines[3]["Name"] == "'=1+1"


def test_who_looks_after_money_finds_it_in_the_header(sign_in: SignIn, clerk: Browser) -> None:
    finance = sign_in("Finn", "finance")

    assert "Credit" in finance.open("/refunds").texts("//nav[@aria-label='Main']/a")
    assert "Credit" not in clerk.open("/refunds").texts("//nav[@aria-label='Main']/a")


@pytest.mark.parametrize("after", ["x", "[1]", "[]", "null", '{"a": 1}', '["C-9", "x", "y"]'])
def test_an_address_that_was_tampered_with_is_no_mistake_of_ours(
    clerk: Browser, order_id: int, after: str
) -> None:
    assert clerk.open("/credit", query_string={"after": after}).status == 200
