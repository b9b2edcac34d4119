"""An outcome written down and its event fired, under locks: by a worker, or by the truth later."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from claims import outcomes, refunded
from claims.changes import go_on, is_watching
from claims.door import finish_writing, fire_loaded
from claims.incidents import open_incident
from claims.models import Effect, Reclamation
from claims.outcomes import Outcome
from claims.people import Actor
from claims.refusals import Refused
from claims.rules import Rules


def conclude(
    session: Session,
    rules: Rules,
    reclamation: Reclamation,
    effect: Effect,
    outcome: Outcome,
    word: str,
    actor: Actor,
    at: datetime,
    record: Callable[[Session, Effect], None] | None = None,
) -> None:
    """Write the outcome, in a sentence for the page too, and fire its event.

    The reclamation was locked and loaded by `claims.cases`. A case that cannot take the event
    (it was moved meanwhile) keeps its state: the outcome is written all the same, and an
    incident tells a person. `record` writes rows of our own that belong to a done effect.
    """
    outcomes.settle(reclamation, effect, outcome, word, actor, at)
    if outcome == "done" and record is not None:
        record(session, effect)
    event = outcomes.event_of(effect, outcome)
    if event is not None:
        refunded.load(session, rules, [reclamation], actor, at, lock=True)
        _fire(session, rules, effect, event, actor, at)
    else:
        outcomes.unhandled(session, effect, outcome, word, at)
        _go_on(session, rules, effect, actor, at)
    finish_writing(session)


def _fire(
    session: Session, rules: Rules, effect: Effect, event: str, actor: Actor, at: datetime
) -> None:
    try:
        happening = outcomes.happening_of(effect, event, actor, at)
        with session.begin_nested():
            with session.no_autoflush:
                fire_loaded(session, rules, happening)
            finish_writing(session)
    except Refused as refused:
        session.info.pop("effects_new", None)
        outcomes.not_taken(session, effect, event, refused, at)
        _go_on(session, rules, effect, actor, at)


def _go_on(session: Session, rules: Rules, effect: Effect, actor: Actor, at: datetime) -> None:
    """What follows from the facts that the outcome itself has changed, such as a paid refund."""
    if not is_watching(session, rules, effect.reclamation):
        return
    try:
        with session.begin_nested():
            go_on(session, rules, effect.reclamation, actor, at)
            finish_writing(session)
    except Refused as refused:
        session.info.pop("effects_new", None)
        open_incident(session, effect, "change-not-taken", str(refused), at)
