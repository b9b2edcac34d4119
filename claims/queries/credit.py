"""What the pages of store credit show: balances by customer, and the entries of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from claims.models import (
    Order,
    Reclamation,
    Refund,
    RefundShare,
    Shop,
    StoreCredit,
    StoreCreditAccount,
)
from claims.refusals import NotFound

SHOWN = 50
Place = tuple[str, str, str]
"""Where a row stands in the list: customer's number, shop's code, currency."""


@dataclass(frozen=True, slots=True)
class Balance:
    """What a customer of a shop has left in a currency, in minor units."""

    shop_code: str
    shop: str
    customer_number: str
    customer_name: str
    currency: str
    balance: int
    last_at: datetime | None

    @property
    def place(self) -> Place:
        return self.customer_number, self.shop_code, self.currency


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, with what the customer had after it; of a refund with its key and its case."""

    id: int
    at: datetime
    kind: str
    amount: int
    after: int
    by: str
    word: str
    refund_id: int | None
    reclamation: str


def _open(is_open: bool) -> list[ColumnElement[bool]]:
    return [StoreCreditAccount.balance > 0] if is_open else []


def totals(session: Session, search: str = "", *, is_open: bool = True) -> Sequence[Row[str, int]]:
    """What the shown customers have together, by currency."""
    return session.execute(
        select(StoreCreditAccount.currency, func.sum(StoreCreditAccount.balance))
        .where(*_open(is_open), *_searched(search))
        .group_by(StoreCreditAccount.currency)
        .order_by(StoreCreditAccount.currency)
    ).all()


def balances(
    session: Session,
    search: str = "",
    *,
    is_open: bool = True,
    after: Place | None = None,
    size: int = SHOWN,
) -> list[Balance]:
    """Up to `size` + 1 in the order of customers' numbers; one more says that there is a next page.

    `is_open` leaves out who has nothing left. `search` is the beginning of a number, or part of a
    name or mail address.
    """
    account = StoreCreditAccount
    place = tuple_(account.customer_number, Shop.code, account.currency)
    last = (
        select(func.max(StoreCredit.at))
        .where(
            StoreCredit.shop_id == account.shop_id,
            StoreCredit.customer_number == account.customer_number,
            StoreCredit.currency == account.currency,
        )
        .scalar_subquery()
    )
    statement = (
        select(
            Shop.code,
            Shop.name,
            account.customer_number,
            func.coalesce(_name(), ""),
            account.currency,
            account.balance,
            last,
        )
        .join(Shop, Shop.id == account.shop_id)
        .where(*_open(is_open), *_searched(search))
        .order_by(account.customer_number, Shop.code, account.currency)
        .limit(size + 1)
    )
    if after is not None:
        statement = statement.where(place > after)
    return [Balance(*row) for row in session.execute(statement)]


def balance_of(session: Session, shop_code: str, customer_number: str, currency: str) -> Balance:
    """NotFound where the customer never had any."""
    account = session.execute(
        select(
            Shop.code,
            Shop.name,
            StoreCreditAccount.customer_number,
            func.coalesce(_name(), ""),
            StoreCreditAccount.currency,
            StoreCreditAccount.balance,
        )
        .join(Shop, Shop.id == StoreCreditAccount.shop_id)
        .where(
            Shop.code == shop_code,
            StoreCreditAccount.customer_number == customer_number,
            StoreCreditAccount.currency == currency,
        )
    ).one_or_none()
    if account is None:
        raise NotFound(f"Customer {customer_number} never had store credit in {currency} there.")
    return Balance(*account, last_at=None)


def entries(
    session: Session, balance: Balance, *, after: int | None = None, size: int = SHOWN
) -> list[Entry]:
    """Up to `size` + 1 of the newest entries; one more says that there are older ones."""
    running = (
        select(
            StoreCredit,
            func.sum(StoreCredit.amount).over(order_by=StoreCredit.id).label("left_then"),
        )
        .join(Shop, Shop.id == StoreCredit.shop_id)
        .where(
            Shop.code == balance.shop_code,
            StoreCredit.customer_number == balance.customer_number,
            StoreCredit.currency == balance.currency,
        )
        .subquery()
    )
    entry = aliased(StoreCredit, running)
    statement = (
        select(entry, running.c.left_then, Refund.id, Reclamation.number)
        .outerjoin(RefundShare, RefundShare.id == entry.refund_share_id)
        .outerjoin(Refund, Refund.id == RefundShare.refund_id)
        .outerjoin(Reclamation, Reclamation.id == Refund.reclamation_id)
        .order_by(entry.id.desc())
        .limit(size + 1)
    )
    if after is not None:
        statement = statement.where(entry.id < after)
    return [
        Entry(e.id, e.at, e.kind, e.amount, int(left), e.by, e.word, refund_id, number or "")
        for e, left, refund_id, number in session.execute(statement)
    ]


def _name() -> ColumnElement[str]:
    """As the customer's latest order has it."""
    return (
        select(Order.customer_name)
        .where(
            Order.shop_id == StoreCreditAccount.shop_id,
            Order.customer_number == StoreCreditAccount.customer_number,
        )
        .order_by(Order.placed_at.desc(), Order.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _searched(search: str) -> list[ColumnElement[bool]]:
    if not search:
        return []
    named = (
        select(Order.id)
        .where(
            Order.shop_id == StoreCreditAccount.shop_id,
            Order.customer_number == StoreCreditAccount.customer_number,
        )
        .where(
            or_(
                Order.customer_name.icontains(search, autoescape=True),
                Order.customer_email.icontains(search, autoescape=True),
            )
        )
        .exists()
    )
    begins = StoreCreditAccount.customer_number.istartswith(search, autoescape=True)
    return [or_(begins, named)]
