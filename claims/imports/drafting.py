"""What the rows of one order come to: its head, its lines with amounts, its payments."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from claims.imports.drafts import LineDraft, OrderDraft, PaymentDraft
from claims.imports.files import Row
from claims.imports.mapping import OrdersMapping, Source
from claims.imports.runs import RefusedRow
from claims.imports.values import (
    MISSING,
    WRONG,
    BadValue,
    Reading,
    is_missing,
    optional,
    refuse_missing,
)

AMOUNTS = "the amounts do not fit each other"
NEEDED_OF_LINE = frozenset(
    {"sku", "quantity", "unit-price", "discount", "tax", "tax-rate", "shipping", "paid"}
)
Value = TypeVar("Value")


def draft_order(
    mapping: OrdersMapping, reading: Reading, number: str, rows: Sequence[Row]
) -> tuple[OrderDraft | None, list[RefusedRow]]:
    """The order that neighbouring rows make, and the rows that could not be taken.

    Each field of the head is taken from the first row that has it. None where no row is left or
    the head cannot be read: then every row is refused.
    """
    refused: list[RefusedRow] = []
    lines: list[LineDraft] = []
    kept: list[Row] = []
    for row in rows:
        try:
            line = draft_line(mapping, reading, row)
            _refuse_other_customer(mapping, number, rows[0], row)
        except BadValue as bad:
            refused.append(RefusedRow(row.line, bad.reason, bad.detail))
        else:
            lines.append(line)
            kept.append(row)
    if not lines:
        return None, refused
    try:
        return _draft(mapping, reading, number, rows, lines), refused
    except BadValue as bad:
        return None, refused + [RefusedRow(row.line, bad.reason, bad.detail) for row in kept]


def draft_line(mapping: OrdersMapping, reading: Reading, row: Row) -> LineDraft:
    """One line; BadValue where a value is missing or amounts contradict each other."""
    sources = mapping.line
    refuse_missing(row, sources, NEEDED_OF_LINE)

    def money(name: str) -> int:
        amount = reading.money(row, sources[name]) if name in sources else 0
        if amount < 0:
            raise BadValue(WRONG, f"{sources[name].name} is below 0.")
        return amount

    quantity = reading.whole(row, sources["quantity"])
    if quantity < 1:
        raise BadValue(WRONG, f"{sources['quantity'].name} is {quantity}, not above 0.")
    unit_price, tax, shipping = money("unit-price"), money("tax"), money("shipping")
    rate = reading.rate(row, sources["tax-rate"]) if "tax-rate" in sources else None
    on_top = mapping.prices == "without-tax"
    price = unit_price * quantity
    if "paid" in sources:
        paid = money("paid")
        paid -= shipping if "shipping" in mapping.paid_includes else 0
        paid += 0 if "tax" in mapping.paid_includes else tax
        discount = price - (paid - tax if on_top else paid)
        if "discount" in sources and discount != money("discount"):
            raise BadValue(
                AMOUNTS, f"Price, discount and what was paid differ by {discount} minor units."
            )
    else:
        discount = money("discount")
        goods = price - discount
        if rate and "tax" not in sources:
            whole = 10_000 if on_top else 10_000 + rate
            tax = (2 * goods * rate + whole) // (2 * whole)
        paid = goods + tax if on_top else goods
    if discount < 0 or not 0 <= tax <= paid:
        raise BadValue(
            AMOUNTS,
            f"{paid} paid with {tax} tax does not fit {quantity} × {unit_price} minor units.",
        )
    sku = optional(row, sources["sku"])
    return LineDraft(
        at_line=row.line,
        sku=sku,
        name=optional(row, sources.get("name")) or sku,
        quantity=quantity,
        unit_price=unit_price,
        discount=discount,
        tax=tax,
        tax_rate=rate,
        paid=paid,
        shipping=shipping,
        delivered_at=_maybe(row, sources.get("delivered-at"), reading.moment),
        status=optional(row, sources.get("status")) or "delivered",
    )


def _draft(
    mapping: OrdersMapping,
    reading: Reading,
    number: str,
    rows: Sequence[Row],
    lines: Sequence[LineDraft],
) -> OrderDraft:
    order = mapping.order

    def head(name: str) -> str:
        return next((said for row in rows if (said := optional(row, order.get(name)))), "")

    def amount(name: str) -> int:
        for row in rows:
            if name in order and not is_missing(row, order[name]):
                return reading.money(row, order[name])
        return 0

    shipping = amount("shipping") + sum(line.shipping for line in lines)
    shipping_tax = amount("shipping-tax")
    if not 0 <= shipping_tax <= shipping:
        raise BadValue(AMOUNTS, f"The tax on shipping ({shipping_tax}) is not within {shipping}.")
    dated = next((row for row in rows if not is_missing(row, order["placed-at"])), rows[0])
    total = sum(line.paid for line in lines) + shipping
    return OrderDraft(
        number=number,
        placed_at=reading.moment(dated, order["placed-at"]),
        customer_number=head("customer-number"),
        customer_name=head("customer-name"),
        customer_email=head("customer-email"),
        customer_address=head("customer-address"),
        business_unit=head("business-unit"),
        status=head("status") or "complete",
        shipping_paid=shipping,
        shipping_tax=shipping_tax,
        lines=lines,
        payments=_payments(mapping, reading, number, rows, total),
    )


def _payments(
    mapping: OrdersMapping, reading: Reading, number: str, rows: Sequence[Row], total: int
) -> list[PaymentDraft]:
    named = [
        _first(rows, payment.amount, reading.money) if payment.amount else None
        for payment in mapping.payments
    ]
    rest = total - sum(amount or 0 for amount in named)
    if rest < 0 or any(amount is not None and amount < 0 for amount in named):
        raise BadValue(AMOUNTS, f"The payments are {-rest} minor units more than the {total} paid.")
    drafts: list[PaymentDraft] = []
    for payment, amount in zip(mapping.payments, named, strict=True):
        captured = rest if payment.amount is None else amount or 0
        if captured or payment.amount is None:
            position = len(drafts) + 1
            reference = payment.reference.format(
                number=number, shop=mapping.shop.code, position=position
            )
            paid_at = _first(rows, payment.paid_at, reading.moment) if payment.paid_at else None
            drafts.append(
                PaymentDraft(payment.provider, payment.method, reference, captured, paid_at)
            )
    return drafts


def _refuse_other_customer(mapping: OrdersMapping, number: str, first: Row, row: Row) -> None:
    source = mapping.order.get("customer-number")
    one, other = optional(first, source), optional(row, source)
    if one and other and one != other:
        raise BadValue(
            "an order of two customers", f"Order {number} began with customer {one}, not {other}."
        )


def _first(
    rows: Sequence[Row], source: Source, read: Callable[[Row, Source], Value]
) -> Value | None:
    return next((read(row, source) for row in rows if not is_missing(row, source)), None)


def _maybe(row: Row, source: Source | None, read: Callable[[Row, Source], Value]) -> Value | None:
    if source is None:
        return None
    try:
        return read(row, source)
    except BadValue as bad:
        if bad.reason == MISSING:
            return None
        raise
