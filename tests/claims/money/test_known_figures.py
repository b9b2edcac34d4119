"""Figures that others got wrong, each reproduced to the cent."""

import itertools
from collections.abc import Sequence

import pytest
from sqlalchemy.orm import Session

from claims.models import Item, Order
from claims.money import refunds
from claims.money.amounts import decimals, worth, written
from claims.money.refund_terms import PLAIN, RefundOrder, RefundTerms
from claims.refusals import Refused
from claims.rules import Rules
from tests.support.cases import AGENT, claim_first
from tests.support.shop import Line, a_shop, an_order


def give_back(item: Item, amount: int, terms: RefundTerms = PLAIN) -> int:
    """A refund that is settled at once; gives its amount."""
    return refunds.ask(item, amount, AGENT, item.state_since, "outside", terms=terms).amount


def give_back_all(
    session: Session, rules: Rules, order: Order, portions: Sequence[int]
) -> list[int]:
    """Claim so many pieces of the first line, one claim after another, each given back in full."""
    given: list[int] = []
    for quantity in portions:
        item = claim_first(session, rules, order, quantity=quantity)
        given.append(give_back(item, refunds.refundable(item).amount))
    return given


@pytest.mark.parametrize("portions", [(1, 1, 1), (1, 2), (2, 1), (3,)])
def test_three_at_33_68_less_1_89_give_back_99_15(
    session: Session, rules: Rules, portions: tuple[int, ...]
) -> None:
    order = an_order(session, [Line(quantity=3, unit_price=3368, discount=189)])

    assert sum(give_back_all(session, rules, order, portions)) == 9915


def test_with_23_percent_on_top_of_10_00_half_and_the_rest_are_12_30(
    session: Session, rules: Rules
) -> None:
    order = an_order(session, [Line(unit_price=1000, tax=230, tax_rate=2300, paid=1230)])
    item = claim_first(session, rules, order)

    first = give_back(item, 500)
    rest = give_back(item, refunds.refundable(item).amount)

    assert (first, rest, first + rest) == (500, 730, 1230)
    entered = [line for refund in order.refunds for line in refund.lines]
    assert sum(line.tax for line in entered) == 230


def test_10_00_after_5_00_of_12_30_is_refused_and_it_stays_at_5_00(
    session: Session, rules: Rules
) -> None:
    order = an_order(session, [Line(unit_price=1000, tax=230, tax_rate=2300, paid=1230)])
    item = claim_first(session, rules, order)
    give_back(item, 500)

    with pytest.raises(Refused, match=r"€10\.00 is more than the €7\.30"):
        give_back(item, 1000)

    assert refunds.held_by_item(item) == 500


def test_ten_at_23_90_with_20_percent_in_it_and_25_percent_off_give_back_179_25(
    session: Session, rules: Rules
) -> None:
    # A quarter off each piece rounds to 17.925, and ten of 17.926 are the known wrong 179.26.
    discount = 2390 * 10 // 4
    paid = 2390 * 10 - discount
    order = an_order(
        session,
        [Line(quantity=10, unit_price=2390, discount=discount, tax=paid // 6, tax_rate=2000)],
    )

    given = give_back_all(session, rules, order, [1] * 10)

    assert sum(given) == 17925
    assert set(given) == {1792, 1793}
    assert sum(line.tax for r in order.refunds for line in r.lines) == paid // 6


@pytest.mark.parametrize(
    ("amount", "order_of_payments", "shares"),
    [
        (400, "oldest-first", [(1, 400)]),
        (400, "newest-first", [(2, 400)]),
        (1000, "oldest-first", [(1, 500), (2, 500)]),
        (1000, "newest-first", [(2, 500), (1, 500)]),
    ],
)
def test_of_payments_of_5_and_5_the_first_in_order_pays_as_far_as_it_goes(
    session: Session,
    rules: Rules,
    amount: int,
    order_of_payments: RefundOrder,
    shares: list[tuple[int, int]],
) -> None:
    order = an_order(session, [Line(unit_price=1000)], payments=[500, 500])
    item = claim_first(session, rules, order)

    give_back(item, amount, RefundTerms(order=order_of_payments))

    [refund] = order.refunds
    assert [(share.payment.position, share.amount) for share in refund.shares] == shares


@pytest.mark.parametrize("sequence", list(itertools.permutations(range(3))))
def test_three_at_100_less_10_on_the_order_give_back_290_whatever_the_order_of_claims(
    session: Session, rules: Rules, sequence: tuple[int, ...]
) -> None:
    lines = [
        Line(sku=f"S-{at}", unit_price=10000, discount=discount)
        for at, discount in enumerate([334, 333, 333])
    ]
    order = an_order(session, lines)

    given = 0
    for line in sequence:
        item = claim_first(session, rules, order, line=line)
        given += give_back(item, refunds.refundable(item).amount)

    assert given == 29000


@pytest.mark.parametrize("portions", [(1, 1, 1), (2, 1), (1, 2)])
def test_three_pieces_of_one_line_less_10_give_back_290_too(
    session: Session, rules: Rules, portions: tuple[int, ...]
) -> None:
    order = an_order(session, [Line(quantity=3, unit_price=10000, discount=1000)])

    assert sum(give_back_all(session, rules, order, portions)) == 29000


@pytest.mark.parametrize(
    ("currency", "paid", "pieces", "said"),
    [
        ("JPY", 1000, [333, 333, 334], "1,000"),
        ("EUR", 1000, [333, 333, 334], "10.00"),
        ("KWD", 1000, [333, 333, 334], "1.000"),
    ],
)
def test_a_third_of_it_is_rounded_to_the_currencys_own_decimals(
    session: Session, rules: Rules, currency: str, paid: int, pieces: list[int], said: str
) -> None:
    shop = a_shop(session, currency, currency)
    order = an_order(session, [Line(quantity=3, unit_price=334, paid=paid)], shop=shop)

    assert give_back_all(session, rules, order, [1, 1, 1]) == pieces
    assert written(paid, currency, "en_GB").endswith(said)
    assert decimals(currency) in {0, 2, 3}
    assert worth(paid, 3, order.reclamations[0].items[0].pieces) == pieces[0]
