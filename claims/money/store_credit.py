"""What customers have as store credit, and spending it.

What refunds give is written by the database itself when their share is settled (migration 0009);
here it is read, and taken off when the shop says that it was spent. Amounts in minor units.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from claims import clock
from claims.models import Order, StoreCredit, StoreCreditAccount
from claims.money.refund_ledger import money
from claims.people import Actor
from claims.refusals import Refused


def balance(session: Session, shop_id: int, customer_number: str, currency: str) -> int:
    """What the customer has left; nothing where there never was any."""
    return _known(session, shop_id, customer_number, currency) or 0


def balance_of(session: Session, order: Order) -> int:
    """The same for the customer and the currency of an order."""
    return balance(session, order.shop_id, order.customer_number, order.currency)


def known_balance_of(session: Session, order: Order) -> int | None:
    """The same; None where the customer never had any, so that there is nothing to show."""
    return _known(session, order.shop_id, order.customer_number, order.currency)


def _known(session: Session, shop_id: int, customer_number: str, currency: str) -> int | None:
    key = (shop_id, customer_number, currency)
    account = session.get(StoreCreditAccount, key, populate_existing=True)
    return account.balance if account else None


def entries_of(session: Session, order: Order, limit: int = 50) -> Sequence[StoreCredit]:
    """The newest entries of the order's customer in its currency."""
    return session.scalars(
        select(StoreCredit)
        .where(StoreCredit.shop_id == order.shop_id)
        .where(StoreCredit.customer_number == order.customer_number)
        .where(StoreCredit.currency == order.currency)
        .order_by(StoreCredit.id.desc())
        .limit(limit)
    ).all()


def spend(
    session: Session,
    shop_id: int,
    customer_number: str,
    currency: str,
    amount: int,
    key: str,
    actor: Actor,
    word: str = "",
) -> bool:
    """Take an amount off a customer's credit, once under each key; False if it was before.

    Refused where there is less. The key is the shop's: the number of the order it was spent on.
    """
    if amount <= 0:
        raise Refused(f"{money(amount, currency)} cannot be spent; enter more than 0.")
    before = session.scalar(select(StoreCredit).where(StoreCredit.key == key))
    if before is not None:
        return _same(before, shop_id, customer_number, currency, -amount)
    row = insert(StoreCredit).values(
        key=key,
        shop_id=shop_id,
        customer_number=customer_number,
        currency=currency,
        amount=-amount,
        kind="spent",
        at=clock.now(session),
        by=actor.name,
        word=word,
    )
    try:
        with session.begin_nested():
            written = session.execute(
                row.on_conflict_do_nothing(index_elements=["key"]).returning(StoreCredit.id)
            ).scalar()
    except IntegrityError as error:
        if "balance_not_negative" not in str(error.orig):
            raise
        left = balance(session, shop_id, customer_number, currency)
        raise Refused(
            f"{money(amount, currency)} is more than the {money(left, currency)} of store credit "
            f"that customer {customer_number} has."
        ) from error
    return written is not None


def _same(
    entry: StoreCredit, shop_id: int, customer_number: str, currency: str, amount: int
) -> bool:
    """False, for it was written before; Refused where something else was under that key."""
    said = (entry.shop_id, entry.customer_number, entry.currency, entry.amount)
    if said != (shop_id, customer_number, currency, amount):
        raise Refused(
            f"The key {entry.key!r} stands for {money(-entry.amount, entry.currency)} of customer "
            f"{entry.customer_number} already; use another one."
        )
    return False
