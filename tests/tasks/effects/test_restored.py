"""In rows that were restored, what was paid since may be missing: it is looked up first."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from claims import clock
from claims.incarnations import restored_at
from claims.models import Effect, Item, Order, Reclamation
from tasks.effects.carry_out import carry_out_next
from tasks.workshop import Workshop
from tests.support.cases import AGENT, claim_first, press
from tests.support.loopback import http
from tests.support.shop import Line, an_order
from tests.tasks.desk import PRICE, Desk


def live_elsewhere_before(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        session.execute(text("INSERT INTO incarnations VALUES ('another', redress_now())"))


def test_a_database_knows_itself(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        first = restored_at(session)
    with desk.sessions.begin() as session:
        again = restored_at(session)

    assert (first, again) == (None, None)


def test_rows_that_lived_in_another_database_were_restored(desk: Desk) -> None:
    live_elsewhere_before(desk)

    with desk.sessions.begin() as session:
        assert restored_at(session) == clock.now(session)


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


class Anew:
    """An order of two lines, the first of two pieces, whose claims may be lost and filed again."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        with desk.sessions.begin() as session:
            lines = [Line(quantity=2, unit_price=PRICE), Line("MUG", "Mug", 1, PRICE)]
            order = an_order(session, lines, shipping=5 * PRICE)
            self.order, self.payment = order.id, order.payments[0].reference
        desk.sandbox.register_payment(self.payment, 8 * PRICE)

    def file(
        self, session: Session, quantity: int = 1, line: int = 0, amount: int | None = None
    ) -> Item:
        """A claim, and its refund asked for."""
        order = session.get_one(Order, self.order)
        item = claim_first(
            session, self.desk.rules, order, resolution="goodwill", quantity=quantity, line=line
        )
        self.ask(session, item, amount or quantity * PRICE)
        return item

    def ask(self, session: Session, item: Item, amount: int = PRICE) -> None:
        press(session, self.desk.rules, item, "refund", AGENT, amount=f"{amount / 100:.2f}")

    def lose(self, *claims: Callable[[Session], Item]) -> None:
        """These were filed and paid after the backup: only the provider still knows."""
        with self.desk.sessions() as session:
            for claim in claims:
                item = claim(session)
                effect = session.scalars(select(Effect).where(Effect.item_id == item.id)).one()
                assert effect.refund is not None
                self.pay(f"{effect.key}-1", effect.refund.amount)
            session.rollback()
        live_elsewhere_before(self.desk)

    def pay(self, reference: str, amount: int) -> None:
        body = {
            "payment": self.payment,
            "amount": amount,
            "currency": "EUR",
            "reference": reference,
        }
        key = {"Idempotency-Key": f"key-of-{reference}"}
        http.post(f"{self.desk.sandbox.url}/refunds", json=body, headers=key).raise_for_status()

    def refile(self, claim: Callable[[Session], Item]) -> int:
        with self.desk.sessions.begin() as session:
            item = claim(session)
            return session.scalars(select(Effect.id).where(Effect.item_id == item.id)).one()


@pytest.fixture
def anew(desk: Desk) -> Anew:
    return Anew(desk)


def test_a_claim_that_is_filed_again_under_another_number_adopts_what_was_paid(
    desk: Desk, workshop: Workshop, anew: Anew
) -> None:
    anew.lose(anew.file)

    seen = desk.work_off(workshop, anew.refile(anew.file))

    with desk.sessions() as session:
        assert session.scalars(select(Reclamation.number)).one() != "R-000001"
    assert seen.attempts == [("look-up", "done")]
    assert (seen.status, seen.state) == ("done", "goodwill-paid")
    assert "already, before these rows were put back" in seen.word
    assert desk.paid() == [PRICE]


def test_claims_that_are_filed_again_in_another_order_adopt_each_its_own(
    desk: Desk, workshop: Workshop, anew: Anew
) -> None:
    anew.lose(lambda s: anew.file(s, 2), lambda s: anew.file(s, line=1))

    mug = desk.work_off(workshop, anew.refile(lambda s: anew.file(s, line=1)))
    shirts = desk.work_off(workshop, anew.refile(lambda s: anew.file(s, 2)))

    assert mug.attempts == shirts.attempts == [("look-up", "done")]
    assert desk.paid() == [2 * PRICE, PRICE]


@pytest.mark.parametrize("amount", [PRICE - 1, 2 * PRICE])
def test_another_amount_than_was_paid_is_for_a_person(
    desk: Desk, workshop: Workshop, anew: Anew, amount: int
) -> None:
    anew.lose(lambda s: anew.file(s, 2, amount=amount))

    seen = desk.work_off(workshop, anew.refile(anew.file), rounds=1)

    assert (seen.status, seen.incidents) == ("unknown", ["effect-unknown"])
    assert desk.paid() == [amount]


def test_pieces_that_were_one_claim_and_are_filed_as_two_are_not_paid_again(
    desk: Desk, workshop: Workshop, anew: Anew
) -> None:
    anew.lose(lambda s: anew.file(s, 2))

    first = desk.work_off(workshop, anew.refile(anew.file), rounds=1)
    second = desk.work_off(workshop, anew.refile(anew.file))

    assert (first.status, second.status) == ("unknown", "refused")
    assert "Nothing was paid: of this payment the provider has given back €49.98" in second.word
    assert desk.paid() == [2 * PRICE]


def test_a_refund_that_was_refused_first_and_paid_then_is_not_paid_a_second_time(
    desk: Desk, workshop: Workshop, anew: Anew
) -> None:
    anew.pay("redress-of-the-second-refund-of-the-piece-1", PRICE)
    live_elsewhere_before(desk)

    seen = desk.work_off(workshop, anew.refile(anew.file))

    assert (seen.status, seen.state) == ("refused", "refund-refused")
    assert desk.paid() == [PRICE]


def test_who_was_told_of_a_stranger_and_asks_again_means_another_refund(
    desk: Desk, workshop: Workshop, anew: Anew
) -> None:
    anew.lose(lambda s: anew.file(s, line=1))
    effect = anew.refile(anew.file)
    assert desk.work_off(workshop, effect).state == "refund-refused"

    with desk.sessions.begin() as session:
        item = session.get_one(Effect, effect).item
        assert item is not None
        anew.ask(session, item)
        again = session.scalars(select(Effect.id).order_by(Effect.id.desc()).limit(1)).one()
    seen = desk.work_off(workshop, again)

    assert seen.attempts == [("look-up", "absent"), ("call", "done")]
    assert desk.paid() == [PRICE, PRICE]


def test_what_was_paid_back_there_by_hand_is_no_stranger(
    desk: Desk, workshop: Workshop, anew: Anew
) -> None:
    live_elsewhere_before(desk)
    anew.pay("the accountant", 100)

    assert desk.work_off(workshop, anew.refile(anew.file)).status == "done"


def test_rows_that_were_never_put_back_know_no_strangers(
    desk: Desk, workshop: Workshop, anew: Anew
) -> None:
    anew.pay("redress-of-another-database-1", 100)

    seen = desk.work_off(workshop, anew.refile(anew.file))

    assert seen.attempts == [("call", "done")]
