"""The database holds the line by itself: whatever would exceed what was paid fails, and of two
that together would, one."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from claims.door import finish_writing
from claims.models import Refund, RefundLine
from claims.money import refunds
from claims.money.refund_terms import RefundTerms, ShippingRule
from claims.refusals import Refused
from claims.rules import Rules
from tests.support.cases import AGENT, claim_first
from tests.support.shop import Line, an_order

Ids = dict[str, int]
TERMS = RefundTerms(shipping=(ShippingRule("whole"),), goodwill=frozenset({"goodwill"}))


def half_refunded(session: Session, rules: Rules) -> Ids:
    """An order of 10.00 with 1.60 of tax and 4.90 of shipping, of which 6.00 are refunded."""
    order = an_order(session, [Line(unit_price=1000, tax=160)], shipping=490)
    order.shipping_tax = 78
    item = claim_first(session, rules, order)
    refund = refunds.ask(item, 600, AGENT, item.state_since, "outside", terms=TERMS)
    session.flush()
    line, [payment] = order.lines[0], order.payments
    return {"refund": refund.id, "order": order.id, "line": line.id, "payment": payment.id}


GOODS = (
    "INSERT INTO refund_lines (refund_id, order_id, order_line_id, amount, tax)"
    " VALUES (:refund, :order, :line, {}, {})"
)
OTHER = (
    "INSERT INTO refund_lines (refund_id, order_id, kind, amount, tax)"
    " VALUES (:refund, :order, '{}', {}, {})"
)
SHARE = (
    "INSERT INTO refund_shares (refund_id, payment_id, position, amount)"
    " VALUES (:refund, :payment, 9, {})"
)


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (GOODS.format(401, 0), "refund_within_paid"),
        (GOODS.format(-601, 0), "refund_within_paid"),
        (GOODS.format(1, 65), "refund_tax_within_tax"),
        (OTHER.format("shipping", 491, 0), "shipping_refund_within_paid"),
        (OTHER.format("shipping", 1, 79), "shipping_refund_tax_within_tax"),
        (OTHER.format("goodwill", 1491, 0), "goodwill_within_total"),
        (OTHER.format("goodwill", -1, 0), "goodwill_within_total"),
        (OTHER.format("goods", 1, 0), "kind_fits_line"),
        (OTHER.format("gift", 1, 0), "ck_refund_lines_kind"),
        (SHARE.format(891), "refund_within_captured"),
        (SHARE.format(-1), "amount_not_negative"),
        ("UPDATE order_lines SET refund_held = 0", "counted by the database"),
        ("UPDATE order_lines SET refund_tax_held = 0", "counted by the database"),
        ("UPDATE orders SET goodwill_held = 1", "counted by the database"),
        ("UPDATE orders SET shipping_refund_held = 1", "counted by the database"),
        ("UPDATE payments SET refund_held = 0", "counted by the database"),
        ("UPDATE order_lines SET paid = 599", "refund_within_paid"),
        ("UPDATE payments SET captured = 599", "refund_within_captured"),
        ("UPDATE refund_lines SET amount = 1", "permission denied"),
        ("DELETE FROM refund_lines", "permission denied"),
        ("UPDATE refund_shares SET amount = 1", "are fixed"),
        ("UPDATE refund_shares SET status = 'held'", "cannot become"),
        ("DELETE FROM refund_shares", "permission denied"),
        ("UPDATE refunds SET paid_amount = 601", "paid_within_amount"),
    ],
)
def test_a_statement_that_would_exceed_what_was_paid_fails(
    session: Session, rules: Rules, statement: str, constraint: str
) -> None:
    ids = half_refunded(session, rules)

    with pytest.raises(DBAPIError, match=constraint), session.begin_nested():
        session.execute(text(statement), ids)


@pytest.mark.parametrize(
    ("kind", "amount", "tax", "sentence"),
    [
        ("goods", 401, 0, "More would be refunded than was paid for the order line"),
        ("goods", 1, 65, "More tax would be refunded than the order line has"),
        ("shipping", 491, 0, "More shipping would be refunded than was paid"),
        ("shipping", 1, 79, "More tax would be refunded than the shipping has"),
        ("goodwill", 1491, 0, "More goodwill would be given than was paid for the order"),
    ],
)
def test_what_the_database_refuses_of_money_is_said_in_a_sentence(
    session: Session, rules: Rules, kind: str, amount: int, tax: int, sentence: str
) -> None:
    ids = half_refunded(session, rules)
    line = ids["line"] if kind == "goods" else None
    refund = session.get_one(Refund, ids["refund"])
    refund.lines.append(
        RefundLine(order_id=ids["order"], order_line_id=line, kind=kind, amount=amount, tax=tax)
    )

    with pytest.raises(Refused, match=f"^{sentence}; open the case again to see what is left"):
        finish_writing(session)


@pytest.mark.parametrize(
    "statement",
    [
        GOODS.format(300, 0),
        OTHER.format("shipping", 300, 0),
        OTHER.format("goodwill", 800, 0),
        SHARE.format(500),
    ],
    ids=["line", "shipping", "goodwill", "payment"],
)
def test_of_two_connections_that_together_ask_too_much_one_is_refused(
    sessions: sessionmaker[Session], rules: Rules, statement: str
) -> None:
    with sessions.begin() as session:
        ids = half_refunded(session, rules)

    def insert(_: int) -> str:
        try:
            with sessions.begin() as own:
                own.execute(text(statement), ids)
        except IntegrityError:
            return "refused"
        return "taken"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(insert, range(2))) == ["refused", "taken"]


def test_of_eight_people_who_ask_at_once_no_more_is_held_than_was_paid(
    sessions: sessionmaker[Session], rules: Rules
) -> None:
    with sessions.begin() as session:
        order = an_order(session, [Line(quantity=8, unit_price=1000)], payments=[3000, 2000])
        items = [claim_first(session, rules, order).id for _ in range(8)]
        order_id = order.id

    def ask(item_id: int) -> int:
        from_ledger = text(
            "INSERT INTO refund_shares (refund_id, payment_id, position, amount)"
            " SELECT :refund, id, 1, 700 FROM payments WHERE order_id = :order"
        )
        try:
            with sessions.begin() as own:
                refund = own.scalar(
                    text(
                        "INSERT INTO refunds (order_id, reclamation_id, item_id, amount, currency,"
                        " status, calculation, asked_at, asked_by) SELECT :order, reclamation_id,"
                        " id, 1400, 'EUR', 'asked', '[]', now(), 'test' FROM items"
                        " WHERE id = :item RETURNING id"
                    ),
                    {"order": order_id, "item": item_id},
                )
                own.execute(from_ledger, {"refund": refund, "order": order_id})
        except IntegrityError:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        taken = sum(pool.map(ask, items))

    with sessions() as session:
        held = session.execute(text("SELECT refund_held, captured FROM payments")).all()
        assert taken == 2
        assert [row.refund_held for row in held] == [1400, 1400]
        assert session.query(Refund).count() == 2
