"""Orders: found, listed, shown with what became of them."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from claims.rules import Rules
from config.bootstrap import Redress
from tests.support.cases import claim_first
from tests.support.shop import Line, a_shop, an_order
from tests.support.web import Browser, counted_statements
from tests.web.conftest import SignIn

Sessions = sessionmaker[Session]
ROWS = "//tr[@data-row]"


def numbers(page_rows: list[str]) -> list[str]:
    return [row.split()[0] for row in page_rows]


def test_orders_are_listed_the_newest_first_with_a_claim_button_on_each_row(
    clerk: Browser, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        older = an_order(session, number="O-1")
        older.placed_at -= timedelta(days=1)
        an_order(session, number="O-2")

    page = clerk.open("/orders")

    assert numbers(page.texts(ROWS)) == ["O-2", "O-1"]
    assert len(page.values("//a[text()='Claim']/@href")) == 2


def test_a_cancelled_order_has_no_claim_button(clerk: Browser, sessions: Sessions) -> None:
    with sessions.begin() as session:
        an_order(session).status = "cancelled"

    page = clerk.open("/orders")

    assert len(page.texts(ROWS)) == 1
    assert page.values("//a[text()='Claim']/@href") == []


def test_an_order_is_found_by_number_customer_mail_and_sku(
    clerk: Browser, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        wanted = an_order(session, [Line("MUG-7", "Mug")], number="X-900", customer="C-7")
        wanted.customer_name, wanted.customer_email = "Jonas Peters", "jonas@peters.example"
        an_order(session, number="X-111")

    for words in ("X-900", "jonas p", "@peters", "MUG-7", "mug-7", "C-7"):
        assert numbers(clerk.open(f"/orders?q={words}").texts(ROWS)) == ["X-900"], words


def test_orders_are_filtered_by_shop_unit_date_and_whether_they_were_claimed(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        claimed = an_order(session, number="N-1")
        claim_first(session, rules, claimed)
        an_order(session, number="S-1", shop=a_shop(session, "SOUTH"))

    assert numbers(clerk.open("/orders?shop=SOUTH").texts(ROWS)) == ["S-1"]
    assert numbers(clerk.open("/orders?unit=NORTH:ONLINE").texts(ROWS)) == ["N-1"]
    assert numbers(clerk.open("/orders?claimed=yes").texts(ROWS)) == ["N-1"]
    assert numbers(clerk.open("/orders?claimed=open").texts(ROWS)) == ["N-1"]
    assert numbers(clerk.open("/orders?claimed=no").texts(ROWS)) == ["S-1"]
    assert clerk.open("/orders?since=2026-09-02").texts(ROWS) == []
    assert len(clerk.open("/orders?since=2026-09-01&until=2026-09-01").texts(ROWS)) == 2


def test_an_order_of_several_things_is_named_by_the_first(
    clerk: Browser, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        an_order(session, [Line(name="Ridge tent"), Line(name="Mug"), Line(name="Axe")])

    items = clerk.open("/orders").texts("//td[@data-label='Items']")

    assert items == ["Ridge tentand 2 more"]


def test_each_filter_is_a_chip_whose_link_takes_only_this_filter_off(
    clerk: Browser, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        a_shop(session, "SOUTH")

    page = clerk.open("/orders?q=mug&shop=SOUTH")

    assert page.values("//a[@class='chip']/@href") == ["/orders?shop=SOUTH", "/orders?q=mug"]


def test_pages_go_forwards_and_backwards_without_losing_or_repeating_an_order(
    clerk: Browser, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        for number in range(120):
            an_order(session, number=f"P-{number:03d}").placed_at += timedelta(hours=number // 3)

    first = clerk.open("/orders")
    second = clerk.open(first.values("//a[@rel='next']/@href")[0])
    third = clerk.open(second.values("//a[@rel='next']/@href")[0])
    back = clerk.open(third.values("//a[@rel='prev']/@href")[0])

    seen = [n for page in (first, second, third) for n in numbers(page.texts(ROWS))]
    assert sorted(seen) == [f"P-{number:03d}" for number in range(120)]
    assert back.texts(ROWS) == second.texts(ROWS)
    assert third.values("//a[@rel='next']/@href") == []
    assert first.values("//a[@rel='prev']/@href") == []


def test_a_page_of_fifty_orders_asks_the_database_as_often_as_a_page_of_five(
    clerk: Browser, sessions: Sessions, rules: Rules, redress: Redress
) -> None:
    def statements() -> int:
        with counted_statements(redress.engine) as sent:
            assert clerk.open("/orders").status == 200
        return len(sent)

    with sessions.begin() as session:
        for _ in range(5):
            claim_first(session, rules, an_order(session))
    clerk.open("/orders")
    of_five = statements()
    with sessions.begin() as session:
        for _ in range(45):
            claim_first(session, rules, an_order(session, [Line(), Line("MUG", "Mug")]))

    assert statements() == of_five


@pytest.mark.parametrize("more", ["", "/claim"])
def test_a_long_order_asks_the_database_as_often_as_a_short_one(
    clerk: Browser, sessions: Sessions, rules: Rules, redress: Redress, more: str
) -> None:
    def statements(pieces: int, lines: int) -> int:
        bought = [Line(f"SKU-{n}", f"Thing {n}", pieces + 1) for n in range(lines)]
        with sessions.begin() as session:
            order = an_order(session, bought)
            for line in range(lines):
                for _ in range(pieces):
                    claim_first(session, rules, order, line=line)
            address = f"/orders/{order.id}{more}"
        clerk.open(address)
        with counted_statements(redress.engine) as sent:
            assert clerk.open(address).status == 200
        return len(sent)

    assert statements(pieces=3, lines=5) == statements(pieces=1, lines=1)


def test_an_order_shows_what_is_left_of_its_lines_and_payments(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        order = an_order(session, [Line(quantity=3)], shipping=490, payments=[5000, 2987])
        number = claim_first(session, rules, order, quantity=2).reclamation.number
        address = f"/orders/{order.id}"

    page = clerk.open(address)

    assert page.texts("//td[@data-label='Left to claim']") == ["1"]
    assert f"{number} 2 × Reported" in page.text
    assert "€50.00 left" in page.text
    assert "€29.87 left" in page.text
    assert page.texts("//dd[@class='sums__total']") == ["€79.87", "€79.87"]


def test_an_order_whose_pieces_are_all_claimed_says_why_it_cannot_be_claimed_on(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        order = an_order(session)
        claim_first(session, rules, order)
        address = f"/orders/{order.id}"

    page = clerk.open(address)

    assert page.texts("//button[@aria-disabled='true']") == ["Claim"]
    assert "Every piece of this order is claimed already." in page.text


def test_an_order_made_for_a_reclamation_leads_back_to_it(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        reclamation = claim_first(session, rules, an_order(session)).reclamation
        made = an_order(session, [Line(paid=0)], payments=[0], number="RE-1")
        made.kind, made.origin_reclamation = "replacement", reclamation
        number, address = reclamation.number, f"/orders/{made.id}"

    page = clerk.open(address)

    assert "Replacement order" in page.text
    assert f"/reclamations/{number}" in page.values("//a/@href")


def test_the_warehouse_sees_an_order_and_why_it_cannot_claim(
    sign_in: SignIn, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        address = f"/orders/{an_order(session).id}"

    page = sign_in("Wim", "warehouse").open(address)

    assert "An agent or a lead can file a claim." in page.text


def test_an_order_number_leads_to_its_page_and_an_ambiguous_one_to_the_search(
    clerk: Browser, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        only = an_order(session, number="A-1").id
        an_order(session, number="B-1")
        an_order(session, number="B-1", shop=a_shop(session, "SOUTH"))

    assert clerk.open("/orders/number/A-1").path == f"/orders/{only}"
    assert len(clerk.open("/orders/number/B-1").texts(ROWS)) == 2


def test_an_order_that_does_not_exist_is_a_sentence(clerk: Browser) -> None:
    page = clerk.open("/orders/987654")

    assert page.status == 404
    assert "There is no order with the key 987654." in page.text
