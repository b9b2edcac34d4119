"""Runs that held a provider's refunds against ours, and what they found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from claims.models.base import Base, Key, Moment

if TYPE_CHECKING:
    from claims.models.refunds import RefundShare


class Reconciliation(Base):
    """One run for one provider. A slot of time has one, however many sweepers look."""

    __tablename__ = "reconciliations"
    __table_args__ = (UniqueConstraint("provider", "slot"),)

    id: Mapped[Key]
    provider: Mapped[str]
    slot: Mapped[Moment]
    """When it was due, or when a person asked for it."""
    since: Mapped[Moment]
    """From when on refunds were compared."""
    by: Mapped[str]
    started_at: Mapped[Moment]
    lease_until: Mapped[Moment]
    """Until when nobody else takes it up."""
    finished_at: Mapped[Moment | None]
    listed: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many refunds the provider listed."""
    compared: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many of ours were held against them."""
    healed: Mapped[int] = mapped_column(default=0, server_default="0")
    found: Mapped[int] = mapped_column(default=0, server_default="0")
    """Discrepancies that differ still, known before or not."""
    word: Mapped[str] = mapped_column(default="", server_default="")
    """Why it could not be finished."""


class Discrepancy(Base):
    """One difference between the provider's refunds and ours; found again it stays one row."""

    __tablename__ = "discrepancies"
    __table_args__ = (
        UniqueConstraint("provider", "kind", "reference", "provider_reference"),
        CheckConstraint(
            "kind in ('not-here', 'not-there', 'amount', 'currency', 'payment', 'twice', "
            "'reversed', 'failed-late')",
            name="kind",
        ),
        CheckConstraint(
            "(closed_at is null) = (closed_by is null) and (closed_at is null) = (reason is null)",
            name="closed_by_somebody_for_a_reason",
        ),
        Index("ix_discrepancies_open", "id", postgresql_where=text("closed_at is null")),
        Index("ix_discrepancies_share_id", "share_id"),
    )

    id: Mapped[Key]
    provider: Mapped[str]
    kind: Mapped[str]
    reference: Mapped[str]
    """Ours; empty where the provider was given none."""
    provider_reference: Mapped[str]
    share_id: Mapped[int | None] = mapped_column(ForeignKey("refund_shares.id"))
    sentence: Mapped[str]
    found_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    """When it was last found."""
    closed_at: Mapped[Moment | None]
    closed_by: Mapped[str | None]
    reason: Mapped[str | None]

    share: Mapped[RefundShare | None] = relationship()
