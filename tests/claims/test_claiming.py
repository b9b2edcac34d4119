"""Filing a reclamation: what may be claimed, by whom, and how often."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from claims import cases
from claims.claimable import Wanted, claimable
from claims.claiming import claim
from claims.models import Item, Reclamation
from claims.money.amounts import count
from claims.refusals import NotAllowed, Refused
from claims.rules import Rules
from tests.support.cases import AGENT, LEAD, WAREHOUSE, claim_first, press
from tests.support.shop import Line, an_order


def test_claiming_nothing_is_refused_with_a_sentence(session: Session, rules: Rules) -> None:
    order = an_order(session)

    with pytest.raises(Refused, match="Nothing is selected"):
        claim(session, rules, order.id, [], AGENT)


def test_several_lines_become_items_of_one_reclamation(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(quantity=3), Line("MUG", "Mug", 2, 900)])

    wanted = [
        Wanted(order.lines[0].id, 2, "does-not-fit", "refund"),
        Wanted(order.lines[1].id, 1, "faulty", "replacement", "the handle is off"),
    ]
    reclamation = claim(session, rules, order.id, wanted, AGENT)

    assert [(item.quantity, item.workflow) for item in reclamation.items] == [
        (2, "item-return"),
        (1, "item-faulty"),
    ]
    assert reclamation.state == "open"


def test_claiming_moves_nothing_and_asks_for_nothing(session: Session, rules: Rules) -> None:
    item = claim_first(session, rules, an_order(session))

    assert item.state == "reported"
    assert item.reclamation.effects == []
    assert [entry.kind for entry in item.reclamation.journal] == ["claim"]


def test_no_more_can_be_claimed_than_was_bought(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(quantity=2)])

    with pytest.raises(Refused, match="3 were asked for, and 2 of the 2 bought"):
        claim_first(session, rules, order, quantity=3)


def test_a_quantity_below_one_is_refused(session: Session, rules: Rules) -> None:
    with pytest.raises(Refused, match="at least 1, not 0"):
        claim_first(session, rules, an_order(session), quantity=0)


def test_pieces_claimed_already_cannot_be_claimed_again(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(quantity=3)])
    first = claim_first(session, rules, order, quantity=2)

    with pytest.raises(Refused, match="2 were asked for, and 1 of the 3"):
        claim_first(session, rules, order, quantity=2)
    claim_first(session, rules, order, quantity=1)
    loaded = cases.load_orders(session, {order.id})[order.id]

    [left] = claimable(loaded)
    assert left.left == 0
    assert left.why_none is not None
    assert first.reclamation.number in left.why_none


def test_an_order_may_have_several_reclamations(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(quantity=2)])

    numbers = {claim_first(session, rules, order).reclamation.number for _ in range(2)}

    assert len(numbers) == 2


def test_rejected_pieces_can_be_claimed_again(session: Session, rules: Rules) -> None:
    order = an_order(session)
    item = claim_first(session, rules, order)

    press(session, rules, item, "reject", AGENT, reason="worn")

    assert claim_first(session, rules, order).pieces == item.pieces


def test_an_unknown_reason_is_refused_with_the_ones_there_are(
    session: Session, rules: Rules
) -> None:
    with pytest.raises(Refused, match="does-not-fit"):
        claim_first(session, rules, an_order(session), reason="does-not-suit")


def test_a_double_click_claims_once(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(quantity=2)])
    wanted = [Wanted(order.lines[0].id, 1, "does-not-fit", "refund")]

    first = claim(session, rules, order.id, wanted, AGENT, request_token="form-1")
    second = claim(session, rules, order.id, wanted, AGENT, request_token="form-1")

    assert first is second
    assert len(session.scalars(select(Reclamation)).all()) == 1


def test_the_warehouse_files_no_claims(session: Session, rules: Rules) -> None:
    order = an_order(session)

    with pytest.raises(NotAllowed, match="agent or a lead"):
        claim(session, rules, order.id, [], WAREHOUSE)


def test_only_a_closed_reclamation_is_followed_up(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(quantity=2)])
    item = claim_first(session, rules, order)
    wanted = [Wanted(order.lines[0].id, 1, "faulty", "refund")]

    with pytest.raises(Refused, match="still open"):
        claim(session, rules, order.id, wanted, LEAD, follow_up_of_id=item.reclamation_id)
    press(session, rules, item, "reject", AGENT, reason="worn")
    later = claim(session, rules, order.id, wanted, LEAD, follow_up_of_id=item.reclamation_id)

    assert later.follow_up_of is item.reclamation


def test_the_database_refuses_pieces_that_somebody_holds(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(quantity=2)])
    item = claim_first(session, rules, order)
    other = claim_first(session, rules, order)

    other.pieces = item.pieces
    with pytest.raises(IntegrityError, match="pieces_claimed_once"):
        session.flush()


def test_the_database_refuses_pieces_that_were_never_bought(session: Session, rules: Rules) -> None:
    item = claim_first(session, rules, an_order(session, [Line(quantity=2)]))

    session.refresh(item)
    item.quantity = 3
    with pytest.raises(IntegrityError, match="do not fit"):
        session.flush()


def test_pieces_are_handed_out_from_the_lowest(session: Session, rules: Rules) -> None:
    order = an_order(session, [Line(quantity=5)])
    claim_first(session, rules, order, quantity=2)
    claim_first(session, rules, order, quantity=2)

    pieces = [item.pieces for item in session.scalars(select(Item).order_by(Item.id))]

    assert [(count(p), p[0].lower) for p in pieces] == [(2, 1), (2, 3)]
