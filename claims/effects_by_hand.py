"""What operators do with effects, and how many wait for a worker."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from claims import clock
from claims.models import Effect
from claims.people import Actor
from claims.refusals import Refused


def retry_by_hand(session: Session, effect_id: int, actor: Actor) -> None:
    """A person sends a stopped effect out again. Refused unless it is stopped."""
    effect = session.scalar(select(Effect).where(Effect.id == effect_id).with_for_update())
    if effect is None or effect.status != "stopped":
        raise Refused("Only an effect that was stopped can be tried again.")
    effect.status, effect.tries = "waiting", 0
    effect.due_at = clock.now(session)
    effect.last_word = f"{actor.name} had it tried again."
    asked: list[int] = session.info.setdefault("effects_asked", [])
    asked.append(effect.id)


def count_due(session: Session) -> int:
    """How many effects are due and in nobody's hands; for operators."""
    return session.scalars(
        select(func.count())
        .select_from(Effect)
        .where(Effect.status == "waiting", Effect.due_at <= func.redress_now())
        .where((Effect.lease_until.is_(None)) | (Effect.lease_until < func.redress_now()))
    ).one()
