"""What customers have as store credit: a ledger of our own."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
)
from sqlalchemy.orm import Mapped, mapped_column

from claims.models.base import Base, Currency, Key, Minor, Moment


class StoreCreditAccount(Base):
    """The balance of one customer in one currency; kept by a trigger from `store_credits`."""

    __tablename__ = "store_credit_accounts"
    __table_args__ = (
        CheckConstraint("customer_number <> ''", name="customer_known"),
        CheckConstraint("balance >= 0", name="balance_not_negative"),
    )

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    customer_number: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[Currency] = mapped_column(primary_key=True)
    balance: Mapped[Minor] = mapped_column(default=0, server_default="0")


class StoreCredit(Base):
    """One entry, never changed. `kind`: refund (given back), spent (below nought), correction.

    Entries of refunds are written by a trigger when their share is paid: once, by the key.
    """

    __tablename__ = "store_credits"
    __table_args__ = (
        CheckConstraint("kind in ('refund', 'spent', 'correction')", name="kind"),
        CheckConstraint(
            "amount <> 0 and (kind <> 'refund' or amount > 0) and (kind <> 'spent' or amount < 0)",
            name="amount_fits_kind",
        ),
        CheckConstraint(
            "(kind = 'refund') = (refund_share_id is not null)", name="refund_has_share"
        ),
        ForeignKeyConstraint(
            ["shop_id", "customer_number", "currency"],
            [
                "store_credit_accounts.shop_id",
                "store_credit_accounts.customer_number",
                "store_credit_accounts.currency",
            ],
            name="fk_store_credits_account",
            deferrable=True,
            initially="DEFERRED",
        ),
        Index("ix_store_credits_account", "shop_id", "customer_number", "currency", "id"),
    )

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(unique=True)
    """What is written under the same key again is not written: nobody is credited twice."""
    shop_id: Mapped[int]
    customer_number: Mapped[str]
    currency: Mapped[Currency]
    amount: Mapped[Minor]
    kind: Mapped[str]
    refund_share_id: Mapped[int | None] = mapped_column(ForeignKey("refund_shares.id"), unique=True)
    at: Mapped[Moment]
    by: Mapped[str] = mapped_column(default="", server_default="")
    word: Mapped[str] = mapped_column(default="", server_default="")
