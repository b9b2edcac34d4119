"""Mistakes planted into the real code, one at a time: the simulation has to catch each.

Each is a patch of a function of ours, undone afterwards. `where` names the seeds at which the
mistake can show at all, by what their scripts have decided; the others need not be played.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import func, select, update

from claims import concluding, effects, incidents, late_truth, outcomes
from claims.models import Effect, Refund
from claims.money import refunds as claims_refunds
from claims.outside import NotBegun, Refused, Unknown
from tasks import sweep
from tasks.effects import carry_out, history, job, next_step, refunds
from tasks.effects.next_step import Call
from tasks.providers.port import Absent, Found
from tasks.providers.sandbox import adapter
from tests.storms.simulation.play import Script
from tests.storms.simulation.world import SteppedSessions, World

Patch = pytest.MonkeyPatch
Where = Callable[[Script], bool]
Install = Callable[[Patch, World], None]


@dataclass(frozen=True, slots=True)
class Plant:
    """One mistake, in a sentence; `install` puts it in."""

    name: str
    install: Install
    where: Where = lambda _script: True


PLANTS: dict[str, Plant] = {}


def plant(name: str, where: Where = lambda _script: True) -> Callable[[Install], None]:
    def keep(install: Install) -> None:
        PLANTS[install.__name__] = Plant(name, install, where)

    return keep


# Where a mistake can show


def faults(*kinds: str) -> Where:
    return lambda script: any(script.manners.call.get(kind, 0) >= 0.05 for kind in kinds)


def keeps_keys(script: Script) -> bool:
    return "keys" in script.provider


def looks_up(script: Script) -> bool:
    return "look" in script.provider


def only_looks(script: Script) -> bool:
    return script.provider == "look"


def dies(script: Script) -> bool:
    return script.mood.dies >= 0.04


def sleeps(script: Script) -> bool:
    return script.mood.is_held_up >= 0.02 and script.mood.longest_pause >= 100


def sleeps_often(script: Script) -> bool:
    return sleeps(script) and script.mood.is_held_up >= 0.08


def both(*all_of: Where) -> Where:
    return lambda script: all(each(script) for each in all_of)


def either(*any_of: Where) -> Where:
    return lambda script: any(each(script) for each in any_of)


unclear = faults("lose-answer", "late-answer", "cut-after", "nonsense", "late-request", "gateway")


# Keys


@plant("The idempotency key is left out", both(keeps_keys, unclear))
def key_left_out(patch: Patch, world: World) -> None:
    real = adapter.Sandbox.pay_refund
    blank = lambda self, order, stop: real(self, replace(order, key=""), stop)  # noqa: E731
    patch.setattr(adapter.Sandbox, "pay_refund", blank)


@plant("A new random key for every try", either(unclear, dies))
def random_key(patch: Patch, world: World) -> None:
    numbers = count(1)
    patch.setattr(next_step, "share_key", lambda *_: f"redress-{next(numbers):08d}")


@plant("The key hangs on who holds the effect", both(keeps_keys, either(unclear, dies)))
def key_of_the_holder(patch: Patch, world: World) -> None:
    real = refunds.next_step

    def step(key: str, position: int, *rest: Any, **more: Any) -> Any:
        found = real(key, position, *rest, **more)
        epoch = len(rest[1]) + 1
        return replace(found, key=f"{found.key}-{epoch}") if isinstance(found, Call) else found

    patch.setattr(refunds, "next_step", step)


@plant("A second key although nobody has looked whether the first took hold", unclear)
def generation_blindly(patch: Patch, world: World) -> None:
    def tried_of(effect: Any, share: Any) -> Any:
        return [
            replace(each, result="absent") if each.result == "unknown" else each
            for each in history.tried_of(effect, share)
        ]

    patch.setattr(refunds, "tried_of", tried_of)


@plant("Two shares of one refund go by the same key", lambda s: 1 in s.items)
def one_key_for_all_shares(patch: Patch, world: World) -> None:
    real = next_step.share_key

    def share_key(key: str, _position: int, generation: int) -> str:
        return real(key, 1, generation)

    patch.setattr(next_step, "share_key", share_key)


@plant("A key is relied upon after it has died", lambda s: bool(s.outages) and keeps_keys(s))
def key_for_ever(patch: Patch, world: World) -> None:
    patch.setattr(next_step, "KEY_MARGIN", timedelta(days=-30))


# The fence and the lease


@plant("No write is fenced: neither the epoch nor the holder is looked at", sleeps)
def fence_left_out(patch: Patch, world: World) -> None:
    def mine(session: Any, taken: Any) -> Any:
        return session.scalar(
            select(Effect)
            .where(Effect.id == taken.effect_id, Effect.status == "waiting")
            .execution_options(populate_existing=True)
        )

    patch.setattr(effects, "_mine", mine)
    patch.setattr(effects, "load", mine)


@plant("The finish is not fenced", sleeps)
def finish_not_fenced(patch: Patch, world: World) -> None:
    _as_the_present_holder(patch, effects, "finish", 2)
    _as_the_present_holder(patch, effects, "settle_share", 1)


@plant("To put an effect off is not fenced", both(sleeps, unclear))
def postpone_not_fenced(patch: Patch, world: World) -> None:
    _as_the_present_holder(patch, effects, "postpone", 1)
    _as_the_present_holder(patch, effects, "prolong", 1)
    _as_the_present_holder(patch, effects, "begin_attempt", 1)
    _as_the_present_holder(patch, effects, "load", 1)


def _as_the_present_holder(patch: Patch, module: Any, name: str, place: int) -> None:
    """Let a function believe that whoever holds the effect now is who calls it."""
    real = getattr(module, name)

    def call(session: Any, *arguments: Any, **more: Any) -> Any:
        given = list(arguments)
        taken = given[place - 1]
        epoch = session.scalar(select(Effect.epoch).where(Effect.id == taken.effect_id))
        given[place - 1] = replace(taken, epoch=epoch)
        return real(session, *given, **more)

    patch.setattr(module, name, call)


def _taking(patch: Patch, *, lease: bool = True, due: bool = True, raises: bool = True) -> None:
    def take(session: Any, worker: str, lasts: timedelta, limit: int, only: Any = None) -> Any:
        found = select(Effect.id).where(Effect.status == "waiting").order_by(Effect.due_at)
        if due:
            found = found.where(Effect.due_at <= func.redress_now())
        if lease:
            found = found.where(
                (Effect.lease_until.is_(None)) | (Effect.lease_until < func.redress_now())
            )
        if only is not None:
            found = found.where(Effect.id.in_(only))
        rows = session.execute(
            update(Effect)
            .where(Effect.id.in_(found.limit(limit).scalar_subquery()))
            .values(
                epoch=Effect.epoch + (1 if raises else 0),
                lease_until=func.redress_now() + lasts,
                taken_by=worker,
            )
            .returning(Effect.id, Effect.epoch)
            .execution_options(synchronize_session=False)
        )
        return [effects.Taken(effect_id, epoch, worker) for effect_id, epoch in rows]

    patch.setattr(effects, "take", take)


@plant("A lease is not looked at when an effect is taken")
def lease_ignored(patch: Patch, world: World) -> None:
    _taking(patch, lease=False)


@plant("The epoch is not raised when an effect is taken", either(sleeps, dies))
def epoch_not_raised(patch: Patch, world: World) -> None:
    _taking(patch, raises=False)


@plant("What waits is taken before it is due", faults("shut", "too-many", "error-before"))
def taken_before_due(patch: Patch, world: World) -> None:
    _taking(patch, due=False)


@plant("The lease is handed back while the call is on its way")
def lease_handed_back(patch: Patch, world: World) -> None:
    real = effects.begin_attempt

    def begin(session: Any, taken: Any, *arguments: Any, **more: Any) -> Any:
        attempt = real(session, taken, *arguments, **more)
        effects.hand_back(session, [taken])
        return attempt

    patch.setattr(effects, "begin_attempt", begin)


@plant("A worker that has slept past its lease sends all the same", sleeps)
def slept_and_sends(patch: Patch, world: World) -> None:
    real = refunds.pay_refund

    def pay(shop: Any, job_: Any) -> None:
        class Asleep:
            @staticmethod
            def monotonic() -> float:
                return 0.0

        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(refunds, "time", Asleep)
            real(shop, job_)

    patch.setattr(
        carry_out.carry_out_next, "__defaults__", (None, {**carry_out.HANDLERS, "refund.pay": pay})
    )


# The attempt


@plant("The attempt is written after the call")
def attempt_after_call(patch: Patch, world: World) -> None:
    def make(shop: Any, job_: Any, attempted: Any) -> bool:
        order, provider = attempted.order, attempted.provider
        is_call = isinstance(attempted.step, Call)
        came = (provider.pay_refund if is_call else provider.look_up)(order, shop.call_seconds)
        with shop.transaction() as session:
            attempt = _write_attempt(session, job_, attempted)
            if attempt is None:
                return False
            written = replace(attempted, attempt_id=attempt)
            settle = refunds._called if is_call else refunds._looked_up
            return settle(session, shop, job_, written, came)

    _no_attempt_before(patch)
    patch.setattr(refunds, "_make", make)


@plant("The call is made within the transaction that writes the attempt")
def call_within_transaction(patch: Patch, world: World) -> None:
    def make(shop: Any, job_: Any, attempted: Any) -> bool:
        with shop.transaction() as session:
            attempt = _write_attempt(session, job_, attempted)
            if attempt is None:
                return False
            written = replace(attempted, attempt_id=attempt)
            if isinstance(attempted.step, Call):
                outcome = attempted.provider.pay_refund(attempted.order, shop.call_seconds)
                return refunds._called(session, shop, job_, written, outcome)
            finding = attempted.provider.look_up(attempted.order, shop.call_seconds)
            return refunds._looked_up(session, shop, job_, written, finding)

    _no_attempt_before(patch)
    patch.setattr(refunds, "_make", make)


def _no_attempt_before(patch: Patch) -> None:
    patch.setattr(effects, "begin_attempt", lambda *_, **__: 0)


_begin_attempt = effects.begin_attempt


def _write_attempt(session: Any, job_: Any, attempted: Any) -> int | None:
    return _begin_attempt(
        session,
        job_.taken,
        attempted.step.key,
        "",
        action="call" if isinstance(attempted.step, Call) else "look-up",
        share_id=attempted.share_id,
    )


@plant(
    "An attempt without an answer counts as never made",
    both(dies, either(only_looks, lambda s: bool(s.outages))),
)
def crash_is_nothing(patch: Patch, world: World) -> None:
    def unclear_ones(tried: Any, key: str) -> Any:
        return [
            each for each in tried
            if each.action == "call" and each.key == key and each.result == "unknown"
        ]  # fmt: skip

    patch.setattr(next_step, "_unclear", unclear_ones)


# What came back


def _heard_as(patch: Patch, hears: Callable[[Any], Any]) -> None:
    real = adapter.Sandbox.pay_refund
    patch.setattr(
        adapter.Sandbox, "pay_refund", lambda self, order, stop: hears(real(self, order, stop))
    )


@plant("Unknown is taken for refused", unclear)
def unknown_is_refused(patch: Patch, world: World) -> None:
    _heard_as(patch, lambda o: Refused(o.reason) if isinstance(o, Unknown) else o)


@plant("Unknown is taken for done", faults("lose-request", "cut-before", "error-before"))
def unknown_is_done(patch: Patch, world: World) -> None:
    from claims.outside import Done

    _heard_as(patch, lambda o: Done("perhaps") if isinstance(o, Unknown) else o)


@plant("A timeout is taken for a request that never began", both(only_looks, unclear))
def timeout_never_began(patch: Patch, world: World) -> None:
    _heard_as(patch, lambda o: NotBegun(o.reason) if isinstance(o, Unknown) else o)


@plant("A refusal is tried again", faults("refuse"))
def refusal_tried_again(patch: Patch, world: World) -> None:
    _heard_as(patch, lambda o: NotBegun(o.reason) if isinstance(o, Refused) else o)


@plant(
    "A refusal is the last word while a request made before is on its way",
    both(lambda s: s.provider in {"keys", "keys-look"}, faults("refuse"),
         faults("late-request", "gateway")),
)  # fmt: skip
def refused_too_soon(patch: Patch, world: World) -> None:
    for module in (refunds, history):
        patch.setattr(module, "is_last_word", lambda *_: True)


@plant(
    "A server error is taken for the end of its request",
    both(looks_up, faults("error-late"), lambda s: s.provider in {"look", "keys-look-stored"}),
)
def error_is_the_end(patch: Patch, world: World) -> None:
    real = adapter.Sandbox.pay_refund

    def pay(self: Any, order: Any, stop: float) -> Any:
        self.abilities = replace(self.abilities, ends_with_errors=True)
        return real(self, order, stop)

    patch.setattr(adapter.Sandbox, "pay_refund", pay)


@plant(
    "A server error is taken for a refusal", faults("error-before", "error-after", "stored-paid")
)
def error_is_refusal(patch: Patch, world: World) -> None:
    _heard_as(
        patch,
        lambda o: Refused(o.reason) if isinstance(o, Unknown) and "answered" in o.reason else o,
    )


@plant(
    "Nobody listening is taken for a refusal",
    either(faults("shut"), lambda s: bool(s.manners.away)),
)
def shut_is_refusal(patch: Patch, world: World) -> None:
    _heard_as(patch, lambda o: Refused(o.reason) if isinstance(o, NotBegun) else o)


@plant("A stored error is asked for under the same key again and again", faults("stored-unpaid"))
def stored_error_for_ever(patch: Patch, world: World) -> None:
    real = refunds.next_step

    def step(key: str, position: int, abilities: Any, *rest: Any, **more: Any) -> Any:
        plain = replace(abilities, replays_stored_errors=False)
        return real(key, position, plain, *rest, **more)

    patch.setattr(refunds, "next_step", step)


# Looking up


@plant(
    "What a look-up finds is not looked at: a new key instead",
    both(looks_up, faults("stored-paid")),
)
def look_up_ignored(patch: Patch, world: World) -> None:
    real = adapter.Sandbox.look_up

    def look(self: Any, order: Any, stop: float) -> Any:
        found = real(self, order, stop)
        return Absent() if isinstance(found, Found) else found

    patch.setattr(adapter.Sandbox, "look_up", look)


@plant("A look-up that found nothing is believed while a call is on its way",
       both(only_looks, faults("late-request", "gateway", "late-answer")))  # fmt: skip
def absent_believed(patch: Patch, world: World) -> None:
    patch.setattr(next_step, "IN_FLIGHT", timedelta(0))


@plant("A look-up that got no answer is taken for nothing found",
       both(looks_up, unclear, lambda s: bool(s.manners.look_up)))  # fmt: skip
def no_answer_is_absent(patch: Patch, world: World) -> None:
    from tasks.providers.port import CannotTell

    real = adapter.Sandbox.look_up

    def look(self: Any, order: Any, stop: float) -> Any:
        found = real(self, order, stop)
        return Absent() if isinstance(found, CannotTell) else found

    patch.setattr(adapter.Sandbox, "look_up", look)


@plant("Amount and currency of what is found are not compared", both(only_looks, faults("by-hand")))
def amount_not_compared(patch: Patch, world: World) -> None:
    patch.setattr(Found, "is_of", lambda _self, _order: True)


@plant(
    "A look-up takes any refund for ours: one is adopted twice",
    both(looks_up, lambda s: 2 in s.items, either(unclear, faults("stored-unpaid"))),
)
def adopted_twice(patch: Patch, world: World) -> None:
    from tests.storms.simulation.provider import Book

    def under(self: Any, reference: str) -> Any:
        mine = [row for row in self.refunds if row["reference"] == reference]
        return mine or self.refunds[:1]

    patch.setattr(Book, "under", under)


@plant("Nobody looks again at what nobody knew", looks_up)
def unknown_for_ever(patch: Patch, world: World) -> None:
    patch.setattr(sweep, "ask_about_next", lambda _shop: False)
    _gives_up_at_once(patch)


@plant("A hint of the provider is believed without a look-up", lambda s: s.forged > 0)
def hint_believed(patch: Patch, world: World) -> None:
    def soon(session: Any, effect_id: int) -> bool:
        effect = session.get(Effect, effect_id)
        if effect.status != "waiting":
            return False
        held = [share for share in effect.refund.shares if share.status == "held"]
        effect.status = "unknown"
        session.flush()
        truths = {share.id: late_truth.WasPaid("as the hint says") for share in held}
        return late_truth.settle_unknown_refund(
            session, world.rules, effect_id, truths, "a look-up"
        )

    patch.setattr(late_truth, "ask_soon", soon)


# Our own rows


def _gives_up_at_once(patch: Patch) -> None:
    """So that what nobody knows is there to be looked at."""
    for module in (effects, job):
        patch.setattr(module, "MOST_TRIES", 1)


@plant("What is not known to be paid is free again", either(unclear, dies))
def unknown_is_released(patch: Patch, world: World) -> None:
    real = outcomes._settle_refund

    def settle(effect: Any, outcome: str, word: str, actor: Any, at: Any) -> None:
        if outcome == "unknown":
            claims_refunds.release(effect.refund, "refused", at)
        else:
            real(effect, outcome, word, actor, at)

    patch.setattr(outcomes, "_settle_refund", settle)
    _gives_up_at_once(patch)


@plant("The whole refund is done when its first share is paid", lambda s: 1 in s.items)
def first_share_is_all(patch: Patch, world: World) -> None:
    real = refunds._settle

    def settle(session: Any, shop: Any, job_: Any, share_id: int, outcome: Any) -> bool:
        goes_on = real(session, shop, job_, share_id, outcome)
        if goes_on:
            effect = session.get_one(Effect, job_.taken.effect_id)
            refunds._finish_paid(session, shop, job_, effect.refund)
        return False

    patch.setattr(refunds, "_settle", settle)


@plant("A share that is paid is paid again", lambda s: 1 in s.items)
def share_settled_twice(patch: Patch, world: World) -> None:
    real = next_step.share_key
    numbers = count(1)
    patch.setattr(next_step, "share_key", lambda *a: f"{real(*a)}-{next(numbers) // 3}")
    settle = effects.settle_share

    def again(session: Any, taken: Any, share_id: int, status: str, *rest: Any) -> bool:
        done = settle(session, taken, share_id, status, *rest)
        first = next(iter(session.get_one(Effect, taken.effect_id).refund.shares))
        if done and first.id != share_id and first.status == "paid" and next(numbers) % 2:
            first.status = "held"
            session.flush()
        return done

    patch.setattr(effects, "settle_share", again)


@plant("A refused second share frees what the first has paid",
       both(lambda s: 1 in s.items, faults("refuse")))  # fmt: skip
def paid_share_freed(patch: Patch, world: World) -> None:
    def release(refund: Refund, status: str, at: Any, paid: Any = ()) -> None:
        for share in refund.shares:
            share.status = "released"
        claims_refunds._give_up(refund, refund.amount)
        refund.status, refund.settled_at, refund.paid_amount = status, at, 0

    patch.setattr(claims_refunds, "release", release)


@plant("A word that came late is dropped", sleeps)
def observation_dropped(patch: Patch, world: World) -> None:
    patch.setattr(effects, "observe", lambda *_, **__: None)


@plant("Nobody is told of what nobody knows", either(unclear, dies))
def nobody_is_told(patch: Patch, world: World) -> None:
    for module in (effects, outcomes, concluding, incidents, refunds):
        patch.setattr(module, "open_incident", lambda *_: None, raising=False)
    _gives_up_at_once(patch)
    patch.setattr(sweep, "ask_about_next", lambda _shop: False)


@plant("A late word is not read by who comes after", both(only_looks, sleeps_often))
def late_word_not_read(patch: Patch, world: World) -> None:
    patch.setattr(refunds, "settled_by_late_word", lambda *_: None)


@plant("The outcome is written, and its event is never fired", dies)
def event_elsewhere(patch: Patch, world: World) -> None:
    patch.setattr(outcomes, "event_of", lambda *_: None)


@plant("What makes the effect due is written in a second transaction after the event's", dies)
def effect_elsewhere(patch: Patch, world: World) -> None:
    real = SteppedSessions._begin

    @contextmanager
    def begin(self: Any) -> Iterator[Any]:
        new: list[int] = []
        with real(self) as session:
            yield session
            session.flush()
            rows = [row for row in session.identity_map.values() if isinstance(row, Effect)]
            new += [row.id for row in rows if row.epoch == 0 and row.status == "waiting"]
            if new:
                world.raw.execute(
                    "UPDATE effects SET due_at = due_at + interval '1 year' WHERE id = ANY(%s)",
                    [new],
                )
        if new:
            with real(self):
                world.raw.execute(
                    "UPDATE effects SET due_at = due_at - interval '1 year' WHERE id = ANY(%s)",
                    [new],
                )

    patch.setattr(SteppedSessions, "_begin", begin)


# Bells, sweeps, patience


@plant("There is no sweeper: only the doorbell", lambda s: s.loses > 0 or dies(s))
def no_sweeper(patch: Patch, world: World) -> None:
    patch.setattr(sweep, "carry_out_next", lambda _shop: False)


@plant("The doorbell rings before the commit, and nobody sweeps", lambda s: s.loses == 0)
def bell_before_commit(patch: Patch, world: World) -> None:
    patch.setattr(sweep, "carry_out_next", lambda _shop: False)
    real = SteppedSessions._begin

    @contextmanager
    def begin(self: Any) -> Iterator[Any]:
        with real(self) as session:
            yield session
            if session.info.pop("effects_asked", None):
                self._stage.note("the bell rings; whoever comes sees nothing yet")

    patch.setattr(SteppedSessions, "_begin", begin)


@plant(
    "There is no patience between two tries",
    faults("shut", "too-many", "error-before", "cut-before"),
)
def no_patience(patch: Patch, world: World) -> None:
    for module in (job, carry_out):
        patch.setattr(module, "back_off", lambda *_: timedelta(0))


@plant("There is no end of tries", both(lambda s: any(e - b > 40_000 for b, e in s.manners.away)))
def no_end_of_tries(patch: Patch, world: World) -> None:
    patch.setattr(effects, "MOST_TRIES", 10**6)
    patch.setattr(job, "MOST_TRIES", 10**6)
    for module in (job, carry_out):
        patch.setattr(module, "back_off", lambda *_: timedelta(seconds=20))


@plant("A poisoned effect is tried again at once and starves the others", lambda s: s.poisoned)
def poison_starves(patch: Patch, world: World) -> None:
    def aside(shop: Any, job_: Any, mistake: Exception) -> None:
        with shop.transaction() as session:
            effect = effects.load(session, job_.taken)
            if effect is not None:
                effect.lease_until = None

    patch.setattr(carry_out, "_set_aside", aside)
    patch.setattr(carry_out, "poisoned", lambda _effect: None)
