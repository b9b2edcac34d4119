"""A person decides what became of a refund that nobody knows, also where it was half under way."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from claims import effects
from claims.models import Attempt, Effect, Incident, Item, Refund
from claims.outside import IN_FLIGHT
from claims.refusals import Refused
from claims.rules import Rules
from tests.support.cases import AGENT, claim_first, decide, press
from tests.support.shop import Line, an_order

LONG_AGO = IN_FLIGHT + timedelta(minutes=1)


def given_up(
    session: Session, rules: Rules, payments: list[int], *sent: str, ago: timedelta = LONG_AGO
) -> Item:
    """A refund over payments of which the first shares were sent, and then nobody knew."""
    order = an_order(session, [Line(unit_price=sum(payments))], payments=payments)
    item = claim_first(session, rules, order, resolution="goodwill")
    press(session, rules, item, "refund", AGENT, amount=f"{sum(payments) / 100:.2f}")
    [taken] = effects.take(session, "tests", timedelta(seconds=60), 1)
    refund = session.scalars(select(Refund)).one()
    for share, became in zip(refund.shares, sent, strict=False):
        effects.begin_attempt(session, taken, f"k-{share.position}", "h", share_id=share.id)
        if became == "paid":
            effects.settle_share(session, taken, share.id, "paid", f"r-{share.position}", {})
    session.execute(update(Attempt).values(at=Attempt.at - ago))
    effects.give_to_a_person(session, rules, taken, "Nobody knows.", {})
    session.flush()
    session.expire_all()
    return item


def decided(session: Session, rules: Rules, item: Item, event: str) -> Refund:
    decide(session, rules, item, event)
    session.flush()
    session.expire_all()
    return session.scalars(select(Refund)).one()


def test_what_was_never_sent_is_not_taken_for_paid(session: Session, rules: Rules) -> None:
    item = given_up(session, rules, [1000, 2000, 500], "paid", "unclear")

    refund = decided(session, rules, item, "confirm-paid")

    assert [share.status for share in refund.shares] == ["paid", "paid", "released"]
    assert (refund.status, refund.paid_amount) == ("paid", 3000)
    assert item.line.refund_held == 3000
    assert item.state == "goodwill-paid"
    open_ones = session.scalars(select(Incident).where(Incident.resolved_at.is_(None))).all()
    assert [incident.kind for incident in open_ones] == ["refund-partly-sent"]
    assert "€5.00 of €35.00" in open_ones[0].sentence


def test_what_was_never_sent_is_not_taken_for_paid_where_all_that_was_sent_is_known_to_be(
    session: Session, rules: Rules
) -> None:
    item = given_up(session, rules, [1000, 2000], "paid")

    refund = decided(session, rules, item, "confirm-paid")

    assert [share.status for share in refund.shares] == ["paid", "released"]
    assert (refund.status, refund.paid_amount) == ("paid", 1000)
    open_ones = session.scalars(select(Incident).where(Incident.resolved_at.is_(None))).all()
    assert [incident.kind for incident in open_ones] == ["refund-partly-sent"]


def test_nobody_confirms_that_it_was_not_paid_while_a_request_may_still_arrive(
    session: Session, rules: Rules
) -> None:
    item = given_up(session, rules, [1000], "unclear", ago=timedelta(minutes=14))

    with pytest.raises(Refused, match="may still arrive at the provider until"):
        decide(session, rules, item, "confirm-not-paid")
    assert session.scalars(select(Refund)).one().status == "unclear"


def test_that_it_was_paid_can_be_confirmed_at_once(session: Session, rules: Rules) -> None:
    item = given_up(session, rules, [1000], "unclear", ago=timedelta(0))

    assert decided(session, rules, item, "confirm-paid").status == "paid"


def test_a_refund_of_which_nothing_was_sent_is_paid_as_the_person_says(
    session: Session, rules: Rules
) -> None:
    item = given_up(session, rules, [1000, 500])

    refund = decided(session, rules, item, "confirm-paid")

    assert [share.status for share in refund.shares] == ["paid", "paid"]
    assert refund.paid_amount == 1500


def test_of_a_half_paid_refund_that_was_not_paid_the_rest_is_free_again(
    session: Session, rules: Rules
) -> None:
    item = given_up(session, rules, [1000, 2000, 500], "paid", "unclear")

    refund = decided(session, rules, item, "confirm-not-paid")
    press(session, rules, item, "refund", AGENT, amount="25.00")

    assert (refund.status, refund.paid_amount) == ("paid", 1000)
    assert item.state == "refunding"
    keys = session.scalars(select(Effect.key).where(Effect.kind == "refund.pay")).all()
    assert len(set(keys)) == 2
