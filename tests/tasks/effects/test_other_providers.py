"""Refunds at providers that are unlike the sandbox: no stored refusals, no keys, a slow memory."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from claims import concluding
from claims.extensions import Extensions
from claims.models import Effect, Transfer
from claims.money import transfers
from claims.money.refund_abilities import RefundAbilities
from claims.outside import Done, Outcome, Refused, Unknown
from claims.queries import transfers as queries
from claims.refusals import Refused as RefusedHere
from tasks.effects.carry_out import carry_out_next
from tasks.providers.port import Abilities, Absent, Finding, Found, RefundOrder
from tasks.workshop import Workshop
from tests.support.cases import AGENT, FINANCE, claim_first, press
from tests.support.parts import eventually
from tests.support.shop import Line, an_order
from tests.tasks.desk import PRICE, Desk

DAY = timedelta(days=1)


def nothing_befalls(_order: RefundOrder, _number: int) -> Outcome | None:
    return None


@dataclass
class Elsewhere:
    """A provider that keeps what it paid under the key, if it keeps keys, and nothing else."""

    abilities: Abilities
    befalls: Callable[[RefundOrder, int], Outcome | None] = nothing_befalls
    """What a call meets instead of being paid, by its number."""
    paid: list[tuple[str, RefundOrder]] = field(default_factory=list)
    calls: int = 0

    def pay_refund(self, order: RefundOrder, stop_after_seconds: float) -> Outcome:
        self.calls += 1
        met = self.befalls(order, self.calls)
        return self.pay(order) if met is None else met

    def pay(self, order: RefundOrder) -> Done:
        keeps_keys = self.abilities.key_lifetime is not None
        known = [key for key, _ in self.paid if keeps_keys and key == order.key]
        if not known:
            self.paid.append((order.key, order))
        return Done(f"e-{len(self.paid)}")

    def look_up(self, order: RefundOrder, stop_after_seconds: float) -> Finding:
        for number, (_, paid) in enumerate(self.paid, start=1):
            if paid.reference == order.reference:
                return Found(f"e-{number}", paid.amount, paid.currency, {}, paid.payment_reference)
        return Absent()

    def forget_keys(self) -> None:
        self.paid = [("", order) for _, order in self.paid]


def elsewhere(keys: timedelta | None = DAY, *, errors: bool = False) -> Elsewhere:
    return Elsewhere(Abilities(keys, errors, looks_up=True, refunds=RefundAbilities()))


def at(workshop: Workshop, provider: Elsewhere, name: str = "w") -> Workshop:
    return replace(workshop, name=name, providers={**workshop.providers, "sandbox": provider})


def live_elsewhere_before(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        session.execute(text("INSERT INTO incarnations VALUES ('another', redress_now())"))


def test_a_refusal_waits_while_a_request_made_before_may_still_arrive_and_be_paid(
    desk: Desk, workshop: Workshop
) -> None:
    provider = elsewhere()
    provider.befalls = lambda _order, number: (
        Unknown("No answer.") if number == 1 else Refused("Try again later.")
    )
    shop, effect = at(workshop, provider), desk.ask_refund()

    carry_out_next(shop, effect)
    desk.pass_time(timedelta(minutes=1), for_provider=False)
    carry_out_next(shop, effect)
    refused = desk.see(effect)
    desk.pass_time(timedelta(minutes=13), for_provider=False)
    carry_out_next(shop, effect)
    still = desk.see(effect)
    desk.pass_time(timedelta(minutes=3), for_provider=False)
    carry_out_next(shop, effect)
    seen = desk.see(effect)

    assert refused == still
    assert (refused.status, refused.shares) == ("waiting", [(PRICE, "held")])
    assert refused.word == (
        "Try again later. A request made before may still be on its way; asked again."
    )
    assert seen.attempts == [("call", "unknown"), ("call", "refused"), ("call", "refused")]
    assert (seen.status, seen.shares) == ("refused", [(PRICE, "refused")])


def test_a_refusal_does_not_free_what_another_worker_has_heard_was_paid(
    desk: Desk, workshop: Workshop
) -> None:
    provider, refused = elsewhere(), threading.Event()
    effect = desk.ask_refund()
    first = threading.Thread(target=carry_out_next, args=(at(workshop, provider, "slow"), effect))

    def befalls(_order: RefundOrder, number: int) -> Outcome | None:
        if number == 1:  # on its way until the second one is refused, and then paid
            assert refused.wait(20)
            return None
        refused.set()
        first.join(20)
        return Refused("The balance does not suffice.")

    provider.befalls = befalls
    first.start()
    eventually(lambda: provider.calls == 1, about="the first call")
    desk.move_database_clock(timedelta(minutes=2))  # and so its lease is over
    second = at(workshop, provider, "quick")
    carry_out_next(second, effect)
    carry_out_next(second, effect)

    seen = desk.see(effect)
    assert (len(provider.paid), provider.calls) == (1, 2)
    assert (seen.status, seen.refund, seen.shares) == ("done", "paid", [(PRICE, "paid")])


def test_after_a_server_error_nothing_is_asked_for_anew_while_the_provider_may_go_on_with_it(
    desk: Desk, workshop: Workshop
) -> None:
    provider = elsewhere(keys=None)
    provider.befalls = lambda _order, number: Unknown("500", answered=True) if number == 1 else None
    shop, effect = at(workshop, provider), desk.ask_refund()

    carry_out_next(shop, effect)
    desk.pass_time(timedelta(minutes=1), for_provider=False)
    carry_out_next(shop, effect)
    looked = desk.see(effect)
    desk.pass_time(timedelta(minutes=15), for_provider=False)
    seen = desk.work_off(shop, effect)

    assert looked.attempts == [("call", "unknown"), ("look-up", "unknown")]
    assert provider.calls == 2
    assert seen.attempts[2:] == [("look-up", "absent"), ("call", "done")]


def test_a_look_up_of_before_the_backup_does_not_count_after_the_restore(
    desk: Desk, workshop: Workshop
) -> None:
    provider = elsewhere(errors=True)
    provider.abilities = replace(provider.abilities, ends_with_errors=True)
    provider.befalls = lambda _order, number: Unknown("500", answered=True) if number == 1 else None
    effect, is_shut = desk.ask_refund(), threading.Event()
    shop, looked = replace(at(workshop, provider), stopping=is_shut), list[RefundOrder]()
    look = provider.look_up

    def look_up(order: RefundOrder, stop_after_seconds: float) -> Finding:
        is_shut.set()  # the shop is shut for its backup
        looked.append(order)
        return look(order, stop_after_seconds)

    provider.look_up = look_up  # type: ignore[method-assign]
    carry_out_next(shop, effect)
    desk.pass_time(timedelta(minutes=1), for_provider=False)
    carry_out_next(shop, effect)
    in_the_backup = desk.see(effect).attempts
    # What was done after the backup is not in it: it was paid under the second key.
    provider.pay(replace(looked[0], key="the second"))
    desk.pass_time(2 * DAY, for_provider=False)
    provider.forget_keys()
    live_elsewhere_before(desk)
    provider.look_up = look  # type: ignore[method-assign]
    seen = desk.work_off(at(workshop, provider), effect)

    assert in_the_backup == [("call", "unknown"), ("look-up", "absent")]
    assert len(provider.paid) == 1
    assert (seen.status, seen.attempts[2:]) == ("done", [("look-up", "done")])


def test_after_a_replica_took_over_what_it_never_heard_of_is_waited_for(
    desk: Desk, workshop: Workshop
) -> None:
    provider, sent = elsewhere(keys=None), list[RefundOrder]()

    def befalls(order: RefundOrder, number: int) -> Outcome | None:
        sent.append(order)
        return Unknown("No answer.") if number == 1 else None

    provider.befalls = befalls
    shop, effect = at(workshop, provider), desk.ask_refund()
    carry_out_next(shop, effect)
    with desk.owner_sessions.begin() as session:  # the replica has not got these rows
        session.execute(text("DELETE FROM attempts"))
        session.execute(text("UPDATE effects SET tries = 0, due_at = redress_now()"))
    live_elsewhere_before(desk)
    carry_out_next(shop, effect)
    looked = desk.see(effect)
    provider.pay(sent[0])
    seen = desk.work_off(shop, effect)

    assert (looked.status, looked.attempts) == ("waiting", [("look-up", "unknown")])
    assert (len(provider.paid), provider.calls) == (1, 1)
    assert (seen.status, seen.attempts[1:]) == ("done", [("look-up", "done")])


def a_refund_by_transfer_and_card(desk: Desk, workshop: Workshop) -> tuple[int, int]:
    """Its effect, and its transfer, which waits with an account."""
    with desk.sessions.begin() as session:
        order = an_order(session, [Line(unit_price=3000)], payments=[1000, 2000])
        order.payments[0].provider = "manual"
        session.flush()
        desk.sandbox.register_payment(order.payments[1].reference, 2000)
        item = claim_first(session, desk.rules, order, resolution="goodwill")
        press(session, desk.rules, item, "refund", AGENT, amount="30.00")
        effect = session.scalars(select(Effect.id).where(Effect.item_id == item.id)).one()
    carry_out_next(workshop, effect)
    with desk.sessions.begin() as session:
        transfer = session.scalars(select(Transfer)).one()
        transfers.set_account(session, transfer.id, "Anna A", "DE89370400440532013000")
        return effect, transfer.id


def without_card(workshop: Workshop) -> Workshop:
    return replace(workshop, providers={"manual": workshop.providers["manual"]})


def export(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        transfers.export(session, "csv", "EUR", None, FINANCE)


def test_a_worker_without_the_settings_of_a_provider_leaves_what_has_begun_to_others(
    desk: Desk, workshop: Workshop
) -> None:
    effect, transfer = a_refund_by_transfer_and_card(desk, workshop)
    export(desk)
    with desk.sessions.begin() as session:
        transfers.mark_paid(session, transfer, FINANCE, "statement 12")
    carry_out_next(without_card(workshop), effect)
    left = desk.see(effect)
    desk.pass_time(timedelta(minutes=10))
    seen = desk.work_off(workshop, effect)

    assert (left.status, left.waits, left.incidents) == ("waiting", True, ["provider-missing"])
    assert "need sandbox, and a worker has no settings" in left.word
    assert (seen.status, seen.shares) == ("done", [(1000, "paid"), (2000, "paid")])
    assert desk.paid() == [2000]


def test_where_no_worker_has_the_settings_for_a_day_people_decide(
    desk: Desk, workshop: Workshop
) -> None:
    effect, transfer = a_refund_by_transfer_and_card(desk, workshop)
    export(desk)
    for _ in range(5):
        desk.pass_time(timedelta(hours=13))
        carry_out_next(without_card(workshop), effect)

    seen = desk.see(effect)
    assert (seen.status, seen.state) == ("unknown", "refund-unclear")
    assert seen.incidents == ["provider-missing", "effect-unknown"]
    with (
        pytest.raises(RefusedHere, match="Say on its page what the bank did"),
        desk.sessions.begin() as session,
    ):
        transfers.mark_paid(session, transfer, FINANCE)


def test_the_bank_is_not_told_to_pay_what_people_are_deciding(
    desk: Desk, workshop: Workshop
) -> None:
    effect, _ = a_refund_by_transfer_and_card(desk, workshop)
    for _ in range(3):
        desk.pass_time(timedelta(hours=25))
        carry_out_next(without_card(workshop), effect)

    assert desk.see(effect).status == "unknown"
    with pytest.raises(RefusedHere, match="No transfer in EUR waits"):
        export(desk)
    with desk.sessions() as session:
        assert queries.counts(session)["waiting"] == 0
        assert queries.page(session, "waiting") == []
        assert queries.ready(session) == {}


@pytest.mark.parametrize("stumbles", ["a fact of an extension", "the engine"])
def test_what_was_paid_is_kept_and_told_where_the_program_stumbles_over_its_event(
    desk: Desk, workshop: Workshop, monkeypatch: pytest.MonkeyPatch, stumbles: str
) -> None:
    effect = desk.ask_refund()

    def stumble(*_: object, **__: object) -> None:
        raise ZeroDivisionError("nought")

    if stumbles == "the engine":
        monkeypatch.setattr(concluding, "fire_loaded", stumble)
    else:
        monkeypatch.setattr(Extensions, "facts_of", stumble)
    seen = desk.work_off(workshop, effect)

    assert desk.paid() == [PRICE]
    assert (seen.status, seen.refund, seen.state) == ("done", "paid", "refunding")
    assert "event-not-taken" in seen.incidents
