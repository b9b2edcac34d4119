"""An outcome written down and its event fired, under locks: by a worker, or by the truth later."""

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import OperationalError
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

log = logging.getLogger(__name__)


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
    (it was moved meanwhile, or a fact of an extension stumbles) keeps its state: the outcome is
    written all the same, and an incident tells a person. `record` writes rows of our own that
    belong to a done effect.
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
    except OperationalError:
        raise
    except Exception as wrong:  # noqa: BLE001 - what the provider said is kept, whatever happens
        session.info.pop("effects_new", None)
        outcomes.not_taken(session, effect, event, _why(wrong), at)
        _go_on(session, rules, effect, actor, at)


def _go_on(session: Session, rules: Rules, effect: Effect, actor: Actor, at: datetime) -> None:
    """What follows from the facts that the outcome itself has changed, such as a paid refund."""
    if not is_watching(session, rules, effect.reclamation):
        return
    try:
        with session.begin_nested():
            go_on(session, rules, effect.reclamation, actor, at)
            finish_writing(session)
    except OperationalError:
        raise
    except Exception as wrong:  # noqa: BLE001 - the same
        session.info.pop("effects_new", None)
        open_incident(session, effect, "change-not-taken", _why(wrong), at)


def _why(wrong: Exception) -> str:
    """Why a case could not move; a mistake of the program or of an extension is logged too."""
    if isinstance(wrong, Refused):
        return str(wrong)
    log.error("An outcome is kept, but its case could not move.", exc_info=wrong)
    return f"The program made a mistake: {type(wrong).__name__}: {wrong}"
