"""What a shop gives back beside the price, and what it takes off: to the cent, and said why."""

from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from claims.models import Item, Order
from claims.money import refunds
from claims.money.refund_terms import Asks, DeductionRule, RefundTerms, ShippingRule
from claims.money.shipping import in_proportion
from claims.refusals import Refused
from claims.rules import Rules
from tests.support.cases import AGENT, FINANCE, WAREHOUSE, claim_first, press, work_off
from tests.support.shop import Line, an_order
from tests.support.terms import rules_with, with_resolution

PROPORTIONAL = RefundTerms(shipping=(ShippingRule("proportional"),))
WHOLE = RefundTerms(shipping=(ShippingRule("whole"),))
GOODWILL = RefundTerms(goodwill=frozenset({"goodwill"}))


def outside(item: Item, terms: RefundTerms, amount: int | None = None) -> int:
    most = refunds.refundable(item, terms).amount if amount is None else amount
    return refunds.ask(item, most, AGENT, item.state_since, "outside", terms=terms).amount


def arrived(session: Session, rules: Rules, order: Order) -> Item:
    item = claim_first(session, rules, order)
    press(session, rules, item, "parcel-arrived", WAREHOUSE, received="1", condition="damaged")
    return item


def kinds(order: Order) -> dict[str, int]:
    found: dict[str, int] = {}
    for refund in order.refunds:
        for entry in refund.lines:
            found[entry.kind] = found.get(entry.kind, 0) + entry.amount
    return found


def why(item: Item, terms: RefundTerms) -> str:
    return " ".join(refunds.refundable(item, terms).why_not_more("EUR"))


def test_shipping_falls_on_the_lines_by_value_and_none_of_it_is_lost() -> None:
    assert in_proportion(490, [1000, 1000, 1000]) == [164, 163, 163]
    assert in_proportion(100, [1, 2]) == [33, 67]
    assert in_proportion(0, [5, 5]) == [0, 0]
    assert in_proportion(490, [0, 0]) == [0, 0]


def test_without_a_rule_shipping_stays_where_it_is(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(unit_price=1000)], shipping=490)
    item = claim_first(session, rules, order)

    assert refunds.refundable(item).amount == 1000


def test_all_claims_together_bring_back_all_of_the_shipping(session: Session, rules: Rules) -> None:
    lines = [Line(quantity=3, unit_price=1000), Line(sku="B", unit_price=777)]
    order = an_order(session, lines, shipping=490)

    given = [outside(claim_first(session, rules, order), PROPORTIONAL) for _ in range(3)]
    given.append(outside(claim_first(session, rules, order, line=1), PROPORTIONAL))

    assert sum(given) == order.total_paid == 3777 + 490
    assert kinds(order) == {"goods": 3777, "shipping": 490}
    session.flush()
    session.refresh(order)
    assert order.shipping_refund_held == 490


def test_the_whole_shipping_comes_back_once(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(quantity=2, unit_price=1000)], shipping=490)

    first = outside(claim_first(session, rules, order), WHOLE)
    second = claim_first(session, rules, order)

    assert first == 1490
    assert refunds.refundable(second, WHOLE).amount == 1000
    assert "of which €0.00 is left; it comes back once" in why(second, WHOLE)


def test_an_item_gets_its_share_of_the_shipping_once(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(quantity=2, unit_price=1000)], shipping=490)
    item = claim_first(session, rules, order)

    first = outside(item, PROPORTIONAL)

    assert first == 1245
    assert refunds.refundable(item, PROPORTIONAL).amount == 0


def test_pieces_whose_shipping_was_given_back_in_part_can_be_claimed_for_the_rest(
    session: Session, rules: Rules
) -> None:
    rules = rules_with(rules, shipping=(ShippingRule("proportional"),))
    order = an_order(session, [Line(unit_price=1000)], shipping=490)
    first = claim_first(session, rules, order, resolution="goodwill")
    press(session, rules, first, "settle-outside", FINANCE, amount="12.00")

    again = claim_first(session, rules, order)

    assert kinds(order) == {"goods": 1000, "shipping": 200}
    assert refunds.refundable(again, PROPORTIONAL).amount == 290


def test_the_tax_on_shipping_comes_back_with_it(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(quantity=3, unit_price=1000)], shipping=490)
    order.shipping_tax = 78
    session.flush()

    for _ in range(3):
        outside(claim_first(session, rules, order), PROPORTIONAL)

    taxes = [e.tax for r in order.refunds for e in r.lines if e.kind == "shipping"]
    assert sum(taxes) == 78


def test_a_percentage_is_taken_off_where_the_rule_fits(session: Session, rules: Rules) -> None:
    wear = DeductionRule("wear", Asks(conditions=frozenset({"damaged"})), percent=Decimal("30"))
    own = rules_with(rules, deductions=(wear,))
    order = an_order(session, [Line(unit_price=999)])
    item = arrived(session, own, order)

    press(session, own, item, "refund", AGENT, amount="7.00")

    [refund] = item.reclamation.refunds
    parts = {part["kind"]: part["amount"] for part in refund.calculation}
    # 30 % of 9.99 is 2.997: the part of a cent is the customer's.
    assert parts == {"price": 999, "wear": -299}
    terms = own.choices.refund_terms("NORTH")
    assert "€2.99 is taken off: wear." in why(item, terms)


def test_more_than_is_left_after_deductions_is_refused(session: Session, rules: Rules) -> None:
    back = DeductionRule("return-shipping", amount=Decimal("4.90"))
    own = rules_with(rules, deductions=(back,))
    item = arrived(session, own, an_order(session, [Line(unit_price=999)]))

    with pytest.raises(Refused, match=r"at most 5\.09"):
        press(session, own, item, "refund", AGENT, amount="5.10")


def test_a_typed_deduction_stands_in_for_the_rule(session: Session, rules: Rules) -> None:
    fee = DeductionRule("restocking-fee", percent=Decimal("15"))
    terms = RefundTerms(deductions=(fee,))
    item = claim_first(session, rules, an_order(session, [Line(unit_price=1000)]))

    assert refunds.refundable(item, terms).amount == 850
    assert refunds.refundable(item, terms, {"restocking_fee": 0}).amount == 1000
    item.deductions = {"restocking-fee": 100, "wear": 5000}
    assert refunds.refundable(item, terms).amount == 0
    assert refunds.refundable(item, terms).deducted == {"restocking-fee": 100, "wear": 900}


def test_what_was_settled_outside_takes_no_deductions(session: Session, rules: Rules) -> None:
    terms = RefundTerms(deductions=(DeductionRule("wear", percent=Decimal("50")),))
    item = claim_first(session, rules, an_order(session, [Line(unit_price=1000)]))

    assert outside(item, terms, 1000) == 1000


def test_goodwill_goes_beyond_what_was_paid_but_not_beyond_the_payments(
    session: Session, rules: Rules
) -> None:
    lines = [Line(unit_price=0, paid=0, name="A free mug"), Line(sku="B", unit_price=2000)]
    order = an_order(session, lines)
    item = claim_first(session, rules, order, reason="other", resolution="goodwill")

    with pytest.raises(Refused, match="more than the €20"):
        outside(item, GOODWILL, 2001)
    outside(item, GOODWILL, 500)

    assert kinds(order) == {"goodwill": 500}
    assert refunds.left_on_payments(order) == 1500
    assert "Only €15.00 is left on the order's payments." in why(item, GOODWILL)


def test_goodwill_takes_the_worth_of_the_pieces_first(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(unit_price=1000), Line(sku="B", unit_price=2000)])
    item = claim_first(session, rules, order, reason="other", resolution="goodwill")

    outside(item, GOODWILL, 1200)

    assert kinds(order) == {"goods": 1000, "goodwill": 200}


def test_a_refused_refund_frees_goods_shipping_and_goodwill(session: Session, rules: Rules) -> None:
    own = with_resolution(
        rules_with(rules, shipping=(ShippingRule("whole"),)), "goodwill", beyond_paid=True
    )
    order = an_order(
        session, [Line(unit_price=1000, tax=160), Line(sku="B", unit_price=2000)], shipping=490
    )
    item = claim_first(session, own, order, reason="other", resolution="goodwill")
    terms = own.choices.refund_terms("NORTH")
    refund = refunds.ask(item, 2000, AGENT, item.state_since, "proposed", terms=terms)
    assert [(e.kind, e.amount) for e in refund.lines] == [
        ("goods", 1000),
        ("shipping", 490),
        ("goodwill", 510),
    ]

    refunds.release(refund, "dropped", item.state_since)

    assert kinds(order) == {"goods": 0, "shipping": 0, "goodwill": 0}
    assert sum(entry.tax for entry in refund.lines) == 0
    assert sum(part["amount"] for part in refund.calculation if part["in_sum"]) == 2000


def test_of_a_half_refused_refund_the_goods_are_kept_before_the_shipping(
    session: Session, rules: Rules
) -> None:
    order = an_order(session, [Line(unit_price=1000)], shipping=490, payments=[1200, 290])
    item = claim_first(session, rules, order)
    refund = refunds.ask(item, 1490, AGENT, item.state_since, "proposed", terms=WHOLE)

    refunds.release(refund, "refused", item.state_since, paid=refund.shares[:1])

    assert kinds(order) == {"goods": 1000, "shipping": 200}
    assert (refund.status, refund.paid_amount) == ("paid", 1200)


def test_a_refund_with_shipping_is_paid_like_any_other(session: Session, rules: Rules) -> None:
    own = rules_with(rules, shipping=(ShippingRule("proportional"),))
    order = an_order(session, [Line(unit_price=1000)], shipping=490)
    item = arrived(session, own, order)

    press(session, own, item, "refund", AGENT, amount="14.90")
    work_off(session, own, item)

    assert item.state == "refunded"
    [refund] = order.refunds
    assert (refund.paid_amount, refund.status) == (1490, "paid")
    with pytest.raises(IntegrityError, match="shipping_refund_within_paid"):
        session.execute(
            text(
                "INSERT INTO refund_lines (refund_id, order_id, kind, amount, tax)"
                " VALUES (:refund, :order, 'shipping', 1, 0)"
            ),
            {"refund": refund.id, "order": order.id},
        )


def test_shipping_alone_can_be_given_back_and_the_goods_claimed_later(
    session: Session, rules: Rules
) -> None:
    own = with_resolution(
        rules_with(rules, shipping=(ShippingRule("whole"),)), "goodwill", shipping_only=True
    )
    order = an_order(session, [Line(unit_price=1000, tax=160)], shipping=490)
    order.shipping_tax = 78
    item = claim_first(session, own, order, reason="other", resolution="goodwill")

    with pytest.raises(Refused, match=r"at most 4\.90"):
        press(session, own, item, "refund", AGENT, amount="4.91")
    press(session, own, item, "refund", AGENT, amount="4.90")
    work_off(session, own, item)

    [refund] = order.refunds
    assert kinds(order) == {"shipping": 490}
    assert [(part["kind"], part["amount"]) for part in refund.calculation] == [
        ("shipping", 490),
        ("tax-within", 78),
        ("without-tax", 412),
    ]
    assert item.state == "goodwill-paid"
    later = claim_first(session, own, order)
    assert refunds.refundable(later, own.refund_terms("NORTH")).amount == 1000


def test_of_shipping_alone_nothing_is_taken_off(session: Session, rules: Rules) -> None:
    terms = RefundTerms(
        shipping=(ShippingRule("whole"),),
        deductions=(DeductionRule("wear", percent=Decimal("50")),),
        shipping_only=frozenset({"goodwill"}),
    )
    order = an_order(session, [Line(unit_price=1000)], shipping=490)
    item = claim_first(session, rules, order, reason="other", resolution="goodwill")

    assert refunds.refundable(item, terms).amount == 490
    assert "Only shipping is given back, as the wanted resolution says." in why(item, terms)
