"""What operators do with effects, and how many wait for a worker."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from claims import cases, clock, journal
from claims.asking import MONEY
from claims.models import Effect
from claims.people import Actor
from claims.refusals import Refused


def retry_by_hand(session: Session, effect_id: int, actor: Actor) -> None:
    """A person sends a stopped effect out again; the journal says who. Refused unless stopped."""
    effect = _locked(session, effect_id)
    if effect is None or effect.status != "stopped":
        raise Refused("Only an effect that was stopped can be tried again.")
    at = clock.now(session)
    effect.status, effect.tries, effect.due_at = "waiting", 0, at
    effect.last_word = f"{actor.name} had it tried again."
    _note(effect, actor, at, "tried-again", "It is to be tried again.")
    asked: list[int] = session.info.setdefault("effects_asked", [])
    asked.append(effect.id)


def look_up_again(session: Session, effect_id: int, actor: Actor) -> None:
    """A person has an unknown refund looked up at the provider by the next sweep.

    What is found settles it (`claims.late_truth`). The journal says who asked. Refused unless it
    is unknown.
    """
    effect = _locked(session, effect_id)
    if effect is None or effect.status != "unknown" or effect.kind != MONEY:
        raise Refused(
            "Only a refund of which nobody knows whether it was paid can be looked up again."
        )
    at = clock.now(session)
    effect.due_at = at
    effect.last_word = f"{actor.name} had it looked up again. Before: {effect.last_word}"
    _note(effect, actor, at, "look-up-asked", "It is to be looked up at the provider again.")


def _locked(session: Session, effect_id: int) -> Effect | None:
    """The effect with its reclamation, locked in the order of all locks."""
    reclamation_id = session.scalar(select(Effect.reclamation_id).where(Effect.id == effect_id))
    if reclamation_id is None:
        return None
    cases.lock(session, [reclamation_id])
    return session.scalar(
        select(Effect)
        .where(Effect.id == effect_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _note(effect: Effect, actor: Actor, at: datetime, outcome: str, sentence: str) -> None:
    said = {"effect": effect.use, "key": effect.key, "outcome": outcome, "sentence": sentence}
    journal.write(
        effect.reclamation, actor, "effect", at, item=effect.item, event=effect.kind, input=said
    )


def count_due(session: Session) -> int:
    """How many effects are due and in nobody's hands; for operators."""
    return session.scalars(
        select(func.count())
        .select_from(Effect)
        .where(Effect.status == "waiting", Effect.due_at <= func.redress_now())
        .where((Effect.lease_until.is_(None)) | (Effect.lease_until < func.redress_now()))
    ).one()
