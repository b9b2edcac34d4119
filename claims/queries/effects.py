"""What operators look at: effects by what is happening to them, and open incidents."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from claims.models import Effect, Incident, Item
from claims.refusals import NotFound

SHOWN = 100
COUNTED_TO = 10_000


def groups() -> dict[str, tuple[str, ColumnElement[bool]]]:
    """The tabs of the page: a word for people, and which effects it shows."""
    waits = Effect.status == "waiting"
    taken = and_(waits, Effect.lease_until > func.redress_now())
    idle = or_(Effect.lease_until.is_(None), Effect.lease_until <= func.redress_now())
    return {
        "due": ("Due", and_(waits, idle)),
        "flight": ("In flight", taken),
        "unknown": ("Unknown", Effect.status == "unknown"),
        "stopped": ("Stopped", Effect.status == "stopped"),
        "refused": ("Refused", Effect.status == "refused"),
        "done": ("Done", Effect.status == "done"),
    }


def counts(session: Session) -> dict[str, int]:
    shown = groups()
    columns = [
        select(func.count())
        .select_from(select(Effect.id).where(condition).limit(COUNTED_TO + 1).subquery())
        .scalar_subquery()
        for _, condition in shown.values()
    ]
    return dict(zip(shown, session.execute(select(*columns)).one(), strict=True))


def newest(session: Session, group: str, *, after: int | None = None) -> Sequence[Effect]:
    """Up to SHOWN + 1 effects of a group; one more than SHOWN says that there is a next page."""
    _, condition = groups()[group]
    statement = (
        select(Effect)
        .where(condition)
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
