"""Open cases as a migration reads them: a handful of statements for a whole chunk."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, Select, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql import ColumnElement

from claims.cases import Subject
from claims.migrating.standing import Clock, OpenEffect, Standing
from claims.models import Deadline, Effect, Item, Order, Reclamation, Refund, Shop

CaseKey = tuple[int, int | None]
"""The keys of a reclamation and of its item; None for the reclamation itself."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which open cases a migration is about."""

    workflow: str
    subject: Subject
    to_hash: str
    from_hash: str | None = None
    """Only cases of this version."""


def is_one_of(column: InstrumentedAttribute[int], keys: Iterable[int]) -> ColumnElement[bool]:
    """`column = ANY(keys)`: one plan, however many keys there are."""
    return column == func.any(literal(sorted(set(keys)), ARRAY(BigInteger)))


def candidates(session: Session, chosen: Chosen, after: int, limit: int) -> list[int]:
    """Keys of the next open cases that are not pinned to the new version; takes no lock."""
    model = Item if chosen.subject == "item" else Reclamation
    is_open = Item.final.is_(None) if chosen.subject == "item" else Reclamation.closed_at.is_(None)
    found = (
        select(model.id)
        .where(model.workflow == chosen.workflow, is_open, model.id > after)
        .where(model.workflow_hash != chosen.to_hash)
        .order_by(model.id)
        .limit(limit)
    )
    if chosen.from_hash is not None:
        found = found.where(model.workflow_hash == chosen.from_hash)
    return list(session.scalars(found))


def lock(session: Session, subject: Subject, case_ids: Sequence[int]) -> set[int]:
    """Lock what is free of the cases' orders and reclamations; gives the reclamations' keys.

    In the order of all locks (docs/decisions/0007), and without waiting for anybody: a case that
    somebody is working on comes later.
    """
    if subject == "item":
        keys = set(session.scalars(select(Item.reclamation_id).where(is_one_of(Item.id, case_ids))))
    else:
        keys = set(case_ids)
    their_orders = select(Reclamation.order_id).where(is_one_of(Reclamation.id, keys))
    orders = session.scalars(
        select(Order.id)
        .where(Order.id.in_(their_orders))
        .order_by(Order.id)
        .with_for_update(key_share=True, skip_locked=True)
    ).all()
    return set(
        session.scalars(
            select(Reclamation.id)
            .where(is_one_of(Reclamation.id, keys), is_one_of(Reclamation.order_id, orders))
            .order_by(Reclamation.id)
            .with_for_update(key_share=True, skip_locked=True)
        )
    )


def standings(session: Session, subject: Subject, case_ids: Sequence[int]) -> list[Standing]:
    """How the open ones among these cases stand, in the order of their keys."""
    rows = session.execute(_items(case_ids) if subject == "item" else _reclamations(case_ids)).all()
    reclamation_ids = {row.reclamation_id for row in rows}
    effects = _effects(session, reclamation_ids)
    clocks = _clocks(session, reclamation_ids)
    proposals = set(
        session.scalars(
            select(Refund.item_id).where(
                is_one_of(Refund.reclamation_id, reclamation_ids), Refund.status == "proposed"
            )
        )
    )
    found = []
    for row in rows:
        key = (row.reclamation_id, row.id if subject == "item" else None)
        found.append(
            Standing(
                subject=subject,
                id=row.id,
                reclamation_id=row.reclamation_id,
                number=row.number,
                position=row.position,
                shop=row.shop,
                hash=row.workflow_hash,
                state=row.state,
                state_since=row.state_since,
                opened_at=row.opened_at,
                effects=tuple(effects[key]),
                has_proposal=subject == "item" and row.id in proposals,
                clocks=tuple(clocks[key]),
                beside=frozenset(row.beside or ()),
            )
        )
    return found


def _items(case_ids: Sequence[int]) -> Select[*tuple[object, ...]]:
    return (
        select(
            Item.id,
            Item.reclamation_id,
            Item.position,
            Item.workflow_hash,
            Item.state,
            Item.state_since,
            Reclamation.number,
            Reclamation.opened_at,
            array([Reclamation.workflow_hash]).label("beside"),
            Shop.code.label("shop"),
        )
        .join(Reclamation, Reclamation.id == Item.reclamation_id)
        .join(Shop, Shop.id == Reclamation.shop_id)
        .where(is_one_of(Item.id, case_ids), Item.final.is_(None))
        .order_by(Item.id)
    )


def _reclamations(case_ids: Sequence[int]) -> Select[*tuple[object, ...]]:
    versions_of_items = (
        select(func.array_agg(Item.workflow_hash.distinct()))
        .where(Item.reclamation_id == Reclamation.id, Item.final.is_(None))
        .scalar_subquery()
    )
    return (
        select(
            Reclamation.id,
            Reclamation.id.label("reclamation_id"),
            literal(0).label("position"),
            Reclamation.workflow_hash,
            Reclamation.state,
            Reclamation.state_since,
            Reclamation.number,
            Reclamation.opened_at,
            versions_of_items.label("beside"),
            Shop.code.label("shop"),
        )
        .join(Shop, Shop.id == Reclamation.shop_id)
        .where(is_one_of(Reclamation.id, case_ids), Reclamation.closed_at.is_(None))
        .order_by(Reclamation.id)
    )


def _effects(session: Session, reclamation_ids: set[int]) -> dict[CaseKey, list[OpenEffect]]:
    found: defaultdict[CaseKey, list[OpenEffect]] = defaultdict(list)
    rows = session.execute(
        select(Effect.reclamation_id, Effect.item_id, Effect.use, Effect.status, Effect.outcomes)
        .where(is_one_of(Effect.reclamation_id, reclamation_ids))
        .where(Effect.status.in_(("waiting", "unknown", "stopped")))
        .order_by(Effect.id)
    )
    for row in rows:
        events = frozenset(str(event) for event in row.outcomes.values())
        effect = OpenEffect(row.use, row.status, events)
        found[row.reclamation_id, row.item_id].append(effect)
    return found


def _clocks(session: Session, reclamation_ids: set[int]) -> dict[CaseKey, list[Clock]]:
    found: defaultdict[CaseKey, list[Clock]] = defaultdict(list)
    rows = session.execute(
        select(
            Deadline.reclamation_id,
            Deadline.item_id,
            Deadline.id,
            Deadline.event,
            Deadline.state,
            Deadline.begun_at,
            Deadline.runs_out_at,
            Deadline.due_at,
            Deadline.paused_at,
            Deadline.remaining,
            Deadline.ending,
        )
        .where(is_one_of(Deadline.reclamation_id, reclamation_ids))
        .where(Deadline.ended_at.is_(None) | Deadline.ending.in_(("fired", "held")))
        .order_by(Deadline.id)
    )
    for row in rows:
        found[row.reclamation_id, row.item_id].append(Clock(*row[2:]))
    return found
