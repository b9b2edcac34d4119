"""Money to the cent: what may be refunded, and never more, whoever asks at the same moment."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from claims import cases
from claims.door import CaseRef, fire
from claims.models import Item, Order, OrderLine, Payment, Refund, RefundLine, RefundShare
from claims.money import refunds
from claims.money.amounts import free_pieces, lowest, tax_within, worth
from claims.refusals import Refused
from claims.rules import Rules
from tests.support.cases import AGENT, FINANCE, WAREHOUSE, claim_first, press, work_off
from tests.support.shop import Line, an_order


def arrived(session: Session, rules: Rules, order: Order, quantity: int = 1) -> Item:
    item = claim_first(session, rules, order, quantity=quantity)
    press(session, rules, item, "request-return", AGENT)
    press(
        session,
        rules,
        item,
        "parcel-arrived",
        WAREHOUSE,
        received=str(quantity),
        condition="as new",
    )
    return item


def read(session: Session, item: Item) -> Item:
    session.flush()
    cases.read(session, [item.reclamation_id])
    return item


@given(
    paid=st.integers(0, 10_000_000),
    cuts=st.lists(st.integers(1, 50), min_size=1, max_size=12),
)
def test_any_sequence_of_partial_claims_adds_up_to_what_was_paid(
    paid: int, cuts: list[int]
) -> None:
    bought = sum(cuts)
    held: list[list[Range[int]]] = []

    for quantity in cuts:
        held.append(lowest(free_pieces(bought, held), quantity))

    parts = [worth(paid, bought, pieces) for pieces in held]
    assert sum(parts) == paid
    assert min(parts) >= 0


@given(
    paid=st.integers(1, 1_000_000),
    share=st.integers(0, 100),
    amounts=st.lists(st.integers(1, 100_000), max_size=8),
)
def test_the_tax_of_partial_refunds_adds_up_too(paid: int, share: int, amounts: list[int]) -> None:
    tax, held, taxes = paid * share // 100, 0, 0

    for amount in [*amounts, paid]:
        asked = min(amount, paid - held)
        taxes += tax_within(paid, tax, held, asked)
        held += asked

    assert (held, taxes) == (paid, tax)


def test_three_pieces_with_an_order_discount_give_back_exactly_what_was_paid(
    session: Session, rules: Rules
) -> None:
    order = an_order(session, [Line(quantity=3, unit_price=3368, discount=189)])

    amounts = [refunds.refundable(arrived(session, rules, order)).amount for _ in range(3)]

    assert sum(amounts) == 9915


def test_a_refund_tells_how_it_came_about(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(quantity=3, unit_price=3368, discount=189)])
    item = arrived(session, rules, order, quantity=2)

    press(session, rules, item, "refund", AGENT, amount="50.00")

    [refund] = item.reclamation.refunds
    in_sum = [part["amount"] for part in refund.calculation if part["in_sum"]]
    assert sum(in_sum) == refund.amount == 5000
    assert [part["kind"] for part in refund.calculation] == [
        "price",
        "discount-share",
        "asked-less",
    ]


def test_asking_more_than_is_left_is_refused_with_what_is(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(unit_price=1000, tax=230, paid=1230)])
    item = arrived(session, rules, order)
    refunds.ask(item, 500, AGENT, item.state_since, "outside")

    with pytest.raises(Refused, match=r"€10\.00 is more than the €7\.30"):
        refunds.ask(item, 1000, AGENT, item.state_since, "outside")

    assert refunds.held_by_item(read(session, item)) == 500


def test_tax_on_top_comes_back_with_the_rest(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(unit_price=1000, tax=230, tax_rate=2300, paid=1230)])
    item = arrived(session, rules, order)

    first = refunds.ask(item, 500, AGENT, item.state_since, "outside")
    rest = refunds.refundable(item).amount
    second = refunds.ask(item, rest, AGENT, item.state_since, "outside")

    assert first.amount + second.amount == 1230
    assert sum(line.tax for refund in (first, second) for line in refund.lines) == 230


def test_a_refund_goes_back_over_the_payments_oldest_first(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(unit_price=1000)], payments=[500, 500])
    item = arrived(session, rules, order)

    press(session, rules, item, "refund", AGENT, amount="8.00")

    [refund] = item.reclamation.refunds
    assert [(s.payment.position, s.amount) for s in refund.shares] == [(1, 500), (2, 300)]


def test_four_of_five_and_five_go_back_over_the_first_only(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(unit_price=1000)], payments=[500, 500])
    item = arrived(session, rules, order)

    press(session, rules, item, "refund", AGENT, amount="4.00")

    [refund] = item.reclamation.refunds
    assert [(share.payment.position, share.amount) for share in refund.shares] == [(1, 400)]


def test_no_more_than_the_payments_captured_is_given_back(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(unit_price=1000)], payments=[600])
    item = arrived(session, rules, order)

    assert refunds.refundable(item).amount == 600
    assert "€6.00 is left on the order's payments" in " ".join(
        refunds.refundable(item).why_not_more("EUR")
    )


def test_a_refused_refund_frees_its_money(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(unit_price=1000)])
    item = arrived(session, rules, order)
    press(session, rules, item, "refund", AGENT, amount="10.00")

    work_off(session, rules, item, "refused")

    assert item.state == "refund-refused"
    assert refunds.refundable(read(session, item)).amount == 1000
    line, payment = session.get_one(OrderLine, item.order_line_id), order.payments[0]
    session.refresh(line)
    session.refresh(payment)
    assert (line.refund_held, payment.refund_held) == (0, 0)


def test_of_a_half_refused_refund_the_paid_half_stays(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(unit_price=1000)], payments=[500, 500])
    item = arrived(session, rules, order)
    press(session, rules, item, "refund", AGENT, amount="10.00")
    [refund] = item.reclamation.refunds
    refund.shares[0].status = "paid"
    refund.shares[1].status = "refused"
    session.flush()

    work_off(session, rules, item, "refused")

    session.refresh(refund)
    assert (refund.status, refund.paid_amount) == ("paid", 500)
    assert refunds.refundable(read(session, item)).amount == 500


def test_a_shop_can_have_the_newest_payment_paid_back_first(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(unit_price=1000)], payments=[500, 500])
    item = arrived(session, rules, order)
    newest = dataclasses.replace(rules.choices._every_shop, refund_order="newest-first")
    choices = dataclasses.replace(rules.choices, _every_shop=newest)

    own_rules = Rules(rules.definitions, choices, rules.catalogue)
    press(session, own_rules, item, "refund", AGENT, amount="4.00")

    [refund] = item.reclamation.refunds
    assert [share.payment.position for share in refund.shares] == [2]


def test_a_replaced_piece_can_be_claimed_again_but_a_refunded_one_cannot(
    session: Session, rules: Rules
) -> None:
    order = an_order(session, [Line(unit_price=1000)])
    item = claim_first(session, rules, order, reason="faulty", resolution="replacement")

    press(session, rules, item, "settle-outside", FINANCE, amount="10.00")

    assert item.final == "good"
    with pytest.raises(Refused, match="claimed already"):
        claim_first(session, rules, order)


def test_a_mere_mark_counts_against_what_is_left(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(unit_price=1000)])
    item = claim_first(session, rules, order, reason="other", resolution="none")

    press(session, rules, item, "mark-refunded", AGENT, amount="10.00")

    assert item.state == "refunded"
    [refund] = item.reclamation.refunds
    assert (refund.status, refund.effect) == ("outside", None)
    assert refunds.left_on_payments(order) == 0


def test_two_refunds_at_once_for_the_same_money_are_not_both_taken(
    sessions: sessionmaker[Session], rules: Rules
) -> None:
    with sessions.begin() as session:
        order = an_order(session, [Line(quantity=2, unit_price=1000)], payments=[1000])
        items = [arrived(session, rules, order).id for _ in range(2)]

    def refund(item_id: int) -> str:
        try:
            with sessions.begin() as own:
                fire(own, rules, CaseRef("item", item_id), "refund", AGENT, {"amount": "10.00"})
        except Refused as refused:
            return str(refused)
        return "taken"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(refund, items))

    assert "taken" in answers
    assert [answer for answer in answers if answer != "taken"] != []
    with sessions() as session:
        assert sum(share.amount for share in session.scalars(select(RefundShare))) == 1000


def test_the_database_itself_refuses_more_than_was_paid(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(unit_price=1000)])
    item = arrived(session, rules, order)
    press(session, rules, item, "refund", AGENT, amount="10.00")
    refund = session.scalars(select(Refund)).one()

    with pytest.raises(IntegrityError, match="refund_within_paid"), session.begin_nested():
        session.add(
            RefundLine(
                refund_id=refund.id,
                order_id=order.id,
                order_line_id=item.order_line_id,
                amount=1,
                tax=0,
            )
        )
    with pytest.raises(IntegrityError, match="refund_within_captured"), session.begin_nested():
        session.add(
            RefundShare(refund_id=refund.id, payment_id=order.payments[0].id, position=2, amount=1)
        )


def test_a_direct_insert_waits_for_another_and_then_fails(
    sessions: sessionmaker[Session], rules: Rules
) -> None:
    with sessions.begin() as session:
        order = an_order(session, [Line(unit_price=1000)])
        item = arrived(session, rules, order)
        press(session, rules, item, "refund", AGENT, amount="6.00")
        ids = {"refund": item.reclamation.refunds[0].id, "payment": order.payments[0].id}
    insert = text(
        "INSERT INTO refund_shares (refund_id, payment_id, position, amount, way, status) "
        "VALUES (:refund, :payment, 2, 300, '', 'held')"
    )

    def add_three_euros(_: int) -> str:
        try:
            with sessions.begin() as own:
                own.execute(insert, ids)
        except IntegrityError:
            return "refused"
        return "taken"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(add_three_euros, range(2))) == ["refused", "taken"]
    with sessions() as session:
        assert session.get_one(Payment, ids["payment"]).refund_held == 900
