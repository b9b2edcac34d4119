"""What an outcome does to our own rows, in memory; `claims.effects` does it under locks."""

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from claims import journal
from claims.asking import MONEY
from claims.incidents import open_incident
from claims.models import Effect, Reclamation
from claims.money import findings, refunds
from claims.people import Actor
from claims.refusals import Refused
from claims.steps import Happening

Outcome = Literal["done", "refused", "unknown"]
ASK_AGAIN = timedelta(hours=1)
"""So long after nobody knew it is looked up again; see claims.late_truth."""


def settle(
    reclamation: Reclamation,
    effect: Effect,
    outcome: Outcome,
    word: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Write what became of an effect: its status, the journal, and its refund if it is one."""
    effect.status, effect.last_word, effect.lease_until = outcome, word, None
    if outcome == "unknown":
        effect.due_at = at + ASK_AGAIN
    else:
        effect.done_at = at
    journal.write(
        reclamation,
        actor,
        "effect",
        at,
        item=effect.item,
        event=effect.kind,
        input={"effect": effect.use, "key": effect.key, "outcome": outcome, "sentence": word},
    )
    if effect.kind == MONEY:
        _settle_refund(effect, outcome, word, actor, at)


def _settle_refund(effect: Effect, outcome: Outcome, word: str, actor: Actor, at: datetime) -> None:
    refund = effect.refund
    if refund is None:
        raise LookupError(f"The effect {effect.key} is a refund without a row in refunds.")
    if refund.status == "unclear":
        findings.overtake(refund, actor, at, word)
    if outcome == "done":
        refunds.settle_paid(refund, at)
    elif outcome == "refused":
        refunds.release(refund, "refused", at)
    else:
        refund.status = "unclear"


def stop(
    session: Session,
    reclamation: Reclamation,
    effect: Effect,
    word: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Write that nobody tries any more, and tell a person."""
    effect.status, effect.last_word, effect.lease_until = "stopped", word, None
    journal.write(
        reclamation,
        actor,
        "effect",
        at,
        item=effect.item,
        event=effect.kind,
        input={"effect": effect.use, "key": effect.key, "outcome": "stopped", "sentence": word},
    )
    open_incident(session, effect, "effect-stopped", word, at)


def event_of(effect: Effect, outcome: Outcome) -> str | None:
    """The event that the case's version wants to be fired for the outcome."""
    event = effect.outcomes.get(outcome)
    return None if event is None else str(event)


def happening_of(effect: Effect, event: str, actor: Actor, at: datetime) -> Happening:
    """The outcome's event on its way into the case; Refused where that is settled already."""
    case = effect.item or effect.reclamation
    if case.final is not None:
        raise Refused("It is settled already.")
    return Happening(case, event, actor, at)


def not_taken(session: Session, effect: Effect, event: str, why: str, at: datetime) -> None:
    """Tell a person that a case could not take the event of an outcome; the outcome stays."""
    case = effect.item or effect.reclamation
    sentence = (
        f"{effect.kind} ended as {effect.status!r}, but the case, which is in the state "
        f"{case.state!r}, could not take {event!r}: {why}"
    )
    open_incident(session, effect, "event-not-taken", sentence, at)


def unhandled(session: Session, effect: Effect, outcome: Outcome, word: str, at: datetime) -> None:
    """Tell a person of an outcome that fires nothing, unless all is well."""
    if outcome != "done":
        open_incident(session, effect, f"effect-{outcome}", word, at)
