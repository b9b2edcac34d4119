"""The list of orders by keyset, and one order with all that its page shows."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, exists, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, joinedload, selectinload

from claims.models import BusinessUnit, Item, Order, OrderLine, Reclamation, Refund, Shop

Claimed = Literal["", "yes", "open", "no"]


@dataclass(frozen=True, slots=True)
class Filters:
    """Every choice that the address of the page carries."""

    search: str = ""
    shop: str = ""
    unit: str = ""
    """A business unit as `SHOP:UNIT`."""
    claimed: Claimed = ""
    """Has a reclamation, has one that is open, or has none."""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the list: rows stand strictly after (or before) it."""

    placed_at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class ReclamationBrief:
    number: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class OrderRow:
    id: int
    number: str
    kind: str
    status: str
    placed_at: datetime
    shop: str
    unit: str
    customer: str
    email: str
    currency: str
    total_paid: int
    lines: int
    first_line: str
    reclamations: tuple[ReclamationBrief, ...]


@dataclass(frozen=True, slots=True)
class Page:
    rows: tuple[OrderRow, ...]
    newer: Cursor | None
    older: Cursor | None


def page(
    session: Session,
    filters: Filters,
    *,
    after: Cursor | None = None,
    before: Cursor | None = None,
    size: int = 50,
) -> Page:
    """At most `size` orders, the newest first; always three statements at most."""
    backwards = before is not None and after is None
    statement = _rows(filters)
    place = tuple_(Order.placed_at, Order.id)
    if backwards and before is not None:
        statement = statement.where(place > tuple_(before.placed_at, before.id)).order_by(
            Order.placed_at, Order.id
        )
    else:
        if after is not None:
            statement = statement.where(place < tuple_(after.placed_at, after.id))
        statement = statement.order_by(Order.placed_at.desc(), Order.id.desc())
    found = session.execute(statement.limit(size + 1)).all()
    more, shown = len(found) > size, found[:size]
    rows = _completed(session, shown[::-1] if backwards else shown)
    if not rows:
        return Page((), None, None)
    first, last = (Cursor(row.placed_at, row.id) for row in (rows[0], rows[-1]))
    if backwards:
        return Page(rows, first if more else None, last)
    return Page(rows, first if after else None, last if more else None)


def with_everything(session: Session, order_id: int) -> Order | None:
    """One order with lines, payments, refunds and all its reclamations, in a few statements."""
    return session.scalar(
        select(Order)
        .where(Order.id == order_id)
        .options(
            joinedload(Order.shop),
            joinedload(Order.business_unit),
            joinedload(Order.origin_reclamation),
            selectinload(Order.lines),
            selectinload(Order.payments),
            selectinload(Order.refunds).joinedload(Refund.item),
            selectinload(Order.reclamations).options(
                selectinload(Reclamation.items).joinedload(Item.line),
                joinedload(Reclamation.assignee),
            ),
        )
    )


def by_number(session: Session, number: str) -> Sequence[Order]:
    """The orders of all shops that have this number."""
    return session.scalars(select(Order).where(Order.number == number).order_by(Order.id)).all()


def _rows(filters: Filters) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Order.id,
            Order.number,
            Order.kind,
            Order.status,
            Order.placed_at,
            Shop.name.label("shop"),
            func.coalesce(BusinessUnit.name, "").label("unit"),
            Order.customer_name.label("customer"),
            Order.customer_email.label("email"),
            Order.currency,
            Order.total_paid,
        )
        .join(Shop, Shop.id == Order.shop_id)
        .outerjoin(BusinessUnit, BusinessUnit.id == Order.business_unit_id)
        .where(*_conditions(filters))
    )


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.search:
        found.append(_matches(filters.search))
    if filters.shop:
        found.append(Order.shop_id.in_(select(Shop.id).where(Shop.code == filters.shop)))
    if filters.unit:
        shop, _, unit = filters.unit.partition(":")
        units = select(BusinessUnit.id).join(BusinessUnit.shop)
        found.append(
            Order.business_unit_id.in_(units.where(Shop.code == shop, BusinessUnit.code == unit))
        )
    if filters.claimed:
        found.append(_claimed(filters.claimed))
    if filters.since:
        found.append(Order.placed_at >= filters.since)
    if filters.until:
        found.append(Order.placed_at < filters.until)
    return found


def _claimed(choice: Claimed) -> ColumnElement[bool]:
    of_order = Reclamation.order_id == Order.id
    if choice == "open":
        return exists().where(of_order, Reclamation.closed_at.is_(None))
    has_one = exists().where(of_order)
    return ~has_one if choice == "no" else has_one


def _matches(words: str) -> ColumnElement[bool]:
    """Number, customer and mail by their trigrams; an article's number as a whole."""
    named = select(Order.id).where(
        or_(
            Order.number.icontains(words, autoescape=True),
            Order.customer_name.icontains(words, autoescape=True),
            Order.customer_email.icontains(words, autoescape=True),
        )
    )
    spellings = {words, words.upper(), words.lower()}
    with_sku = select(OrderLine.order_id).where(OrderLine.sku.in_(spellings))
    customers = select(Order.id).where(Order.customer_number == words)
    return Order.id.in_(named.union(with_sku, customers))


def _completed(session: Session, found: Sequence[Row[Any]]) -> tuple[OrderRow, ...]:
    """The rows with what stands beside them, read for the whole page at once."""
    ids = [row.id for row in found]
    lines = {
        row.order_id: row
        for row in session.execute(
            select(
                OrderLine.order_id,
                func.count().label("lines"),
                func.array_agg(aggregate_order_by(OrderLine.name, OrderLine.position))[1].label(
                    "first_line"
                ),
            )
            .where(OrderLine.order_id.in_(ids))
            .group_by(OrderLine.order_id)
        )
    }
    reclamations: dict[int, list[ReclamationBrief]] = defaultdict(list)
    for row in session.execute(
        select(Reclamation.order_id, Reclamation.number, Reclamation.closed_at)
        .where(Reclamation.order_id.in_(ids))
        .order_by(Reclamation.id)
    ):
        reclamations[row.order_id].append(ReclamationBrief(row.number, row.closed_at is None))
    return tuple(
        OrderRow(
            **row._mapping,
            lines=lines[row.id].lines if row.id in lines else 0,
            first_line=lines[row.id].first_line if row.id in lines else "",
            reclamations=tuple(reclamations[row.id]),
        )
        for row in found
    )
