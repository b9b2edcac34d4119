"""Three hundred orders of two shops, the same each time apart from the day they count from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from claims.models import BusinessUnit, Order, OrderLine, Payment, Shop
from config.sample.people import BRITISH, CONTINENTAL, Customer
from config.sample.products import HOME, OUTDOOR, Product

SEED = 20240
LONGEST_AGO_DAYS = 150
ON_THEIR_WAY = 4
"""Orders of each shop that are too young to have been delivered."""
CANCELLED_EVERY = 29
BANK_TRANSFER_EVERY = 41


@dataclass(frozen=True, slots=True)
class SampleShop:
    code: str
    name: str
    currency: str
    units: tuple[tuple[str, str], ...]
    prefix: str
    orders: int
    customers: tuple[Customer, ...]
    products: tuple[Product, ...]
    shipping: int
    free_from: int
    """Goods for this much are sent free of charge."""
    shipping_tax_rate: int


SHOPS = (
    SampleShop(
        "WALDWEG",
        "Waldweg Outdoor",
        "EUR",
        (("ONLINE", "Online shop"), ("CLUBS", "Clubs and schools")),
        "W",
        190,
        CONTINENTAL,
        OUTDOOR,
        490,
        8000,
        1900,
    ),
    SampleShop(
        "HEARTH",
        "Moor & Hearth",
        "GBP",
        (("HOME", "Home delivery"),),
        "H",
        110,
        BRITISH,
        HOME,
        395,
        6000,
        2000,
    ),
)


def make_orders(session: Session, today: datetime) -> list[Order]:
    """All orders of all shops, in the session and flushed, with lines and payments."""
    rng = Random(SEED)  # noqa: S311 - plausible, not secret
    orders = [order for shop in SHOPS for order in _orders_of(shop, rng, today)]
    session.add_all(orders)
    session.flush()
    return orders


def _orders_of(sample: SampleShop, rng: Random, today: datetime) -> Iterator[Order]:
    shop = Shop(code=sample.code, name=sample.name, currency=sample.currency)
    units = [BusinessUnit(shop=shop, code=code, name=name) for code, name in sample.units]
    old = [rng.uniform(1, LONGEST_AGO_DAYS) for _ in range(sample.orders - ON_THEIR_WAY)]
    ages = sorted([*old, *(rng.uniform(0.1, 1.4) for _ in range(ON_THEIR_WAY))], reverse=True)
    for count, age in enumerate(ages, start=1):
        placed_at = today - timedelta(days=age)
        delivered_at = placed_at + timedelta(days=rng.uniform(1.5, 4))
        lines = list(_lines(sample, rng, delivered_at if delivered_at < today else None))
        if count % CANCELLED_EVERY == 0 and len(lines) > 1:
            _cancel(lines[-1])
        yield _order(sample, shop, units, count, placed_at, lines, rng)


def _lines(sample: SampleShop, rng: Random, delivered_at: datetime | None) -> Iterator[OrderLine]:
    percent_off = rng.choice((0, 0, 0, 0, 10, 15, 20))
    products = rng.sample(sample.products, rng.choice((1, 1, 2, 2, 3, 4)))
    for position, product in enumerate(products, start=1):
        quantity = rng.choice((1, 1, 1, 2, 2, 3)) if product.price < 10_000 else 1
        full = product.price * quantity
        yield OrderLine(
            position=position,
            sku=product.sku,
            name=product.name,
            quantity=quantity,
            unit_price=product.price,
            discount=full * percent_off // 100,
            tax_rate=product.tax_rate,
            tax=0,
            paid=full - full * percent_off // 100,
            delivered_at=delivered_at,
            status="delivered" if delivered_at else "shipped",
        )


def _cancel(line: OrderLine) -> None:
    line.status, line.delivered_at = "cancelled", None
    line.discount = line.paid = 0


def _order(
    sample: SampleShop,
    shop: Shop,
    units: Sequence[BusinessUnit],
    count: int,
    placed_at: datetime,
    lines: list[OrderLine],
    rng: Random,
) -> Order:
    if rng.random() < 0.12:
        _take_off(lines, rng.choice((500, 1000)))
    for line in lines:
        line.tax = _tax_in(line.paid, line.tax_rate or 0)
    goods = sum(line.paid for line in lines)
    shipping = 0 if goods >= sample.free_from else sample.shipping
    number = f"{sample.prefix}-{10_000 + count}"
    customer = rng.choice(sample.customers)
    gift_card = rng.choice((1000, 2500, 5000)) if rng.random() < 0.2 else 0
    return Order(
        shop=shop,
        business_unit=rng.choice(units),
        number=number,
        currency=sample.currency,
        placed_at=placed_at,
        customer_number=customer.number,
        customer_name=customer.name,
        customer_email=customer.email,
        customer_address=customer.address,
        shipping_paid=shipping,
        shipping_tax=_tax_in(shipping, sample.shipping_tax_rate),
        total_paid=goods + shipping,
        lines=lines,
        payments=_payments(sample, number, count, goods + shipping, gift_card),
    )


def _take_off(lines: Sequence[OrderLine], voucher: int) -> None:
    """A voucher's worth off all lines by what they cost; rounding goes to the dearest."""
    goods = sum(line.paid for line in lines)
    if goods <= voucher:
        return
    shares = [voucher * line.paid // goods for line in lines]
    dearest = max(range(len(lines)), key=lambda at: lines[at].paid)
    shares[dearest] += voucher - sum(shares)
    for line, share in zip(lines, shares, strict=True):
        line.discount += share
        line.paid -= share


def _tax_in(amount: int, rate: int) -> int:
    """The tax contained in an amount, rounded half up."""
    return (2 * amount * rate + 10_000 + rate) // (2 * (10_000 + rate))


def _payments(
    sample: SampleShop, number: str, count: int, total: int, gift_card: int
) -> list[Payment]:
    parts = [("sandbox", "card", total)]
    if count % BANK_TRANSFER_EVERY == 0:
        parts = [("outside", "bank transfer", total)]
    elif 0 < gift_card < total:
        parts = [("sandbox", "gift card", gift_card), ("sandbox", "card", total - gift_card)]
    return [
        Payment(
            position=position,
            provider=provider,
            method=method,
            reference=f"{method.replace(' ', '-')}-{number}-{position}",
            captured=captured,
            currency=sample.currency,
        )
        for position, (provider, method, captured) in enumerate(parts, start=1)
    ]
