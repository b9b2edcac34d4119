"""An effect that takes its worker down with it is set aside, and the others keep their pace."""

from datetime import timedelta

from claims.effects import begin_attempt
from tasks.effects.carry_out import carry_out_next
from tasks.effects.crashes import MOST_CRASHES
from tasks.effects.job import Job, digest
from tasks.workshop import Workshop
from tests.tasks.desk import PRICE, Desk


class Died(BaseException):
    """As the kernel ends a process: nothing of the worker runs any more."""


def die(shop: Workshop, job: Job) -> None:
    with shop.transaction() as session:
        begin_attempt(session, job.taken, job.key, digest(job.request))
    raise Died


def take_and_die(desk: Desk, shop: Workshop, effect: int) -> None:
    try:
        carry_out_next(shop, effect, {"refund.pay": die})
    except Died:
        desk.pass_time(shop.lease + timedelta(seconds=1))


def test_an_effect_that_kills_whoever_takes_it_becomes_an_incident(
    desk: Desk, workshop: Workshop
) -> None:
    effect = desk.ask_refund()

    for _ in range(MOST_CRASHES):
        take_and_die(desk, workshop, effect)
    carry_out_next(workshop, effect, {"refund.pay": die})

    seen = desk.see(effect)
    assert (seen.status, seen.refund) == ("unknown", "unclear")
    assert seen.incidents == ["effect-unknown"]
    assert f"{MOST_CRASHES} workers" in seen.word
    assert len(seen.attempts) == MOST_CRASHES


def test_workers_that_died_of_something_else_do_not_count_once_it_was_answered(
    desk: Desk, workshop: Workshop
) -> None:
    effect = desk.ask_refund()

    for _ in range(MOST_CRASHES - 1):
        take_and_die(desk, workshop, effect)
    seen = desk.work_off(workshop, effect)

    assert seen.status == "done"
    assert desk.paid() == [PRICE]
