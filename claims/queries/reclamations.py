"""The list of reclamations: one page by keyset, the counts of its tabs, the neighbours of a row."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, select, tuple_
from sqlalchemy.orm import Session

from claims.models import BusinessUnit, Deadline, Item, Order, OrderLine, Reclamation, Shop, Staff
from claims.money.amounts import worth
from claims.queries import waiting
from claims.queries.filters import Filters, conditions, tabs

COUNTED_TO = 10_000
"""Closed reclamations are counted up to here only; more are shown as `10,000+`."""


@dataclass(frozen=True, slots=True)
class ItemBrief:
    name: str
    sku: str
    quantity: int
    workflow_hash: str
    state: str
    is_open: bool
    waits_for: str | None
    worth: int

    @property
    def initials(self) -> str:
        """The first letters of the first two words: `BS` for Blue shirt."""
        return "".join(word[0] for word in self.name.split()[:2]).upper()


@dataclass(frozen=True, slots=True)
class ReclamationRow:
    id: int
    number: str
    order_id: int
    order_number: str
    shop: str
    unit: str
    customer: str
    email: str
    workflow_hash: str
    state: str
    waits_for: tuple[str, ...]
    currency: str
    value: int
    """What was paid for the pieces claimed, with tax."""
    priority: str
    assignee: str
    opened_at: datetime
    closed_at: datetime | None
    next_due: datetime | None
    """When the next of its clocks runs out, of those that run."""
    stands_still: bool
    """Whether one of its clocks stands still."""
    is_late: bool
    items: tuple[ItemBrief, ...]


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the list: rows stand strictly after (or before) it."""

    opened_at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Page:
    rows: tuple[ReclamationRow, ...]
    previous: Cursor | None
    next: Cursor | None


def page(
    session: Session,
    filters: Filters,
    viewer_id: int | None,
    *,
    after: Cursor | None = None,
    before: Cursor | None = None,
    size: int = 50,
) -> Page:
    """At most `size` rows after (or before) a cursor; always the same number of statements."""
    backwards = before is not None and after is None
    descending = (filters.sort == "newest") != backwards
    cursor = before if backwards else after
    statement = _rows(_chosen(filters, viewer_id))
    if cursor:
        statement = statement.where(_beyond(cursor, descending=descending))
    found = session.execute(
        statement.order_by(*_in_order(descending=descending)).limit(size + 1)
    ).all()
    more, shown = len(found) > size, found[:size]
    rows = _with_items(session, shown[::-1] if backwards else shown)
    if not rows:
        return Page((), None, None)
    first, last = _cursor(rows[0]), _cursor(rows[-1])
    if backwards:
        return Page(rows, first if more else None, last)
    return Page(rows, first if after else None, last if more else None)


def counts(session: Session, filters: Filters, viewer_id: int | None) -> dict[str, int]:
    """How many each tab would show with these filters; `closed` up to COUNTED_TO."""
    asked = conditions(filters, viewer_id)
    shown = dict(tabs(viewer_id))
    closed = shown.pop("closed")
    capped = select(Reclamation.id).where(closed, *asked).limit(COUNTED_TO + 1).subquery()
    columns = [func.count().filter(condition).label(name) for name, condition in shown.items()]
    row = session.execute(
        select(*columns, select(func.count()).select_from(capped).scalar_subquery())
        .select_from(Reclamation)
        .where(waiting.is_open(), *asked)
    ).one()
    return dict(zip((*shown, "closed"), row, strict=True))


def neighbours(
    session: Session, filters: Filters, viewer_id: int | None, of: Reclamation
) -> tuple[str | None, str | None]:
    """The numbers before and after this one in the list that the filters show."""
    here = Cursor(of.opened_at, of.id)
    newest_first = filters.sort == "newest"

    def nearest(*, descending: bool) -> str | None:
        return session.scalar(
            select(Reclamation.number)
            .where(*_chosen(filters, viewer_id), _beyond(here, descending=descending))
            .order_by(*_in_order(descending=descending))
            .limit(1)
        )

    return nearest(descending=not newest_first), nearest(descending=newest_first)


def _chosen(filters: Filters, viewer_id: int | None) -> list[ColumnElement[bool]]:
    shown = tabs(viewer_id)
    return [shown.get(filters.tab, shown["open"]), *conditions(filters, viewer_id)]


def _beyond(cursor: Cursor, *, descending: bool) -> ColumnElement[bool]:
    place = tuple_(Reclamation.opened_at, Reclamation.id)
    there = tuple_(cursor.opened_at, cursor.id)
    return place < there if descending else place > there


def _in_order(*, descending: bool) -> list[ColumnElement[Any]]:
    keys = (Reclamation.opened_at, Reclamation.id)
    return [key.desc() if descending else key.asc() for key in keys]


def _rows(chosen: Iterable[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    clocks = (Deadline.reclamation_id == Reclamation.id, Deadline.ended_at.is_(None))
    next_due = select(func.min(Deadline.runs_out_at)).where(*clocks).scalar_subquery()
    stands_still = exists().where(*clocks, Deadline.remaining.is_not(None))
    return (
        select(
            Reclamation.id,
            Reclamation.number,
            Reclamation.order_id,
            Order.number.label("order_number"),
            Shop.name.label("shop"),
            func.coalesce(BusinessUnit.name, "").label("unit"),
            Order.customer_name.label("customer"),
            Order.customer_email.label("email"),
            Reclamation.workflow_hash,
            Reclamation.state,
            Reclamation.waits_for,
            Reclamation.currency,
            Reclamation.priority,
            func.coalesce(Staff.name, "").label("assignee"),
            Reclamation.opened_at,
            Reclamation.closed_at,
            next_due.label("next_due"),
            stands_still.label("stands_still"),
            waiting.is_late().label("is_late"),
        )
        .join(Order, Order.id == Reclamation.order_id)
        .join(Shop, Shop.id == Reclamation.shop_id)
        .outerjoin(BusinessUnit, BusinessUnit.id == Reclamation.business_unit_id)
        .outerjoin(Staff, Staff.id == Reclamation.assignee_id)
        .where(*chosen)
    )


def _with_items(session: Session, found: Sequence[Row[Any]]) -> tuple[ReclamationRow, ...]:
    """The rows with their items, which are read for the whole page by one statement."""
    items = _items_of(session, [row.id for row in found])
    rows = []
    for row in found:
        briefs = tuple(items[row.id])
        fields = {**row._mapping, "waits_for": _whom(row, briefs)}
        rows.append(
            ReclamationRow(**fields, value=sum(brief.worth for brief in briefs), items=briefs)
        )
    return tuple(rows)


def _items_of(session: Session, reclamation_ids: Sequence[int]) -> dict[int, list[ItemBrief]]:
    items: dict[int, list[ItemBrief]] = defaultdict(list)
    for item, line in session.execute(
        select(Item, OrderLine)
        .join(OrderLine, OrderLine.id == Item.order_line_id)
        .where(Item.reclamation_id.in_(reclamation_ids))
        .order_by(Item.reclamation_id, Item.position)
    ):
        items[item.reclamation_id].append(
            ItemBrief(
                name=line.name,
                sku=line.sku,
                quantity=item.quantity,
                workflow_hash=item.workflow_hash,
                state=item.state,
                is_open=item.final is None,
                waits_for=item.waits_for,
                worth=worth(line.paid, line.quantity, item.pieces),
            )
        )
    return items


def _whom(row: Row[Any], items: Sequence[ItemBrief]) -> tuple[str, ...]:
    """Who is waited for, each once; nobody for a closed one."""
    if row.closed_at:
        return ()
    waits = [item.waits_for for item in items if item.is_open] or [row.waits_for]
    return tuple(dict.fromkeys(whom or waiting.US[0] for whom in waits))


def _cursor(row: ReclamationRow) -> Cursor:
    return Cursor(row.opened_at, row.id)
