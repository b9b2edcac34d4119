"""In rows that were restored, what was paid since may be missing: it is looked up first."""

from datetime import timedelta

from sqlalchemy import text

from claims.incarnations import was_restored
from tasks.effects.carry_out import carry_out_next
from tasks.workshop import Workshop
from tests.tasks.desk import PRICE, Desk


def live_elsewhere_before(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        session.execute(text("INSERT INTO incarnations VALUES ('another', redress_now())"))


def test_a_database_knows_itself(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        first = was_restored(session)
    with desk.sessions.begin() as session:
        again = was_restored(session)

    assert (first, again) == (False, False)


def test_rows_that_lived_in_another_database_were_restored(desk: Desk) -> None:
    live_elsewhere_before(desk)

    with desk.sessions.begin() as session:
        assert was_restored(session)


def test_what_was_never_paid_is_looked_up_and_paid_under_its_first_key(
    desk: Desk, workshop: Workshop
) -> None:
    live_elsewhere_before(desk)
    effect = desk.ask_refund()

    seen = desk.work_off(workshop, effect)

    assert seen.attempts == [("look-up", "absent"), ("call", "done")]
    assert desk.paid() == [PRICE]


def test_what_was_paid_before_is_adopted_although_the_key_is_forgotten(
    desk: Desk, workshop: Workshop
) -> None:
    effect = desk.ask_refund()
    desk.misbehave({"kind": "drop-after"})
    carry_out_next(workshop, effect)
    with desk.owner_sessions.begin() as session:
        session.execute(text("DELETE FROM attempts"))  # as the dump of before has it
        session.execute(text("UPDATE effects SET tries = 0, due_at = redress_now()"))
    live_elsewhere_before(desk)
    desk.pass_time(timedelta(hours=25))

    seen = desk.work_off(workshop, effect)

    assert seen.attempts == [("look-up", "done")]
    assert desk.paid() == [PRICE]
