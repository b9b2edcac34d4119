"""What operators look at: effects by what is happening to them, and open incidents."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from claims.models import Effect, Incident, Item
from claims.refusals import NotFound

SHOWN = 100
COUNTED_TO = 10_000


GROUPS = {
    "due": "Due",
    "flight": "In flight",
    "unknown": "Unknown",
    "stopped": "Stopped",
    "refused": "Refused",
    "done": "Done",
}
"""The tabs of the page in their order, with words for people."""


def in_group(group: str) -> ColumnElement[bool]:
    """Which effects a tab shows. In flight are those that a worker holds right now."""
    if group == "due":
        idle = or_(Effect.lease_until.is_(None), Effect.lease_until <= func.redress_now())
        return and_(Effect.status == "waiting", idle)
    if group == "flight":
        return and_(Effect.status == "waiting", Effect.lease_until > func.redress_now())
    return Effect.status == group


def counts(session: Session) -> dict[str, int]:
    """How many effects each tab has, counted up to COUNTED_TO."""
    columns = [
        select(func.count())
        .select_from(select(Effect.id).where(in_group(group)).limit(COUNTED_TO + 1).subquery())
        .scalar_subquery()
        for group in GROUPS
    ]
    return dict(zip(GROUPS, session.execute(select(*columns)).one(), strict=True))


def newest(session: Session, group: str, *, after: int | None = None) -> Sequence[Effect]:
    """Up to SHOWN + 1 effects of a group; one more than SHOWN says that there is a next page."""
    statement = (
        select(Effect)
        .where(in_group(group))
        .options(
            joinedload(Effect.reclamation),
            joinedload(Effect.item).joinedload(Item.line),
            joinedload(Effect.refund),
            selectinload(Effect.attempts),
        )
        .order_by(Effect.id.desc())
        .limit(SHOWN + 1)
    )
    if after is not None:
        statement = statement.where(Effect.id < after)
    return session.scalars(statement).all()


def open_incidents(session: Session) -> Sequence[Incident]:
    """Up to SHOWN, the oldest first: whoever waited longest is looked at first."""
    return session.scalars(
        select(Incident)
        .where(Incident.resolved_at.is_(None))
        .options(joinedload(Incident.reclamation), joinedload(Incident.effect))
        .order_by(Incident.id)
        .limit(SHOWN)
    ).all()


def find_incident(session: Session, incident_id: int) -> Incident:
    found = session.get(Incident, incident_id)
    if found is None:
        raise NotFound(f"There is no incident {incident_id}.")
    return found
