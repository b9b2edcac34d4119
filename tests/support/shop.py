"""Orders and people for tests, written straight into the tables as an import would."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from claims.models import BusinessUnit, Order, OrderLine, Payment, Role, Shop, Staff
from claims.people import Actor

PLACED = datetime(2026, 9, 1, 10, 0, tzinfo=UTC)
DELIVERED = datetime(2026, 9, 4, 10, 0, tzinfo=UTC)
_counter = count(1)


@dataclass(frozen=True)
class Line:
    """One line to be bought; amounts in minor units, `paid` computed unless given."""

    sku: str = "SHIRT-BLUE-M"
    name: str = "Blue shirt, M"
    quantity: int = 1
    unit_price: int = 2499
    discount: int = 0
    tax: int = 0
    tax_rate: int | None = None
    paid: int | None = None


def a_shop(session: Session, code: str = "NORTH", currency: str = "EUR") -> Shop:
    shop = session.scalar(select(Shop).where(Shop.code == code))
    if shop is None:
        shop = Shop(code=code, name=f"{code.title()} Outfitters", currency=currency)
        session.add(shop)
        session.flush()
    return shop


def a_business_unit(session: Session, shop: Shop, code: str = "ONLINE") -> BusinessUnit:
    unit = session.scalar(
        select(BusinessUnit).where(BusinessUnit.shop_id == shop.id, BusinessUnit.code == code)
    )
    if unit is None:
        unit = BusinessUnit(shop=shop, code=code, name=code.title())
        session.add(unit)
        session.flush()
    return unit


def an_order(
    session: Session,
    lines: Sequence[Line] = (Line(),),
    *,
    payments: Sequence[int] | None = None,
    shipping: int = 0,
    shop: Shop | None = None,
    number: str | None = None,
    provider: str = "sandbox",
    customer: str = "C-1001",
) -> Order:
    """An order that was delivered; one payment of all of it unless `payments` says otherwise."""
    shop = shop or a_shop(session)
    number = number or f"O-{next(_counter):05d}"
    bought = [
        OrderLine(
            position=position,
            sku=line.sku,
            name=line.name,
            quantity=line.quantity,
            unit_price=line.unit_price,
            discount=line.discount,
            tax=line.tax,
            tax_rate=line.tax_rate,
            paid=(
                line.unit_price * line.quantity - line.discount if line.paid is None else line.paid
            ),
            delivered_at=DELIVERED,
        )
        for position, line in enumerate(lines, start=1)
    ]
    total = sum(line.paid for line in bought) + shipping
    order = Order(
        shop=shop,
        business_unit=a_business_unit(session, shop),
        number=number,
        currency=shop.currency,
        placed_at=PLACED,
        customer_number=customer,
        customer_name="Mia Sommer",
        customer_email="mia@customers.example",
        customer_address="Lindenweg 4\n20095 Hamburg",
        shipping_paid=shipping,
        total_paid=total,
        lines=bought,
        payments=[
            Payment(
                position=position,
                provider=provider,
                method="card",
                reference=f"pay-{shop.code}-{number}-{position}",
                captured=captured,
                currency=shop.currency,
            )
            for position, captured in enumerate(payments or [total], start=1)
        ],
    )
    session.add(order)
    session.flush()
    return order


def a_member_of_staff(session: Session, name: str, *roles: str) -> Staff:
    found = {role.name: role for role in session.scalars(select(Role))}
    staff = Staff(
        email=f"{name.lower()}@staff.example",
        name=name,
        password=None,
        fs_uniquifier=f"staff-{name.lower()}",
        roles=[found.get(role) or Role(name=role) for role in roles],
    )
    session.add(staff)
    session.flush()
    return staff


def acting(staff: Staff) -> Actor:
    """The member of staff as whoever fires events."""
    return Actor("person", staff.name, frozenset(role.name for role in staff.roles), staff.id)
