"""A new order is cancelled until it is sent, once, and the item is free for another way."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from claims import effects
from claims.claimable import Wanted, claimable
from claims.claiming import claim
from claims.models import Attempt, Effect, Incident, Item, Order, Payment, WorkflowVersion
from claims.refusals import Refused
from tasks.effects.carry_out import carry_out_next
from tasks.effects.job import job_of
from tasks.effects.table import HANDLERS
from tasks.workshop import Workshop
from tests.support.cases import AGENT, WAREHOUSE, press
from tests.support.mail import Mailbox
from tests.support.parts import eventually
from tests.support.shop import an_order
from tests.tasks.desk import Desk

pytestmark = pytest.mark.usefixtures("mailbox")


def ordered(desk: Desk, workshop: Workshop) -> int:
    """An item whose replacement is ordered and not sent; gives its key."""
    return desk.walk(
        ("accept", AGENT, {}),
        ("replace", AGENT, {}),
        workshop=workshop,
        reason="faulty",
        resolution="replacement",
    )


def press_at(desk: Desk, item_id: int, event: str, **typed: str) -> None:
    with desk.sessions.begin() as session:
        who = WAREHOUSE if event == "replacement-sent" else AGENT
        press(session, desk.rules, session.get_one(Item, item_id), event, who, **typed)


def orders_of(session: Session, item_id: int) -> list[Order]:
    return list(
        session.scalars(select(Order).where(Order.origin_item_id == item_id).order_by(Order.id))
    )


def only_order(session: Session, item_id: int) -> Order:
    [order] = orders_of(session, item_id)
    return order


def cancelling(desk: Desk, item_id: int) -> int:
    """The effect that is to cancel; asked for, and not carried out."""
    press_at(desk, item_id, "cancel-replacement")
    with desk.sessions() as session:
        return session.scalars(select(Effect.id).where(Effect.kind == "replacement.cancel")).one()


def test_what_is_not_sent_is_cancelled_and_cannot_be_claimed(
    desk: Desk, workshop: Workshop
) -> None:
    item = ordered(desk, workshop)

    seen = desk.work_off(workshop, cancelling(desk, item))

    assert (seen.status, seen.state) == ("done", "accepted")
    with desk.sessions() as session:
        order = only_order(session, item)
        assert seen.word == f"Order {order.number} was cancelled."
        assert (order.status, [line.status for line in order.lines]) == ("cancelled", ["cancelled"])
        assert [(can.left, can.why_none) for can in claimable(order)] == [
            (0, "This line was cancelled.")
        ]


def test_after_it_the_item_is_replaced_once_more_by_an_order_of_its_own(
    desk: Desk, workshop: Workshop, mailbox: Mailbox
) -> None:
    item = ordered(desk, workshop)
    desk.work_off(workshop, cancelling(desk, item))

    press_at(desk, item, "replace")
    desk.carry_out_all(workshop)
    press_at(desk, item, "replacement-sent")
    desk.carry_out_all(workshop)

    assert desk.state_of(item) == "replaced"
    with desk.sessions() as session:
        first, second = orders_of(session, item)
        assert (first.status, second.status) == ("cancelled", "sent")
        assert second.number == f"{first.number}.2"
    subjects = [str(letter["Subject"]) for letter in mailbox.letters]
    assert len([each for each in subjects if "is on its way" in each]) == 1


def test_an_order_that_is_sent_already_is_not_cancelled_and_a_person_hears_of_it(
    desk: Desk, workshop: Workshop
) -> None:
    item = ordered(desk, workshop)
    effect = cancelling(desk, item)
    with desk.sessions.begin() as session:
        only_order(session, item).status = "sent"

    seen = desk.work_off(workshop, effect)

    assert (seen.status, seen.state) == ("refused", "replacement-ordered")
    assert seen.word.endswith("is sent already; have it sent back instead.")
    with desk.sessions() as session:
        assert only_order(session, item).status == "sent"
        asked = select(Effect.use).where(Effect.item_id == item)
        assert "tell-agents" in session.scalars(asked).all()


def test_an_order_that_somebody_paid_for_is_not_cancelled(desk: Desk, workshop: Workshop) -> None:
    item = ordered(desk, workshop)
    effect = cancelling(desk, item)
    with desk.sessions.begin() as session:
        session.add(
            Payment(
                order=only_order(session, item),
                position=1,
                provider="sandbox",
                reference="for the freight",
                captured=0,
                currency="EUR",
            )
        )

    assert "was paid for" in desk.work_off(workshop, effect).word


def test_an_order_on_which_something_is_claimed_is_not_cancelled(
    desk: Desk, workshop: Workshop
) -> None:
    item = ordered(desk, workshop)
    effect = cancelling(desk, item)
    with desk.sessions.begin() as session:
        order = only_order(session, item)
        number = claim(session, desk.rules, order.id, [wanted_of(order)], AGENT).number

    seen = desk.work_off(workshop, effect)

    assert (seen.status, seen.state) == ("refused", "replacement-ordered")
    assert f"is claimed on {number}; settle that first." in seen.word


def test_whoever_claims_on_it_at_the_same_moment_comes_first_or_finds_it_cancelled(
    desk: Desk, workshop: Workshop
) -> None:
    item = ordered(desk, workshop)
    effect = cancelling(desk, item)
    with ThreadPoolExecutor(1) as worker, desk.sessions.begin() as session:
        order = only_order(session, item)
        claim(session, desk.rules, order.id, [wanted_of(order)], AGENT)
        cancelled = worker.submit(carry_out_next, workshop, effect)
        eventually(lambda: somebody_waits_for_a_lock(desk), 20, "the worker at the order's lock")
        session.commit()
        assert cancelled.result()

    assert desk.see(effect).status == "refused"


def somebody_waits_for_a_lock(desk: Desk) -> bool:
    with desk.sessions() as session:
        return bool(session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def wanted_of(order: Order) -> Wanted:
    return Wanted(order.lines[0].id, 1, "faulty", "replacement")


def test_where_no_order_is_known_there_is_nothing_to_cancel(desk: Desk, workshop: Workshop) -> None:
    item = ordered(desk, workshop)
    effect = cancelling(desk, item)
    with desk.sessions.begin() as session:
        only_order(session, item).origin_item_id = None

    assert "nothing to cancel" in desk.work_off(workshop, effect).word


def test_a_worker_that_dies_over_it_leaves_the_order_to_the_next_one(
    desk: Desk, workshop: Workshop
) -> None:
    item = ordered(desk, workshop)
    key = cancelling(desk, item)
    with desk.sessions.begin() as session:
        [taken] = effects.take(session, "dies", timedelta(seconds=60), 1, [key])
        effects.begin_attempt(session, taken, "a key", "a hash")
    desk.pass_time(timedelta(minutes=2), for_provider=False)

    seen = desk.work_off(workshop, key)

    assert (seen.status, seen.state) == ("done", "accepted")
    assert seen.attempts == [("call", None), ("call", "done")]


def test_one_that_comes_late_writes_nothing(desk: Desk, workshop: Workshop) -> None:
    item = ordered(desk, workshop)
    key = cancelling(desk, item)
    with desk.sessions.begin() as session:
        [taken] = effects.take(session, "slow", timedelta(seconds=1), 1, [key])
        stale = job_of(session.get_one(Effect, key), taken)
    desk.pass_time(timedelta(minutes=2), for_provider=False)
    assert carry_out_next(workshop, key)
    press_at(desk, item, "replace")
    desk.carry_out_all(workshop)

    HANDLERS["replacement.cancel"](workshop, stale)

    with desk.sessions() as session:
        assert [order.status for order in orders_of(session, item)] == ["cancelled", "ordered"]
        assert session.scalars(select(Attempt.result).where(Attempt.effect_id == key)).all() == [
            "done"
        ]
        assert session.scalars(select(Incident)).all() == []


def test_what_was_cancelled_elsewhere_cannot_be_sent(desk: Desk, workshop: Workshop) -> None:
    item = ordered(desk, workshop)
    with desk.sessions.begin() as session:
        only_order(session, item).status = "cancelled"

    with pytest.raises(Refused, match="was cancelled; there is nothing to send"):
        press_at(desk, item, "replacement-sent")

    seen = desk.work_off(workshop, cancelling(desk, item))
    assert (seen.status, seen.state) == ("done", "accepted")


def test_a_case_that_began_before_goes_on_as_its_own_version_says(
    desk: Desk, workshop: Workshop
) -> None:
    """Then a replacement was settled as soon as it was ordered, and could not be cancelled."""
    now = desk.rules.definitions["item-faulty"]
    straight = "to: replaced, effect: write-replaced, send-reclamation: item-settled }"
    before = now.text.replace("to: replacement-ordered, happy: true }", straight)
    assert before != now.text
    with desk.sessions.begin() as session:
        session.add(
            WorkflowVersion(
                hash="0" * 64,
                name=now.name,
                subject="item",
                text=before,
                first_used_at=session.scalars(select(text("now()"))).one(),
            )
        )
        bought = an_order(session)
        item = claim(session, desk.rules, bought.id, [wanted_of(bought)], AGENT).items[0].id
        session.execute(update(Item).values(workflow_hash="0" * 64))

    press_at(desk, item, "accept")
    press_at(desk, item, "replace")
    desk.carry_out_all(workshop)

    assert desk.state_of(item) == "replaced"
    with desk.sessions() as session:
        assert session.get_one(Item, item).reclamation.state == "closed"
        assert only_order(session, item).status == "ordered"
