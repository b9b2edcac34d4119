"""What every kind of effect goes through: the attempt before the call, and its outcome after.

No transaction is open while something outside is called.
"""

import hashlib
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from claims import effects
from claims.effects import MOST_TRIES, Record, Taken
from claims.models import Effect
from claims.outside import Done, NotBegun, Outcome, Refused, Unknown
from tasks.workshop import Workshop

FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 3600.0
SHORT_WAITS = 3


@dataclass(frozen=True, slots=True)
class Job:
    """An effect in our hands, with what is needed to carry it out as it was frozen."""

    taken: Taken
    kind: str
    key: str
    generation: int
    request: Mapping[str, Any]


Handler = Callable[[Workshop, Job], None]


def job_of(effect: Effect, taken: Taken) -> Job:
    return Job(taken, effect.kind, effect.key, effect.generation, effect.request)


def do_once(
    shop: Workshop, job: Job, call: Callable[[], Outcome], record: Record, done: str
) -> None:
    """The whole way of an effect that is one call: attempt, call, outcome.

    `record` writes the rows of our own that belong to it once it is done, and `done` says in a
    sentence what was.
    """
    with shop.transaction() as session:
        if earlier := _late_word(session, job):
            effects.finish(session, shop.rules, job.taken, "done", done, earlier, record)
            return
        attempt = effects.begin_attempt(session, job.taken, job.key, digest(job.request))
    if attempt is None:
        return
    outcome = call()
    with shop.transaction() as session:
        effects.answer_attempt(session, attempt, result_of(outcome), answer_of(outcome))
        match outcome:
            case Done():
                effects.finish(
                    session, shop.rules, job.taken, "done", done, answer_of(outcome), record
                )
            case Refused(reason):
                effects.finish(
                    session, shop.rules, job.taken, "refused", reason, answer_of(outcome)
                )
            case NotBegun() | Unknown():
                postpone_or_stop(session, shop, job, outcome)


def _late_word(session: Session, job: Job) -> dict[str, Any] | None:
    """What a worker was told that came back too late to finish the effect itself."""
    earlier = effects.earlier_attempts(session, job.taken.effect_id, job.key)
    return next((attempt.answer for attempt in earlier if attempt.result == "done"), None)


def postpone_or_stop(
    session: Session, shop: Workshop, job: Job, outcome: NotBegun | Unknown, settled: int = 0
) -> None:
    """Try again later with more patience each time, or tell a person that it was often enough.

    `settled` tries were not in vain: the shares of a refund that are paid.
    """
    effect = effects.load(session, job.taken)
    in_vain = max(1, effect.tries - settled) if effect is not None else 1
    if in_vain >= MOST_TRIES:
        word = f"Tried {in_vain} times. {outcome.reason}"
        effects.give_to_a_person(session, shop.rules, job.taken, word, answer_of(outcome))
        return
    asked = outcome.wait_seconds if isinstance(outcome, NotBegun) else None
    effects.postpone(session, job.taken, back_off(in_vain, asked), outcome.reason)


def back_off(tries: int, asked_seconds: float | None = None) -> timedelta:
    """Longer after each try, never all at once, never less than what was asked.

    Twice as long at first, so that what meets a provider that starts anew waits seconds; from the
    fifth try on three times, so that the last of them outlasts hours.
    """
    doubled, tripled = min(tries - 1, SHORT_WAITS), max(tries - 1 - SHORT_WAITS, 0)
    seconds = min(FIRST_WAIT_SECONDS * 2.0**doubled * 3.0**tripled, LONGEST_WAIT_SECONDS)
    least = min(asked_seconds or 0.0, LONGEST_WAIT_SECONDS)
    return timedelta(seconds=max(seconds, least) * random.uniform(1.0, 1.5))  # noqa: S311 - jitter


def digest(request: Mapping[str, Any]) -> str:
    """SHA-256 of what is asked for, so that an attempt can be compared with another."""
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()


def result_of(outcome: Outcome) -> effects.AttemptResult:
    match outcome:
        case Done():
            return "done"
        case Refused():
            return "refused"
        case NotBegun():
            return "not-begun"
        case Unknown():
            return "unknown"


def answer_of(outcome: Outcome) -> dict[str, Any]:
    """What is kept of an answer with its attempt."""
    match outcome:
        case Done(provider_reference, answer):
            return {"reference": provider_reference, "answer": dict(answer)}
        case Refused(reason, answer):
            return {"sentence": reason, "answer": dict(answer)}
        case NotBegun(reason):
            return {"sentence": reason}
        case Unknown(reason, answered):
            return {"sentence": reason, "answered": answered}
