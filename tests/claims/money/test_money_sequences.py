"""Whatever is done to an order in whatever sequence, its money adds up: in Python, in the ledger
and in the database's own counters."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from claims import cases, effects
from claims.claimable import Wanted
from claims.claiming import claim
from claims.edits import edit_item
from claims.models import Item, Order, Refund
from claims.money import refunds
from claims.money.amounts import count, decimals
from claims.money.refund_terms import ShippingRule, ShippingShare
from claims.people import Actor
from claims.refusals import Refused
from claims.rules import Rules
from tests.support.cases import AGENT, FINANCE, decide, press
from tests.support.shop import Line, a_shop, an_order
from tests.support.terms import rules_with

SECOND_LEAD = Actor("person", "Luis", frozenset({"lead"}), 12)
SEQUENCES = int(os.environ.get("MONEY_SEQUENCES", "20"))

OFTEN = ("claim", "refund", "carry-out")
ACTIONS = (
    *OFTEN,
    *OFTEN,
    "approve",
    "send-back",
    "cancel",
    "reject",
    "settle-outside",
    "confirm-paid",
    "confirm-not-paid",
    "quantity",
    "close",
)

lines = st.builds(
    lambda quantity, paid, share: Line(
        quantity=quantity, unit_price=paid // quantity, paid=paid, tax=paid * share // 100
    ),
    quantity=st.integers(1, 6),
    paid=st.one_of(st.integers(0, 60), st.integers(0, 90_000)),
    share=st.integers(0, 30),
)
steps = st.lists(
    st.tuples(
        st.sampled_from(ACTIONS),
        st.integers(0, 1_000),
        st.integers(0, 1_000),
    ),
    min_size=4,
    max_size=14,
)


@pytest.fixture
def kept_session(database_url: str) -> Iterator[Session]:
    engine = create_engine(database_url)
    with Session(engine) as session:
        yield session
    engine.dispose()


@settings(
    max_examples=SEQUENCES,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
    bought=st.lists(lines, min_size=1, max_size=3),
    cuts=st.lists(st.integers(0, 100), max_size=3),
    shipping=st.one_of(st.just(0), st.integers(1, 2_000)),
    share=st.sampled_from(["none", "proportional", "whole"]),
    sequence=steps,
)
def test_any_sequence_on_one_order_keeps_its_money_exact(
    kept_session: Session,
    rules: Rules,
    currency: str,
    bought: list[Line],
    cuts: list[int],
    shipping: int,
    share: ShippingShare,
    sequence: list[tuple[str, int, int]],
) -> None:
    session = kept_session
    begin_anew(session)
    rules = rules_with(rules, shipping=(ShippingRule(share),))
    total = sum(line.paid or 0 for line in bought) + shipping
    shop = a_shop(session, currency, currency)
    order = an_order(session, bought, payments=split(total, cuts), shipping=shipping, shop=shop)

    for action, which, much in sequence:
        try:
            with session.begin_nested():
                do(session, rules, order, action, which, much)
        except Refused:
            session.info.clear()
    check(session, order)
    refund_everything(session, rules, order)

    check(session, order)
    if share != "none":
        assert refunds.left_on_payments(loaded(session, order)) == 0
    begin_anew(session)


def begin_anew(session: Session) -> None:
    session.rollback()
    session.info.clear()


def split(total: int, cuts: list[int]) -> list[int]:
    """The total in up to four payments, some of them of nothing."""
    ends = sorted(total * cut // 100 for cut in cuts)
    return [end - begin for begin, end in zip([0, *ends], [*ends, total], strict=True)]


def do(session: Session, rules: Rules, order: Order, action: str, which: int, much: int) -> None:
    if action == "claim":
        line = order.lines[which % len(order.lines)]
        resolution = ("goodwill", "none")[much % 2]
        wanted = Wanted(line.id, 1 + much % line.quantity, "other", resolution)
        claim(session, rules, order.id, [wanted], AGENT)
        return
    items = items_of(session, order)
    if not items:
        return
    item = items[which % len(items)]
    match action:
        case "carry-out":
            carry_out(session, rules, much)
        case "quantity":
            edit_item(
                session,
                rules,
                item.id,
                {"quantity": 1 + much % 6},
                AGENT,
                seen_version=item.version,
            )
        case "close":
            press(session, rules, item.reclamation, "close", AGENT)
        case "refund" | "settle-outside":
            most = left_for(rules, item)
            amount = most if much % 2 else most * much // 1_000
            who = FINANCE if action == "settle-outside" else AGENT
            press(session, rules, item, action, who, amount=typed(amount, order.currency))
        case "reject":
            press(session, rules, item, "reject", AGENT, reason="worn")
        case "confirm-paid" | "confirm-not-paid":
            decide(session, rules, item, action)
        case "approve" | "send-back":
            press(session, rules, item, action, SECOND_LEAD)
        case _:
            press(session, rules, item, action, AGENT)


def left_for(rules: Rules, item: Item) -> int:
    shop = item.reclamation.shop.code
    return refunds.refundable(item, rules.choices.refund_terms(shop)).amount


def carry_out(session: Session, rules: Rules, much: int) -> None:
    """What a worker does with the next effect: pays some shares, then it ends in some way."""
    for taken in effects.take(session, "tests", timedelta(seconds=60), 1):
        effect = effects.load(session, taken)
        assert effect is not None
        refund = effect.refund
        for share in refund.shares[: much % 4] if refund else []:
            effects.begin_attempt(session, taken, effect.key, "h", share_id=share.id)
            effects.settle_share(session, taken, share.id, "paid", f"r-{share.id}", {})
        ending = ("done", "refused", "unknown")[much % 3] if refund else "done"
        if ending == "unknown":
            effects.give_to_a_person(session, rules, taken, "Nobody knows.", {})
        else:
            outcome: effects.Outcome = "done" if ending == "done" else "refused"
            effects.finish(session, rules, taken, outcome, "As the test says.", {})


def refund_everything(session: Session, rules: Rules, order: Order) -> None:
    """Settle what is open and mark the rest of each free piece: then nothing is left."""
    while carry_out_one(session, rules):
        pass
    for item in items_of(session, order):
        for settled in (
            lambda item=item: decide(session, rules, item, "confirm-paid"),
            lambda item=item: press(session, rules, item, "send-back", SECOND_LEAD),
        ):
            try:
                with session.begin_nested():
                    settled()
            except Refused:
                session.info.clear()
    for item in items_of(session, order):
        if item.final is None:
            rest = typed(left_for(rules, item), order.currency)
            press(session, rules, item, "settle-outside", FINANCE, amount=rest)
    for line in loaded(session, order).lines:
        taken = [i.pieces for i in items_of(session, order) if i.line is line and i.holds_pieces]
        free = line.quantity - sum(count(pieces) for pieces in taken)
        if free:
            wanted = Wanted(line.id, free, "other", "none")
            [item] = claim(session, rules, order.id, [wanted], AGENT).items
            cases.read(session, [item.reclamation_id])
            rest = typed(left_for(rules, item), order.currency)
            press(session, rules, item, "settle-outside", FINANCE, amount=rest)


def carry_out_one(session: Session, rules: Rules) -> bool:
    taken = effects.take(session, "tests", timedelta(seconds=60), 1)
    for each in taken:
        effects.finish(session, rules, each, "done", "As the test says.", {})
    return bool(taken)


def check(session: Session, order: Order) -> None:
    session.flush()
    session.expire_all()
    rows = session.execute(
        text(
            "SELECT l.paid, l.tax, l.refund_held, coalesce(sum(e.amount), 0),"
            " coalesce(sum(e.tax), 0) FROM order_lines l"
            " LEFT JOIN refund_lines e ON e.order_line_id = l.id"
            " WHERE l.order_id = :id GROUP BY l.id"
        ),
        {"id": order.id},
    ).all()
    for paid, tax, counted, held, tax_held in rows:
        assert counted == held <= paid
        assert tax_held == (tax * held // paid if paid else 0)
    shares = session.execute(
        text(
            "SELECT p.captured, p.refund_held, coalesce(sum(s.amount) FILTER"
            " (WHERE s.status IN ('held', 'paid')), 0) FROM payments p"
            " LEFT JOIN refund_shares s ON s.payment_id = p.id"
            " WHERE p.order_id = :id GROUP BY p.id"
        ),
        {"id": order.id},
    ).all()
    assert all(counted == held <= captured for captured, counted, held in shares)
    shipping = session.execute(
        text(
            "SELECT shipping_refund_held, (SELECT coalesce(sum(amount), 0) FROM refund_lines"
            " WHERE order_id = o.id AND kind = 'shipping') FROM orders o WHERE id = :id"
        ),
        {"id": order.id},
    ).one()
    assert shipping[0] == shipping[1] <= order.shipping_paid
    held_of_lines = sum(held for _, _, _, held, _ in rows)
    assert sum(held for _, _, held in shares) == held_of_lines + shipping[1]
    for refund in session.query(Refund).filter_by(order_id=order.id):
        entered = sum(line.amount for line in refund.lines)
        live = sum(share.amount for share in refund.shares if share.status in refunds.COUNTING)
        assert entered == live
        assert sum(share.amount for share in refund.shares) == refund.amount
        assert sum(part["amount"] for part in refund.calculation if part["in_sum"]) == refund.amount
        if refund.status in {"paid", "outside", "refused", "dropped"}:
            assert entered == refund.paid_amount


def loaded(session: Session, order: Order) -> Order:
    session.flush()
    return cases.load_orders(session, {order.id})[order.id]


def items_of(session: Session, order: Order) -> list[Item]:
    return [i for reclamation in loaded(session, order).reclamations for i in reclamation.items]


def typed(amount: int, currency: str) -> str:
    places = decimals(currency)
    return f"{amount / 10**places:.{places}f}"
