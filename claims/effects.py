"""The database's side of carrying out an effect exactly once; tasks call outside in between.

1. `take` leases due effects and raises their epoch: the fence.
2. `begin_attempt` writes the attempt; commit before calling.
3. the call, with no transaction open.
4. `finish`, `postpone` or `give_to_a_person`: all fenced. Where somebody else took the effect
   meanwhile they write nothing but the provider's word, as an observation.

Callers commit. Times are the database's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from claims import cases, clock, outcomes
from claims.concluding import conclude
from claims.door import finish_writing
from claims.incidents import open_incident
from claims.machine_time import MachineTime
from claims.models import Attempt, Effect, Json, Observation, RefundShare
from claims.outcomes import Outcome
from claims.people import Actor
from claims.rules import Rules

AttemptResult = Literal["done", "refused", "not-begun", "unknown", "absent"]
Record = Callable[[Session, Effect], None]
"""Rows of our own that a finished effect leaves, such as a new order; in the same transaction."""

MOST_TRIES = 12
"""After so many tries an effect stops and becomes an incident: never a loop."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An effect in this worker's hands, as long as the epoch is still its own."""

    effect_id: int
    epoch: int
    worker: str


def take(
    session: Session,
    worker: str,
    lease: timedelta,
    limit: int,
    only: Sequence[int] | None = None,
) -> list[Taken]:
    """Lease up to `limit` due effects that nobody holds; skips those being taken right now."""
    due = (
        select(Effect.id)
        .where(Effect.status == "waiting", Effect.due_at <= func.redress_now())
        .where((Effect.lease_until.is_(None)) | (Effect.lease_until < func.redress_now()))
        .order_by(Effect.due_at, Effect.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if only is not None:
        due = due.where(Effect.id.in_(only))
    # Materialised: a plan that asked the subquery again would lock more than `limit`.
    picked = due.cte("picked").prefix_with("MATERIALIZED", dialect="postgresql")
    rows = session.execute(
        update(Effect)
        .where(Effect.id.in_(select(picked.c.id)))
        .values(
            epoch=Effect.epoch + 1,
            lease_until=func.redress_now() + lease,
            taken_by=worker,
        )
        .returning(Effect.id, Effect.epoch)
        .execution_options(synchronize_session=False)
    )
    return [Taken(effect_id, epoch, worker) for effect_id, epoch in rows]


def load(session: Session, taken: Taken) -> Effect | None:
    """The effect, if it is still in this worker's hands."""
    return session.scalar(
        select(Effect)
        .where(Effect.id == taken.effect_id, Effect.epoch == taken.epoch)
        .where(Effect.status == "waiting")
        .execution_options(populate_existing=True)
    )


def begin_attempt(
    session: Session,
    taken: Taken,
    key: str,
    request_hash: str,
    *,
    action: Literal["call", "look-up"] = "call",
    share_id: int | None = None,
    machine: MachineTime | None = None,
) -> int | None:
    """Write the attempt, to be committed before the call; None if the effect is no longer ours.

    Counts as a try (a look-up does not). `machine` is this moment on the worker's machine.
    """
    effect = _mine(session, taken)
    if effect is None:
        return None
    if action == "call":
        effect.tries += 1
    attempt = Attempt(
        effect=effect,
        share_id=share_id,
        epoch=taken.epoch,
        at=clock.now(session),
        action=action,
        key=key,
        request_hash=request_hash,
        answer={},
        worker=taken.worker,
        machine_at=machine.at if machine else None,
        machine_boot=machine.boot if machine else None,
        machine_up=machine.up if machine else None,
    )
    session.add(attempt)
    session.flush()
    return attempt.id


def answer_attempt(session: Session, attempt_id: int, result: AttemptResult, answer: Json) -> None:
    """Note what came back; not fenced: the word of the provider is true whoever holds it."""
    session.execute(
        update(Attempt)
        .where(Attempt.id == attempt_id)
        .values(answered_at=func.redress_now(), result=result, answer=answer)
    )


def earlier_attempts(session: Session, effect_id: int, key: str) -> list[Attempt]:
    """All attempts with one key, oldest first; one whose `result` is NULL crashed: unknown."""
    return list(
        session.scalars(
            select(Attempt)
            .where(Attempt.effect_id == effect_id, Attempt.key == key)
            .order_by(Attempt.id)
        )
    )


def settle_share(
    session: Session,
    taken: Taken,
    share_id: int,
    status: Literal["paid", "refused"],
    provider_reference: str | None,
    answer: Json,
) -> bool:
    """Write what became of one payment's share of a refund; False if it is no longer ours."""
    is_ours = _mine(session, taken) is not None
    share = session.get_one(RefundShare, share_id)
    if not is_ours:
        known = (share.status, share.provider_reference) == (status, provider_reference)
        other = share.status != "held" and not known
        observe(session, taken, f"share-{status}", answer, is_known=known, contradicts=other)
        return False
    share.status = status
    share.provider_reference = provider_reference
    session.flush()
    return True


def finish(
    session: Session,
    rules: Rules,
    taken: Taken,
    outcome: Outcome,
    word: str,
    answer: Json,
    record: Record | None = None,
) -> bool:
    """Write the outcome and fire its event, in one transaction; False if it is no longer ours.

    `word` is what happened, in a sentence for the page. `record` writes rows of our own that
    belong to a done effect. A case that cannot take the event (it was moved meanwhile) keeps its
    state: the outcome is written all the same, and an incident tells a person.
    """
    effect = _mine(session, taken)
    if effect is None:
        observe(session, taken, outcome, answer)
        return False
    [reclamation] = cases.lock(session, [effect.reclamation_id]).values()
    at = clock.now(session)
    actor = Actor("worker", taken.worker)
    conclude(session, rules, reclamation, effect, outcome, word, actor, at, record)
    return True


def postpone(session: Session, taken: Taken, wait: timedelta, word: str) -> bool:
    """Hand the effect back to be tried again after `wait`; False if it is no longer ours.

    For what surely has not begun, and for unknown ones that may be asked again with their key.
    """
    effect = _mine(session, taken)
    if effect is None:
        return False
    effect.due_at = clock.now(session) + wait
    effect.lease_until = None
    effect.last_word = word
    session.flush()
    return True


def give_to_a_person(session: Session, rules: Rules, taken: Taken, word: str, answer: Json) -> bool:
    """Stop trying: an incident. Where money may be gone this is the `unknown` outcome."""
    effect = _mine(session, taken)
    if effect is None:
        observe(session, taken, "stopped", answer)
        return False
    if "unknown" in effect.outcomes:
        at = clock.now(session)
        open_incident(session, effect, "effect-unknown", word, at)
        return finish(session, rules, taken, "unknown", word, answer)
    at = clock.now(session)
    [reclamation] = cases.lock(session, [effect.reclamation_id]).values()
    outcomes.stop(session, reclamation, effect, word, Actor("worker", taken.worker), at)
    finish_writing(session)
    return True


def hand_back(session: Session, taken: Sequence[Taken]) -> None:
    """Give leases back at a clean end (SIGTERM), so that another worker need not wait."""
    for each in taken:
        session.execute(
            update(Effect)
            .where(Effect.id == each.effect_id, Effect.epoch == each.epoch)
            .where(Effect.status == "waiting")
            .values(lease_until=None)
            .execution_options(synchronize_session=False)
        )


def prolong(session: Session, taken: Taken, lease: timedelta) -> bool:
    """Lengthen the lease between the calls of one effect; False if it is no longer ours."""
    effect = _mine(session, taken)
    if effect is None:
        return False
    effect.lease_until = clock.now(session) + lease
    return True


def observe(
    session: Session,
    taken: Taken,
    outcome: str,
    answer: Json,
    *,
    is_known: bool = False,
    contradicts: bool = False,
) -> None:
    """Keep a word that came too late; it is never dropped.

    A person is told unless it says what is known already, or the effect is in the hands of
    another worker, who reads it among the attempts, or the word ends that nobody knew; one that
    contradicts what is settled is told all the same.
    """
    at = clock.now(session)
    effect = session.get_one(Effect, taken.effect_id)
    session.add(
        Observation(
            effect_id=taken.effect_id, epoch=taken.epoch, at=at, outcome=outcome, answer=answer
        )
    )
    is_the_truth = effect.status == "unknown" and outcome == "share-paid"
    is_news = not is_known and effect.status not in {outcome, "waiting"}
    if contradicts or (is_news and not is_the_truth):
        word = (
            f"{taken.worker} came back late with {outcome!r} for {effect.kind} ({effect.key}), "
            f"which is {effect.status!r} by now; compare with the provider."
        )
        open_incident(session, effect, "late-word", word, at)
    session.flush()


def _mine(session: Session, taken: Taken) -> Effect | None:
    """The effect, locked, if the epoch is still ours: the fence of every write.

    The reclamation is locked first, as everywhere: one order of locks, no deadlock.
    """
    reclamation_id = session.scalar(
        select(Effect.reclamation_id).where(Effect.id == taken.effect_id)
    )
    if reclamation_id is None:
        return None
    cases.lock_rows(session, [reclamation_id])
    return session.scalar(
        select(Effect)
        .where(Effect.id == taken.effect_id, Effect.epoch == taken.epoch)
        .where(Effect.status == "waiting")
        .with_for_update()
        .execution_options(populate_existing=True)
    )
