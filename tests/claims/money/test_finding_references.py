"""One refund at the provider is found to be one of ours, whoever says and confirms it, and when."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from claims import effects, finding_out
from claims.models import Item, Refund
from claims.money import findings
from claims.refusals import InvalidInput, Refused
from claims.rules import Rules
from tests.support.cases import (
    AGENT,
    COLLEAGUE,
    FINANCE,
    LEAD,
    claim_first,
    press,
    waiting_effects,
)
from tests.support.shop import Line, an_order

Sessions = sessionmaker[Session]


def unclear(session: Session, rules: Rules, *payments: int) -> Item:
    """A refund of all that was paid; it was sent, and nobody knows what became of it."""
    order = an_order(session, [Line(unit_price=sum(payments))], payments=payments)
    item = claim_first(session, rules, order, resolution="goodwill")
    press(session, rules, item, "refund", AGENT, amount=f"{sum(payments) / 100:.2f}")
    due = [effect.id for effect in waiting_effects(session, item)]
    [taken] = effects.take(session, "tests", timedelta(seconds=60), 1, due)
    for share in the_refund(session, item).shares:
        effects.begin_attempt(session, taken, f"k-{share.id}", "h", share_id=share.id)
    effects.give_to_a_person(session, rules, taken, "Nobody knows.", {})
    session.flush()
    session.expire_all()
    return item


def the_refund(session: Session, item: Item) -> Refund:
    return session.scalars(select(Refund).where(Refund.item_id == item.id)).one()


def say(session: Session, rules: Rules, item: Item) -> None:
    number = the_refund(session, item).id
    finding_out.propose(session, rules, number, "paid", "re_77", "Seen.", COLLEAGUE)


def confirm(session: Session, rules: Rules, item: Item) -> None:
    press(session, rules, item, "confirm-paid", FINANCE, word="Seen")


def test_what_waits_for_a_second_person_holds_its_reference(session: Session, rules: Rules) -> None:
    first, second = unclear(session, rules, 1000), unclear(session, rules, 700)
    say(session, rules, first)

    with pytest.raises(InvalidInput) as invalid:
        say(session, rules, second)

    [said] = invalid.value.fields.values()
    number = first.reclamation.number
    assert said.startswith(f"{COLLEAGUE.name} found that the €10.00 of {number} was paid under re_")


@pytest.mark.parametrize("payments", [[1000], [600, 400]])
def test_what_was_confirmed_holds_its_reference(
    session: Session, rules: Rules, payments: list[int]
) -> None:
    """Of a refund over two payments nobody said which of them the reference belongs to."""
    first, second = unclear(session, rules, *payments), unclear(session, rules, 700)
    say(session, rules, first)
    confirm(session, rules, first)

    with pytest.raises(InvalidInput):
        say(session, rules, second)


def test_what_was_rejected_holds_no_reference(session: Session, rules: Rules) -> None:
    first, second = unclear(session, rules, 1000), unclear(session, rules, 700)
    say(session, rules, first)
    finding = findings.of_item(first)
    assert finding is not None
    seen = findings.seen(finding)
    finding_out.reject(session, rules, finding.refund_id, seen, "Another one.", LEAD)

    say(session, rules, second)


def test_said_of_two_at_the_same_moment_neither_is_confirmed_until_one_is_rejected(
    sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        ids = [unclear(session, rules, amount).id for amount in (1000, 700)]
    with sessions.begin() as one, sessions.begin() as other:
        say(one, rules, one.get_one(Item, ids[0]))
        say(other, rules, other.get_one(Item, ids[1]))

    for item_id in ids:
        with sessions.begin() as session, pytest.raises(Refused, match="was paid under re_77"):
            confirm(session, rules, session.get_one(Item, item_id))
    with sessions.begin() as session:
        finding = findings.of_item(session.get_one(Item, ids[0]))
        assert finding is not None
        seen = findings.seen(finding)
        finding_out.reject(session, rules, finding.refund_id, seen, "The other one.", LEAD)
        confirm(session, rules, session.get_one(Item, ids[1]))
        assert the_refund(session, session.get_one(Item, ids[1])).status == "paid"
