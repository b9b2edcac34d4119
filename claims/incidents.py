"""What a person has to look at: opened by the program, closed with a word why."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from claims import clock
from claims.models import Effect, Incident
from claims.people import Actor
from claims.refusals import Refused

UNKNOWN = "effect-unknown"


def open_incident(session: Session, effect: Effect, kind: str, sentence: str, at: datetime) -> None:
    """Tell whoever looks after effects that one of them needs a person."""
    session.add(
        Incident(
            reclamation_id=effect.reclamation_id,
            effect=effect,
            kind=kind,
            sentence=sentence,
            opened_at=at,
        )
    )


def tell_once(session: Session, effect_id: int, kind: str, sentence: str) -> datetime:
    """Open an incident unless one of this kind says the same already, of whichever effect.

    For what befalls every effect alike, such as a key that a provider no longer takes. Gives the
    moment since when it is told.
    """
    told_at = session.scalar(
        select(Incident.opened_at)
        .where(Incident.resolved_at.is_(None), Incident.kind == kind, Incident.sentence == sentence)
        .order_by(Incident.id)
        .limit(1)
    )
    if told_at is None:
        told_at = clock.now(session)
        effect = session.get_one(Effect, effect_id)
        open_incident(session, effect, kind, sentence, told_at)
    return told_at


def settle_unknown(effect: Effect, actor: Actor, at: datetime, word: str) -> None:
    """A person has decided an unknown effect: what was open because of it is resolved by that."""
    for incident in effect.incidents:
        if incident.kind == UNKNOWN and incident.resolved_at is None:
            incident.resolved_at, incident.resolved_by = at, actor.name
            incident.resolution = word


def resolve_incident(session: Session, incident_id: int, actor: Actor, word: str) -> None:
    """Close an incident with a word why. Refused without one."""
    if not word.strip():
        raise Refused("Say in a word or two what was found; the incident stays open without it.")
    incident = session.get_one(Incident, incident_id)
    if incident.resolved_at is None:
        incident.resolved_at = clock.now(session)
        incident.resolved_by, incident.resolution = actor.name, word.strip()
