"""Under which key a refund is asked for: the same when it is filed again, another for another."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session

from claims.models import Effect, Item, Order
from claims.rules import Rules
from tests.support.cases import AGENT, LEAD, claim_first, press, work_off
from tests.support.shop import Line, an_order

LINES = [Line(quantity=3, unit_price=1000), Line("MUG", "Mug", 1, 1000)]


def refund(session: Session, rules: Rules, item: Item, amount: str = "5.00") -> str:
    """Ask for a goodwill; gives its key."""
    press(session, rules, item, "refund", AGENT, amount=amount)
    newest = select(Effect.key).where(Effect.item_id == item.id, Effect.kind == "refund.pay")
    return session.scalars(newest.order_by(Effect.id.desc())).first() or ""


@contextmanager
def lost(session: Session, rules: Rules) -> Iterator[None]:
    """What happens within is in no backup; the definitions, which a claim writes, are."""
    goodwill(session, rules, an_order(session, LINES))
    savepoint = session.begin_nested()
    yield
    savepoint.rollback()
    session.expire_all()


def goodwill(
    session: Session, rules: Rules, order: Order, quantity: int = 1, line: int = 0
) -> Item:
    return claim_first(session, rules, order, resolution="goodwill", quantity=quantity, line=line)


def test_a_claim_that_is_filed_again_under_another_number_has_the_same_key(
    session: Session, rules: Rules
) -> None:
    order = an_order(session, LINES)
    with lost(session, rules):
        first = goodwill(session, rules, order)
        number, key = first.reclamation.number, refund(session, rules, first)

    again = goodwill(session, rules, order)

    assert again.reclamation.number != number
    assert refund(session, rules, again) == key


def test_the_other_lines_of_a_claim_and_its_order_do_not_matter(
    session: Session, rules: Rules
) -> None:
    order = an_order(session, LINES)
    with lost(session, rules):
        keys = [
            refund(session, rules, goodwill(session, rules, order, line=line)) for line in (0, 1)
        ]

    turned = [refund(session, rules, goodwill(session, rules, order, line=line)) for line in (1, 0)]

    assert turned == keys[::-1]


def test_pieces_lines_and_orders_have_keys_of_their_own(session: Session, rules: Rules) -> None:
    orders = [an_order(session, LINES), an_order(session, LINES)]

    keys = [
        refund(session, rules, goodwill(session, rules, order, line=line))
        for order in orders
        for line in (0, 0, 0, 1)
    ]

    assert len(set(keys)) == 8


def test_goodwill_for_the_same_piece_once_more_is_another_refund(
    session: Session, rules: Rules
) -> None:
    order = an_order(session, LINES)
    keys = []
    for _ in range(3):
        item = goodwill(session, rules, order)
        assert [(each.lower, each.upper) for each in item.pieces] == [(1, 2)]
        keys.append(refund(session, rules, item, "2.00"))
        work_off(session, rules, item)

    assert len(set(keys)) == 3


def test_more_pieces_that_begin_with_one_that_was_refunded_are_another_refund(
    session: Session, rules: Rules
) -> None:
    order = an_order(session, LINES)
    one = goodwill(session, rules, order)
    first = refund(session, rules, one, "2.00")
    work_off(session, rules, one)

    both = goodwill(session, rules, order, quantity=2)

    assert refund(session, rules, both, "2.00") != first


def test_what_was_refused_and_is_asked_for_again_is_another_refund(
    session: Session, rules: Rules
) -> None:
    item = goodwill(session, rules, an_order(session, LINES))
    first = refund(session, rules, item)
    work_off(session, rules, item, "refused")

    assert refund(session, rules, item) != first


def test_a_piece_that_is_claimed_again_after_a_rejection_is_refunded_as_if_it_were_the_first(
    session: Session, rules: Rules
) -> None:
    order = an_order(session, LINES)
    with lost(session, rules):
        key = refund(session, rules, goodwill(session, rules, order))
    press(session, rules, goodwill(session, rules, order), "reject", LEAD, reason="Worn")

    assert refund(session, rules, goodwill(session, rules, order)) == key
