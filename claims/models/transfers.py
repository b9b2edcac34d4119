"""Refunds that finance pays by bank transfer, and the files in which they went to the bank."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from claims.models.base import Base, Currency, Key, Minor, Moment

if TYPE_CHECKING:
    from claims.models.refunds import RefundShare


class TransferBatch(Base):
    """A file for the bank, kept as it was exported. A trigger refuses UPDATE and DELETE."""

    __tablename__ = "transfer_batches"
    __table_args__ = (CheckConstraint("form in ('csv', 'pain.001')", name="form"),)

    id: Mapped[Key]
    made_at: Mapped[Moment]
    made_by: Mapped[str]
    form: Mapped[str]
    currency: Mapped[Currency]
    transfers: Mapped[int]
    """How many."""
    total: Mapped[Minor]
    content: Mapped[bytes] = mapped_column(deferred=True)
    sha256: Mapped[str]


class Transfer(Base):
    """One share of a refund, to be paid by bank transfer.

    `status`: waiting, exported (in a file for the bank), paid, refused (it could not be made).
    A trigger keeps what it pays, and once it is in a batch also to whom.
    """

    __tablename__ = "transfers"
    __table_args__ = (
        CheckConstraint("status in ('waiting', 'exported', 'paid', 'refused')", name="status"),
        CheckConstraint("amount > 0", name="amount_above_nought"),
        CheckConstraint("status <> 'exported' or batch_id is not null", name="exported_in_a_batch"),
        CheckConstraint(
            "(status in ('paid', 'refused')) = (settled_at is not null) "
            "and (settled_at is null) = (settled_by is null)",
            name="settled_by_somebody",
        ),
        Index("ix_transfers_status", "status", "id"),
        Index("ix_transfers_batch_id", "batch_id"),
    )

    id: Mapped[Key]
    share_id: Mapped[int] = mapped_column(ForeignKey("refund_shares.id"), unique=True)
    reference: Mapped[str] = mapped_column(unique=True)
    """What stands in the bank's statement; the same for a database restored from a backup."""
    amount: Mapped[Minor]
    currency: Mapped[Currency]
    status: Mapped[str] = mapped_column(default="waiting", server_default="waiting")
    holder: Mapped[str] = mapped_column(default="", server_default="")
    iban: Mapped[str] = mapped_column(default="", server_default="")
    bic: Mapped[str] = mapped_column(default="", server_default="")
    asked_at: Mapped[Moment]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("transfer_batches.id"))
    settled_at: Mapped[Moment | None]
    settled_by: Mapped[str | None]
    word: Mapped[str] = mapped_column(default="", server_default="")
    """How the bank knows it, or why it could not be made."""

    share: Mapped[RefundShare] = relationship(back_populates="transfer")
    batch: Mapped[TransferBatch | None] = relationship()
