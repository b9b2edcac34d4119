"""Pieces that were given something for already, claimed again in other portions."""

from sqlalchemy.orm import Session

from claims import cases
from claims.models import Item, Order
from claims.money import refunds
from claims.money.amounts import decimals, to_major
from claims.rules import Rules
from tests.support.cases import AGENT, claim_first, press, work_off
from tests.support.shop import Line, a_shop, an_order


def goodwill(session: Session, rules: Rules, order: Order, quantity: int, amount: str) -> Item:
    item = claim_first(session, rules, order, resolution="goodwill", quantity=quantity)
    press(session, rules, item, "refund", AGENT, amount=amount)
    work_off(session, rules, item)
    return item


def left(session: Session, item: Item) -> int:
    session.flush()
    cases.read(session, [item.reclamation_id])
    return refunds.refundable(item).amount


def test_a_goodwill_on_several_pieces_counts_for_each_by_its_share(
    session: Session, rules: Rules
) -> None:
    order = an_order(session, [Line(quantity=3, paid=10000, unit_price=3333)])
    goodwill(session, rules, order, 3, "40.00")

    one, two, three = (claim_first(session, rules, order) for _ in range(3))

    assert [left(session, item) for item in (one, two, three)] == [2000, 2000, 2000]


def test_all_that_is_left_of_pieces_claimed_again_adds_up_to_what_was_paid(
    session: Session, rules: Rules
) -> None:
    order = an_order(session, [Line(quantity=7, paid=1001, unit_price=143)])
    first = goodwill(session, rules, order, 5, "1.01")
    again = [goodwill(session, rules, order, 2, "0.33"), claim_first(session, rules, order)]
    rest = [*again[1:], *(claim_first(session, rules, order, quantity=n) for n in (1, 3, 2))]

    assert sum(left(session, item) for item in rest) == 1001 - 101 - 33
    assert first.holds_pieces is False


def test_currencies_have_the_decimals_of_their_standard() -> None:
    counted = {
        "EUR": 2, "JPY": 0, "KRW": 0, "VND": 0, "ISK": 0, "UGX": 0, "XAF": 0, "KWD": 3, "TND": 3,
        "IQD": 3, "RSD": 2, "ALL": 2, "LBP": 2, "IRR": 2, "HUF": 2, "PKR": 2, "CLF": 4,
    }  # fmt: skip

    assert {currency: decimals(currency) for currency in counted} == counted
    assert to_major(1510, "RSD") == 15.1


def test_a_refund_in_dinars_of_a_thousand_fils_is_exact(session: Session, rules: Rules) -> None:
    order = an_order(
        session, [Line(quantity=3, paid=10001, unit_price=3334)], shop=a_shop(session, "KW", "KWD")
    )

    items = [goodwill(session, rules, order, 1, amount) for amount in ("3.333", "3.334")]
    last = claim_first(session, rules, order)

    assert [item.state for item in items] == ["goodwill-paid"] * 2
    assert left(session, last) == 3334
    assert refunds.money(3334, "KWD") == "KWD3.334"
    assert refunds.money(995, "RSD") == "RSD9.95"
