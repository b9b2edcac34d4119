"""Orders into the database, a chunk at a time: one INSERT of heads, COPY for lines and payments."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ARRAY, BigInteger, DateTime, Text, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from claims.imports.drafts import OrderDraft
from claims.imports.mapping import ShopOfImport
from claims.imports.runs import RefusedRow
from claims.models import BusinessUnit, Order, OrderLine, Payment, Shop
from claims.money.refunds import money
from claims.refusals import Refused

DIFFERENT = "an order with this number is there already, and it is another one"
LINE_COLUMNS = (
    "order_id", "position", "sku", "name", "quantity", "unit_price", "discount", "tax",
    "tax_rate", "paid", "delivered_at", "status",
)  # fmt: skip
PAYMENT_COLUMNS = (
    "order_id", "position", "provider", "method", "reference", "captured", "currency",
    "paid_at",
)  # fmt: skip

_HEAD_COLUMNS: Mapping[str, TypeEngine[Any]] = {
    "number": Text(),
    "status": Text(),
    "placed_at": DateTime(timezone=True),
    "customer_number": Text(),
    "customer_name": Text(),
    "customer_email": Text(),
    "customer_address": Text(),
    "shipping_paid": BigInteger(),
    "shipping_tax": BigInteger(),
    "total_paid": BigInteger(),
}
_ARRAYS: Mapping[str, TypeEngine[Any]] = {"business_unit_id": BigInteger(), **_HEAD_COLUMNS}
# One parameter for each column, however many orders: thousands of them cost most of the time.
_INSERT_HEADS = text(
    f"""
    INSERT INTO orders (shop_id, kind, currency, {", ".join(_ARRAYS)})
    SELECT :shop_id, 'sale', :currency, given.*
    FROM unnest({", ".join(f":{name}" for name in _ARRAYS)}) AS given
    ON CONFLICT DO NOTHING RETURNING number, id
    """  # noqa: S608 (names from the table above)
).bindparams(*(bindparam(name, type_=ARRAY(kind)) for name, kind in _ARRAYS.items()))


@dataclass(slots=True)
class Written:
    counts: Counter[str] = field(default_factory=Counter)
    refused: list[RefusedRow] = field(default_factory=list)


def ensure_shop(session: Session, shop: ShopOfImport) -> int:
    """The key of the shop, which is made if it is new."""
    session.execute(
        insert(Shop)
        .values(code=shop.code, name=shop.name, currency=shop.currency)
        .on_conflict_do_nothing()
    )
    key, currency = session.execute(
        select(Shop.id, Shop.currency).where(Shop.code == shop.code)
    ).one()
    if currency != shop.currency:
        raise Refused(
            f"The shop {shop.code} keeps its books in {currency}, and the mapping says "
            f"{shop.currency}; give the import a shop of its own."
        )
    return int(key)


def write_orders(session: Session, shop: ShopOfImport, drafts: Sequence[OrderDraft]) -> Written:
    """Write the orders that are new; one that is there already stays as it is.

    Rows of an order that is there with another content are refused.
    """
    written = Written()
    shop_id = ensure_shop(session, shop)
    units = _ensure_units(session, shop_id, {d.business_unit for d in drafts} - {""})
    first: dict[str, OrderDraft] = {}
    for draft in drafts:
        known = first.setdefault(draft.number, draft)
        if known is not draft:
            _note_other(written, draft, known.total_paid, len(known.lines), shop)
    keys = _insert_heads(session, shop, shop_id, units, list(first.values()))
    new = [draft for draft in first.values() if draft.number in keys]
    _copy(session, OrderLine.__tablename__, LINE_COLUMNS, _line_rows(keys, new))
    _copy(session, Payment.__tablename__, PAYMENT_COLUMNS, _payment_rows(keys, new, shop.currency))
    written.counts["orders"] += len(new)
    written.counts["lines"] += sum(len(draft.lines) for draft in new)
    written.counts["total"] += sum(draft.total_paid for draft in new)
    _compare(session, shop, shop_id, [d for d in first.values() if d.number not in keys], written)
    return written


def _ensure_units(session: Session, shop_id: int, codes: set[str]) -> dict[str, int]:
    if not codes:
        return {}
    session.execute(
        insert(BusinessUnit)
        .values([{"shop_id": shop_id, "code": code, "name": code} for code in sorted(codes)])
        .on_conflict_do_nothing()
    )
    found = session.execute(
        select(BusinessUnit.code, BusinessUnit.id).where(
            BusinessUnit.shop_id == shop_id, BusinessUnit.code.in_(codes)
        )
    )
    return {str(code): int(key) for code, key in found}


def _insert_heads(
    session: Session,
    shop: ShopOfImport,
    shop_id: int,
    units: dict[str, int],
    drafts: list[OrderDraft],
) -> dict[str, int]:
    """Order number to key, of the orders that were not there."""
    if not drafts:
        return {}
    added = session.execute(
        _INSERT_HEADS,
        {
            "shop_id": shop_id,
            "currency": shop.currency,
            "business_unit_id": [units.get(draft.business_unit) for draft in drafts],
            **{name: [getattr(draft, name) for draft in drafts] for name in _HEAD_COLUMNS},
        },
    )
    return {str(number): int(key) for number, key in added}


def _line_rows(keys: dict[str, int], drafts: Sequence[OrderDraft]) -> Iterable[tuple[object, ...]]:
    for draft in drafts:
        for position, line in enumerate(draft.lines, start=1):
            yield (
                keys[draft.number], position, line.sku, line.name, line.quantity,
                line.unit_price, line.discount, line.tax, line.tax_rate, line.paid,
                line.delivered_at, line.status,
            )  # fmt: skip


def _payment_rows(
    keys: dict[str, int], drafts: Sequence[OrderDraft], currency: str
) -> Iterable[tuple[object, ...]]:
    for draft in drafts:
        for position, payment in enumerate(draft.payments, start=1):
            yield (
                keys[draft.number], position, payment.provider, payment.method,
                payment.reference, payment.captured, currency, payment.paid_at,
            )  # fmt: skip


def _copy(
    session: Session, table: str, columns: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> None:
    driver = session.connection().connection.driver_connection
    if driver is None:
        raise RuntimeError("The connection to the database was taken away.")
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with driver.cursor() as cursor, cursor.copy(statement) as copying:
        for row in rows:
            copying.write_row(row)


def _compare(
    session: Session,
    shop: ShopOfImport,
    shop_id: int,
    drafts: Sequence[OrderDraft],
    written: Written,
) -> None:
    """Count orders that were there already; note those that are there with another content."""
    if not drafts:
        return
    by_number = {draft.number: draft for draft in drafts}
    found = session.execute(
        select(Order.number, Order.total_paid, func.count(OrderLine.id))
        .outerjoin(OrderLine, OrderLine.order_id == Order.id)
        .where(Order.shop_id == shop_id, Order.number.in_(by_number))
        .group_by(Order.id)
    )
    for number, total, lines in found:
        draft = by_number[number]
        if total == draft.total_paid and lines == len(draft.lines):
            written.counts["there"] += 1
        else:
            _note_other(written, draft, total, lines, shop)


def _note_other(
    written: Written, draft: OrderDraft, total: int, lines: int, shop: ShopOfImport
) -> None:
    there = f"{lines} lines for {money(total, shop.currency)}"
    here = f"{len(draft.lines)} lines for {money(draft.total_paid, shop.currency)}"
    written.refused += [
        RefusedRow(
            line.at_line,
            DIFFERENT,
            f"Order {draft.number} is there with {there}; these rows have {here}. If rows of one "
            "order are apart in this file, the mapping must say rows-of-an-order: anywhere.",
        )
        for line in draft.lines
    ]
