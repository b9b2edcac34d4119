"""One reclamation with everything its page shows, in a fixed number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from claims.models import (
    Effect,
    Incident,
    Item,
    JournalEntry,
    Letter,
    Order,
    Reclamation,
    Refund,
    RefundShare,
    ReturnLabel,
)
from claims.refusals import NotFound

EARLIER_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Case:
    reclamation: Reclamation
    letters: Sequence[Letter]
    return_labels: Sequence[ReturnLabel]
    incidents: Sequence[Incident]
    """The open ones."""
    earlier: Sequence[Reclamation]
    """The customer's other reclamations, newest first, EARLIER_SHOWN at most."""
    earlier_count: int


def find(session: Session, number: str) -> Reclamation:
    """The reclamation of that number; NotFound where there is none."""
    found = session.scalar(select(Reclamation).where(Reclamation.number == number))
    if found is None:
        raise NotFound(f"There is no reclamation {number}.")
    return found


def find_item(session: Session, number: str, position: int) -> Item:
    """The item at that position, with its reclamation and order line; or NotFound."""
    found = session.scalar(
        select(Item)
        .join(Item.reclamation)
        .where(Reclamation.number == number, Item.position == position)
        .options(joinedload(Item.reclamation), joinedload(Item.line))
    )
    if found is None:
        raise NotFound(f"There is no item {position} of a reclamation {number}.")
    return found


def find_letter(session: Session, number: str, letter_id: int) -> Letter:
    """A letter of that reclamation; NotFound where it has no such letter."""
    found = session.scalar(
        select(Letter)
        .join(Reclamation, Reclamation.id == Letter.reclamation_id)
        .where(Reclamation.number == number, Letter.id == letter_id)
    )
    if found is None:
        raise NotFound(f"Reclamation {number} has no letter {letter_id}.")
    return found


def read_case(session: Session, number: str) -> Case:
    """Everything about a reclamation; NotFound where there is none."""
    reclamation = session.scalar(
        select(Reclamation)
        .where(Reclamation.number == number)
        .options(
            joinedload(Reclamation.shop),
            joinedload(Reclamation.business_unit),
            joinedload(Reclamation.assignee),
            joinedload(Reclamation.follow_up_of),
            joinedload(Reclamation.order).selectinload(Order.payments),
            selectinload(Reclamation.items).joinedload(Item.line),
            selectinload(Reclamation.journal).joinedload(JournalEntry.item),
            selectinload(Reclamation.deadlines),
            selectinload(Reclamation.effects).selectinload(Effect.attempts),
            selectinload(Reclamation.refunds).selectinload(Refund.lines),
            selectinload(Reclamation.refunds)
            .selectinload(Refund.shares)
            .joinedload(RefundShare.payment),
            selectinload(Reclamation.new_orders).selectinload(Order.lines),
            selectinload(Reclamation.follow_ups),
        )
    )
    if reclamation is None:
        raise NotFound(f"There is no reclamation {number}.")
    earlier, count = _earlier(session, reclamation)
    return Case(
        reclamation=reclamation,
        letters=session.scalars(
            select(Letter).where(Letter.reclamation_id == reclamation.id).order_by(Letter.id)
        ).all(),
        return_labels=session.scalars(
            select(ReturnLabel)
            .where(ReturnLabel.reclamation_id == reclamation.id)
            .order_by(ReturnLabel.id)
        ).all(),
        incidents=session.scalars(
            select(Incident)
            .where(Incident.reclamation_id == reclamation.id, Incident.resolved_at.is_(None))
            .order_by(Incident.id)
        ).all(),
        earlier=earlier,
        earlier_count=count,
    )


def _earlier(session: Session, reclamation: Reclamation) -> tuple[Sequence[Reclamation], int]:
    order = reclamation.order
    if not order.customer_number:
        return (), 0
    rows = session.execute(
        select(Reclamation, func.count().over())
        .join(Order, Order.id == Reclamation.order_id)
        .where(
            Order.shop_id == order.shop_id,
            Order.customer_number == order.customer_number,
            Reclamation.id != reclamation.id,
        )
        .order_by(Reclamation.opened_at.desc(), Reclamation.id.desc())
        .limit(EARLIER_SHOWN)
    ).all()
    return [row[0] for row in rows], rows[0][1] if rows else 0
