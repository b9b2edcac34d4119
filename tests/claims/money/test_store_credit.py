"""Store credit: given by refunds exactly once, spent exactly once, never below nought."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from claims import effects
from claims.models import Effect, Item, Order, StoreCredit, StoreCreditAccount
from claims.money import refunds, store_credit
from claims.refusals import Refused
from claims.rules import Rules
from tests.support.cases import AGENT, FINANCE, WAREHOUSE, claim_first, decide, press
from tests.support.shop import Line, an_order
from tests.support.terms import with_resolution

TEN = Line(unit_price=1000)
ENTRY = (
    "INSERT INTO store_credits"
    " (key, shop_id, customer_number, currency, at, amount, kind, refund_share_id)"
    " SELECT 'another', shop_id, customer_number, currency, at, {} FROM store_credits"
)


@pytest.fixture
def as_credit(rules: Rules) -> Rules:
    """The same shop, whose refunds become store credit."""
    return with_resolution(rules, "refund", as_store_credit=True)


def asked(session: Session, rules: Rules, order: Order, amount: str = "10.00") -> Item:
    item = claim_first(session, rules, order)
    press(session, rules, item, "parcel-arrived", WAREHOUSE, received="1", condition="as new")
    press(session, rules, item, "refund", AGENT, amount=amount)
    return item


def settle(session: Session, rules: Rules, item: Item) -> None:
    """What a worker does: settle each share, which gives the credit, and finish."""
    [taken] = effects.take(session, "tests", timedelta(seconds=60), 1)
    refund = session.get_one(Effect, taken.effect_id).refund
    assert refund is not None
    for share in refund.shares:
        reference = f"store-credit-{share.id}"
        assert effects.settle_share(session, taken, share.id, "paid", reference, {})
    effects.finish(session, rules, taken, "done", "As the test says.", {})
    session.refresh(item)


def a_balance(session: Session, order: Order, amount: int) -> None:
    """Credit that the customer has for some other reason."""
    session.add(
        StoreCredit(
            key=f"given-to-{order.number}",
            shop_id=order.shop_id,
            customer_number=order.customer_number,
            currency=order.currency,
            amount=amount,
            kind="correction",
            at=order.placed_at,
        )
    )
    session.flush()


def test_a_refund_becomes_store_credit_where_the_resolution_asks_for_it(
    session: Session, as_credit: Rules
) -> None:
    order = an_order(session, [TEN])
    item = asked(session, as_credit, order)
    [refund] = order.refunds
    assert [(s.way, s.amount) for s in refund.shares] == [("store-credit", 1000)]
    assert store_credit.balance_of(session, order) == 0

    settle(session, as_credit, item)

    assert item.state == "refunded"
    assert store_credit.balance_of(session, order) == 1000
    [entry] = store_credit.entries_of(session, order)
    assert (entry.amount, entry.kind, entry.refund_share_id) == (
        1000,
        "refund",
        refund.shares[0].id,
    )


def test_what_was_paid_by_store_credit_goes_back_as_store_credit(
    session: Session, rules: Rules
) -> None:
    order = an_order(session, [TEN], provider="store-credit")
    item = asked(session, rules, order)

    settle(session, rules, item)

    assert store_credit.balance_of(session, order) == 1000


def test_the_credit_counts_against_the_payment_it_comes_from(
    session: Session, as_credit: Rules
) -> None:
    order = an_order(session, [TEN])
    settle(session, as_credit, asked(session, as_credit, order, "4.00"))

    assert refunds.left_on_payments(order) == 600


def test_without_a_customer_nobody_can_be_credited(session: Session, as_credit: Rules) -> None:
    order = an_order(session, [TEN], customer="")

    with pytest.raises(Refused, match="names no customer"):
        asked(session, as_credit, order)


def test_a_person_who_finds_it_paid_gives_the_credit_once(
    session: Session, as_credit: Rules
) -> None:
    order = an_order(session, [TEN])
    item = asked(session, as_credit, order)
    [taken] = effects.take(session, "tests", timedelta(seconds=60), 1)
    effects.give_to_a_person(session, as_credit, taken, "Nobody knows.", {})

    decide(session, as_credit, item, "confirm-paid")

    session.flush()
    assert store_credit.balance_of(session, order) == 1000


def test_what_was_settled_outside_gives_no_credit_here(session: Session, as_credit: Rules) -> None:
    order = an_order(session, [TEN])
    item = claim_first(session, as_credit, order)

    press(session, as_credit, item, "settle-outside", FINANCE, amount="10.00")

    assert store_credit.balance_of(session, order) == 0


def test_credit_is_spent_once_under_each_key(session: Session) -> None:
    order = an_order(session, [TEN])
    a_balance(session, order, 1000)
    whose = (order.shop_id, order.customer_number, order.currency)

    assert store_credit.spend(session, *whose, 400, "O-77", AGENT)
    assert not store_credit.spend(session, *whose, 400, "O-77", AGENT)

    assert store_credit.balance_of(session, order) == 600
    with pytest.raises(Refused, match=r"stands for €4\.00"):
        store_credit.spend(session, *whose, 500, "O-77", AGENT)
    with pytest.raises(Refused, match=r"more than the €6\.00 of store credit"):
        store_credit.spend(session, *whose, 601, "O-78", AGENT)
    with pytest.raises(Refused, match="more than 0"):
        store_credit.spend(session, *whose, 0, "O-79", AGENT)


def test_two_who_spend_the_same_credit_at_once_do_not_both_get_it(
    sessions: sessionmaker[Session],
) -> None:
    with sessions.begin() as session:
        order = an_order(session, [TEN])
        a_balance(session, order, 1000)
        whose = (order.shop_id, order.customer_number, order.currency)

    def spend(key: str) -> str:
        try:
            with sessions.begin() as own:
                store_credit.spend(own, *whose, 700, key, AGENT)
        except Refused:
            return "refused"
        return "taken"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(spend, ["A", "B"])) == ["refused", "taken"]
    with sessions() as session:
        assert session.get_one(StoreCreditAccount, whose).balance == 300


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE store_credits SET amount = 99", "append-only"),
        ("DELETE FROM store_credits", "permission denied"),
        ("UPDATE store_credit_accounts SET balance = 99", "counted by the database"),
        ("DELETE FROM store_credit_accounts", "permission denied"),
        (ENTRY.format("amount, 'refund', refund_share_id"), "uq_store_credits_refund_share_id"),
        (ENTRY.format("amount + 1, 'refund', refund_share_id"), "gives no store credit"),
        (ENTRY.format("-1001, 'spent', NULL"), "balance_not_negative"),
    ],
)
def test_the_database_itself_keeps_the_ledger(
    session: Session, as_credit: Rules, statement: str, sentence: str
) -> None:
    order = an_order(session, [TEN])
    settle(session, as_credit, asked(session, as_credit, order))

    with pytest.raises(DBAPIError, match=sentence), session.begin_nested():
        session.execute(text(statement))

    assert session.scalars(select(StoreCredit.amount)).all() == [1000]
    assert store_credit.balance_of(session, order) == 1000
