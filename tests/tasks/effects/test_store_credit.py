"""Store credit is given by our own database while the provider is asked for nothing of it."""

from dataclasses import replace

from sqlalchemy.orm import Session, sessionmaker

from claims.models import Effect, Order
from claims.money import store_credit
from tasks.effects.carry_out import carry_out_next
from tasks.workshop import Workshop
from tests.support.terms import with_resolution
from tests.tasks.desk import PRICE, Desk

Sessions = sessionmaker[Session]


def balance(sessions: Sessions, effect_id: int) -> int:
    with sessions() as session:
        order: Order = session.get_one(Effect, effect_id).reclamation.order
        return store_credit.balance_of(session, order)


def test_a_payment_by_store_credit_is_given_back_as_that_without_a_call(
    desk: Desk, workshop: Workshop, sessions: Sessions
) -> None:
    effect = desk.ask_refund([1000, 1499], provider="store-credit")

    seen = desk.work_off(workshop, effect)

    assert (seen.status, seen.refund, seen.state) == ("done", "paid", "goodwill-paid")
    assert seen.shares == [(1000, "paid"), (1499, "paid")]
    assert seen.attempts == []
    assert desk.paid() == []
    assert balance(sessions, effect) == PRICE


def test_the_resolution_can_ask_for_store_credit_instead_of_the_money(
    desk: Desk, workshop: Workshop, sessions: Sessions
) -> None:
    rules = with_resolution(desk.rules, "goodwill", as_store_credit=True)
    effect = replace(desk, rules=rules).ask_refund()

    seen = desk.work_off(workshop, effect)

    assert (seen.status, desk.paid()) == ("done", [])
    assert balance(sessions, effect) == PRICE


def test_carried_out_again_it_gives_nothing_more(
    desk: Desk, workshop: Workshop, sessions: Sessions
) -> None:
    effect = desk.ask_refund(provider="store-credit")
    desk.work_off(workshop, effect)

    for _ in range(3):
        carry_out_next(workshop, effect)

    assert balance(sessions, effect) == PRICE
