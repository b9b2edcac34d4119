"""Mappings of a small shop, and rows for its files."""

ORDERS = """
import: small-orders
kind: orders
file: { format: csv }
time-zone: Europe/Berlin
shop: { code: small, name: Small Shop, currency: EUR }
rows:
  leave:
    - { column: number, begins-with: C, because: credit notes are claims }
  refuse:
    - { column: quantity, at-most: 0, because: nothing was sold }
orders:
  rows-of-an-order: adjacent
  prices: with-tax
  number: number
  placed-at: { column: date, date: "%Y-%m-%d %H:%M" }
  customer-number: customer
lines:
  sku: sku
  name: name
  quantity: quantity
  unit-price: price
payments:
  - { provider: outside, method: invoice, reference: "{shop}-{number}" }
"""

CLAIMS = """
import: small-claims
kind: claims
file: { format: csv }
time-zone: Europe/Berlin
shop: small
rows:
  leave:
    - { column: number, begins-not-with: C, because: invoices are orders }
claims:
  match: customer-and-sku
  one-per: [number]
  opened-at: { column: date, date: "%Y-%m-%d %H:%M" }
  customer-number: customer
  sku: sku
  quantity: { column: quantity, sign: turned }
  unit-price: price
  amount-basis: with-tax
  reason: { constant: other }
  resolution: { constant: refund }
  settle: settle-outside
"""

CLAIMS_BY_ORDER = """
import: small-returns
kind: claims
file: { format: csv }
shop: small
claims:
  match: order-and-sku
  one-per: [order, day]
  opened-at: { column: day, date: "%Y-%m-%d", missing: placed-at }
  order-number: order
  sku: sku
  quantity: quantity
  amount: amount
  ways: { cash: cash, store-credit: credit }
  amount-basis: without-tax
  reason: { column: why, values: { broken: faulty, late: arrived-late }, missing: other }
  resolution: { constant: refund }
  settle: settle-outside
"""


def bought(
    number: str = "1",
    sku: str = "CUP",
    quantity: int = 6,
    price: str = "2.50",
    date: str = "2026-03-01 10:00",
    customer: str = "77",
    name: str = "A cup",
) -> dict[str, object]:
    """A row of an invoice."""
    return {
        "number": number, "sku": sku, "quantity": quantity, "price": price, "date": date,
        "customer": customer, "name": name,
    }  # fmt: skip


def credited(
    number: str = "C1",
    sku: str = "CUP",
    quantity: int = -1,
    price: str = "2.50",
    date: str = "2026-03-10 09:00",
    customer: str = "77",
) -> dict[str, object]:
    """A row of a credit note: quantities are below 0."""
    return bought(number, sku, quantity, price, date, customer)


def returned(
    order: str = "1",
    sku: str = "CUP",
    quantity: object = 2,
    amount: str = "5.00",
    cash: str = "3.00",
    credit: str = "2.00",
    day: str = "2026-03-11",
    why: str = "broken",
) -> dict[str, object]:
    return {
        "order": order, "sku": sku, "quantity": quantity, "amount": amount, "cash": cash,
        "credit": credit, "day": day, "why": why,
    }  # fmt: skip
