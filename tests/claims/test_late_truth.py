"""What turns out later about a refund that nobody knew of settles it and moves its case."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from claims import clock, effects, late_truth
from claims.late_truth import Truth, WasNotPaid, WasPaid
from claims.models import Effect, Incident, Item, JournalEntry, Refund
from claims.rules import Rules
from tests.claims.money.test_unclear_refunds import decided, given_up
from tests.support.cases import AGENT, press

FOUND = WasPaid("found-1")


def told(session: Session, rules: Rules, *truths: Truth | None) -> Refund:
    """The truth about each share, in their order; None where nobody knows."""
    refund = session.scalars(select(Refund)).one()
    assert refund.effect_id is not None
    known = {s.id: t for s, t in zip(refund.shares, truths, strict=True) if t is not None}
    late_truth.settle_unknown_refund(session, rules, refund.effect_id, known, "the reconciliation")
    session.expire_all()
    return refund


def unresolved(session: Session) -> list[str]:
    of_kind = select(Incident.kind).where(Incident.resolved_at.is_(None))
    return list(session.scalars(of_kind))


def test_a_refund_that_is_found_paid_is_settled_and_moves_its_item(
    session: Session, rules: Rules
) -> None:
    item = given_up(session, rules, [1000], "unclear")

    refund = told(session, rules, FOUND)

    assert (refund.status, refund.paid_amount) == ("paid", 1000)
    assert refund.shares[0].provider_reference == "found-1"
    assert item.state == "goodwill-paid"
    assert unresolved(session) == []
    last = session.scalars(select(JournalEntry).where(JournalEntry.event == "refund-paid")).one()
    assert (last.actor_kind, last.actor_name) == ("worker", "the reconciliation")


def test_a_refund_that_is_found_unpaid_is_free_to_be_asked_for_again(
    session: Session, rules: Rules
) -> None:
    item = given_up(session, rules, [1000], "unclear")

    refund = told(session, rules, WasNotPaid())

    assert (refund.status, item.state, item.line.refund_held) == ("refused", "refund-refused", 0)
    assert unresolved(session) == []
    press(session, rules, item, "refund", AGENT, amount="10.00")
    assert item.state == "refunding"


def test_of_a_refund_over_two_payments_the_found_half_stays_paid(
    session: Session, rules: Rules
) -> None:
    item = given_up(session, rules, [1000, 2000], "unclear", "unclear")

    refund = told(session, rules, FOUND, WasNotPaid())

    assert (refund.status, refund.paid_amount) == ("paid", 1000)
    assert [share.status for share in refund.shares] == ["paid", "released"]
    assert item.line.refund_held == 1000


def test_half_of_the_truth_is_kept_and_the_rest_waited_for(session: Session, rules: Rules) -> None:
    item = given_up(session, rules, [1000, 2000], "unclear", "unclear")

    refund = told(session, rules, FOUND, None)

    assert [share.status for share in refund.shares] == ["paid", "held"]
    assert (refund.status, item.state) == ("unclear", "refund-unclear")

    assert told(session, rules, None, WasPaid("found-2")).status == "paid"
    assert item.state == "goodwill-paid"


def test_what_a_person_has_decided_no_late_truth_turns_over(session: Session, rules: Rules) -> None:
    item = given_up(session, rules, [1000], "unclear")
    decided(session, rules, item, "confirm-not-paid")

    refund = told(session, rules, FOUND)

    assert (refund.status, item.state) == ("refused", "refund-refused")


def test_the_truth_told_twice_settles_once(session: Session, rules: Rules) -> None:
    given_up(session, rules, [1000], "unclear")

    told(session, rules, FOUND)
    told(session, rules, FOUND)

    said = select(JournalEntry).where(JournalEntry.event == "refund-paid")
    assert len(session.scalars(said).all()) == 1


def test_the_worker_that_held_it_before_can_no_longer_write(session: Session, rules: Rules) -> None:
    item = given_up(session, rules, [1000], "unclear")
    effect = session.scalars(select(Effect).where(Effect.kind == "refund.pay")).one()
    before = effects.Taken(effect.id, effect.epoch, "tests")
    told(session, rules, FOUND)

    assert not effects.finish(session, rules, before, "refused", "Too late.", {})

    assert session.get_one(Item, item.id).state == "goodwill-paid"


def test_an_unknown_refund_is_asked_about_less_and_less_often(
    session: Session, rules: Rules
) -> None:
    given_up(session, rules, [1000], "unclear")
    assert late_truth.next_to_ask_about(session) is None
    effect = session.scalars(select(Effect).where(Effect.status == "unknown")).one()
    now = clock.now(session)

    waits = []
    for hours in (0, 1, 4, 10, 1000):
        effect.asked_at, effect.due_at = now - timedelta(hours=hours), now
        session.flush()
        assert late_truth.next_to_ask_about(session) == effect.id
        waits.append((effect.due_at - now) / timedelta(hours=1))

    assert waits == [1, 1, 2, 5, 24]


def test_a_webhook_has_it_asked_about_at_once(session: Session, rules: Rules) -> None:
    given_up(session, rules, [1000], "unclear")
    effect_id = session.scalars(select(Effect.id).where(Effect.status == "unknown")).one()

    assert late_truth.ask_soon(session, effect_id)

    assert late_truth.next_to_ask_about(session) == effect_id
    assert late_truth.next_to_ask_about(session) is None
