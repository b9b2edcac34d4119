"""For whom a reclamation waits, as conditions for SQL.

An open item's `waits_for` speaks for the reclamation; only when none of its items is open does
its own count. A state that names nobody waits for us: somebody has to look at it.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from claims.models import Deadline, Item, Reclamation, Refund
from claims.people import ROLES

US = ROLES
"""Roles: whoever waits for one of these waits for us."""

LATE_AFTER = timedelta(days=3)
"""What has waited for us longer than this is late, also without a deadline of its own."""

MONEY_IN_FLIGHT = ("asked", "unclear")


def _open_item(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Item.reclamation_id == Reclamation.id, Item.final.is_(None), *conditions)


def is_open() -> ColumnElement[bool]:
    return Reclamation.closed_at.is_(None)


def needs_action() -> ColumnElement[bool]:
    """Waits for one of us."""
    ours = func.coalesce(Item.waits_for, US[0]).in_(US)
    itself = func.coalesce(Reclamation.waits_for, US[0]).in_(US)
    return and_(is_open(), or_(_open_item(ours), and_(itself, ~_open_item())))


def waits_for_customer() -> ColumnElement[bool]:
    return and_(
        is_open(),
        or_(
            _open_item(Item.waits_for == "customer"),
            and_(Reclamation.waits_for == "customer", ~_open_item()),
        ),
    )


def money_in_flight() -> ColumnElement[bool]:
    """A refund of it was asked for and nobody has heard yet, or nobody knows."""
    asked = select(Refund.reclamation_id).where(Refund.status.in_(MONEY_IN_FLIGHT))
    return Reclamation.id.in_(asked)


def is_late() -> ColumnElement[bool]:
    """A clock of it has run out, or it has waited for one of us for longer than LATE_AFTER.

    A clock that stands still has not run out; one that nobody hears in this state has.
    """
    now = func.redress_now()
    passed = exists().where(
        Deadline.reclamation_id == Reclamation.id,
        Deadline.ended_at.is_(None),
        Deadline.runs_out_at < now,
    )
    waited = _open_item(
        func.coalesce(Item.waits_for, US[0]).in_(US), Item.state_since < now - LATE_AFTER
    )
    return and_(is_open(), or_(passed, waited))
