"""Carries out the effects of extensions: an attempt before each call, a look-up after a crash.

What may have taken hold is asked for before it is tried again, under the same key as before; what
may be repeated is simply repeated.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from claims import clock, effects
from claims.extending import Effect, EffectRun
from claims.extensions import Extensions
from claims.machine_time import MachineTime
from claims.models import Attempt
from claims.models import Effect as EffectRow
from claims.outside import Absent, Done, Finding, NotBegun, Outcome, Refused, Unknown
from tasks.effects.elapsed import ages, surely_passed
from tasks.effects.history import machine_time_of
from tasks.effects.job import (
    Handler,
    Job,
    answer_of,
    back_off,
    digest,
    do_once,
    postpone_or_stop,
    result_of,
)
from tasks.watchdog import watchdog
from tasks.workshop import Workshop


def handler_of(extensions: Extensions, kind: str) -> Handler:
    """How an effect that is not Redress's own is carried out; LookupError where nobody knows."""
    if kind not in extensions.effects:
        raise LookupError(f"nothing here carries out {kind}; is its extension in EXTENSIONS?")
    effect = extensions.effects[kind]
    if effect.is_repeatable:
        return lambda shop, job: _repeat(shop, job, effect)
    return lambda shop, job: _look_first(shop, job, effect)


def _repeat(shop: Workshop, job: Job, effect: Effect) -> None:
    run = _run_of(shop, job)
    done = f"{job.kind} was done."

    def call() -> Outcome:
        with watchdog.within(shop.lease):
            return _outcome(effect.carry_out(run), job.kind)

    do_once(shop, job, call, _write_nothing, done)


@dataclass(frozen=True, slots=True)
class _Step:
    action: Literal["call", "look-up"]
    attempt_id: int
    at: datetime
    machine: MachineTime
    """When it was begun, by the database and by this machine."""


def _look_first(shop: Workshop, job: Job, effect: Effect) -> None:
    goes_on = True
    while goes_on:
        began = time.monotonic()
        with shop.transaction() as session:
            if shop.stopping.is_set():
                effects.hand_back(session, [job.taken])
                return
            step = _begin(session, shop, job)
        if step is None or time.monotonic() - began > shop.lease.total_seconds() / 2:
            return  # none to make; or we slept, somebody else may have it, and nothing was sent
        goes_on = _make(shop, job, effect, step)


def _begin(session: Session, shop: Workshop, job: Job) -> _Step | None:
    """Decide on the next step and write it down; None where there is none to make."""
    if not effects.prolong(session, job.taken, shop.lease):
        return None
    tried = effects.earlier_attempts(session, job.taken.effect_id, job.key)
    for attempt in tried:
        if attempt.result in {"done", "refused"}:
            word = str(attempt.answer.get("sentence", "")) or f"{job.kind} was done."
            result: Literal["done", "refused"] = "done" if attempt.result == "done" else "refused"
            effects.finish(session, shop.rules, job.taken, result, word, attempt.answer)
            return None
    action: Literal["call", "look-up"] = "look-up" if _unclear(tried) else "call"
    at, machine = clock.now(session), shop.machine_time()
    attempt_id = effects.begin_attempt(
        session, job.taken, job.key, digest(job.request), action=action, machine=machine
    )
    return None if attempt_id is None else _Step(action, attempt_id, at, machine)


def _make(shop: Workshop, job: Job, effect: Effect, step: _Step) -> bool:
    """Make the step and write what came back; True where there is more to do."""
    run = _run_of(shop, job)
    if step.action == "call":
        with watchdog.within(shop.lease):
            outcome = _outcome(effect.carry_out(run), job.kind)
        with shop.transaction() as session:
            _called(session, shop, job, step, outcome)
        return False
    assert effect.look_up is not None, "an effect that is not repeatable can be looked up"
    with watchdog.within(shop.lease):
        finding = _finding(effect.look_up(run), job.kind)
    with shop.transaction() as session:
        return _looked_up(session, shop, job, effect, step, finding)


def _called(session: Session, shop: Workshop, job: Job, step: _Step, outcome: Outcome) -> None:
    answer = answer_of(outcome)
    effects.answer_attempt(session, step.attempt_id, result_of(outcome), answer)
    match outcome:
        case Done():
            word = f"{job.kind} was done."
            effects.finish(session, shop.rules, job.taken, "done", word, answer)
        case Refused(reason):
            effects.finish(session, shop.rules, job.taken, "refused", reason, answer)
        case NotBegun() | Unknown():
            postpone_or_stop(session, shop, job, outcome)


def _looked_up(
    session: Session, shop: Workshop, job: Job, effect: Effect, step: _Step, finding: Finding
) -> bool:
    match finding:
        case Done():
            answer = answer_of(finding)
            effects.answer_attempt(session, step.attempt_id, "done", answer)
            word = f"{job.kind} was done; it was found there."
            effects.finish(session, shop.rules, job.taken, "done", word, answer)
            return False
        case Absent():
            return _absent(session, job, effect, step)
        case Unknown(reason):
            effects.answer_attempt(session, step.attempt_id, "unknown", {"sentence": reason})
            _look_later(session, shop, job, reason)
            return False


def _absent(session: Session, job: Job, effect: Effect, step: _Step) -> bool:
    """Try again where nothing can be on its way any more; otherwise look again when that is so."""
    tried = effects.earlier_attempts(session, job.taken.effect_id, job.key)
    wait = _on_its_way(_unclear(tried), effect.arrives_within, step)
    word = "The other side knows nothing of it."
    if wait <= timedelta(0):
        effects.answer_attempt(session, step.attempt_id, "absent", {"sentence": word})
        return True
    word += " The last call may still be on its way."
    answer = {"sentence": word, "answered": True}
    effects.answer_attempt(session, step.attempt_id, "unknown", answer)
    effects.postpone(session, job.taken, wait, word)
    return False


def _look_later(session: Session, shop: Workshop, job: Job, reason: str) -> None:
    tried = effects.earlier_attempts(session, job.taken.effect_id, job.key)
    in_vain = [
        attempt
        for attempt in tried
        if attempt.action == "look-up" and not attempt.answer.get("answered")
    ]
    if len(in_vain) >= effects.MOST_TRIES:
        word = f"Looked up {len(in_vain)} times in vain. {reason}"
        effects.give_to_a_person(session, shop.rules, job.taken, word, {})
    else:
        effects.postpone(session, job.taken, back_off(len(in_vain)), reason)


def _unclear(tried: Sequence[Attempt]) -> list[Attempt]:
    """The calls since the last one that was surely not there, of which nobody knows the end."""
    unclear: list[Attempt] = []
    for attempt in tried:
        if attempt.result == "absent":
            unclear.clear()
        elif attempt.action == "call" and attempt.result in {None, "unknown"}:
            unclear.append(attempt)
    return unclear


def _on_its_way(unclear: Sequence[Attempt], within: timedelta, looked: _Step) -> timedelta:
    """How long one of these calls may still take hold; nought where none can any more.

    No clock is believed alone (decision 0018), as with refunds.
    """
    return max(
        (
            within - surely_passed(ages(each.at, machine_time_of(each), looked.at, looked.machine))
            for each in unclear
            if not each.answer.get("answered")
        ),
        default=timedelta(0),
    )


def _run_of(shop: Workshop, job: Job) -> EffectRun:
    return EffectRun(job.key, job.request, shop.call_seconds)


def _outcome(said: Outcome, kind: str) -> Outcome:
    if not isinstance(said, Done | Refused | NotBegun | Unknown):
        raise TypeError(f"{kind} answered {said!r}, which is no outcome of claims.outside.")
    return said


def _finding(said: Finding, kind: str) -> Finding:
    if not isinstance(said, Done | Absent | Unknown):
        raise TypeError(f"looking {kind} up answered {said!r}, which is no finding.")
    return said


def _write_nothing(_session: Session, _effect: EffectRow) -> None:
    """An extension's effect leaves no rows of ours."""
