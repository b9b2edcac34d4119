"""What people found out about refunds of which nobody knew whether they were paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from claims.models.base import Base, Json, Key, Moment

if TYPE_CHECKING:
    from claims.models.refunds import Refund


class Finding(Base):
    """What one person says became of a refund; it settles nothing until another confirms it.

    `truth`: paid (under `provider_reference`) or not-paid. `ending`: confirmed, rejected, withdrawn
    (by its finder), overtaken (the truth was found out otherwise). A refund has one open finding
    at most; what was said is never changed.
    """

    __tablename__ = "findings"
    __table_args__ = (
        CheckConstraint("truth in ('paid', 'not-paid')", name="truth"),
        CheckConstraint(
            "(truth = 'paid') = (provider_reference <> '')", name="paid_under_a_reference"
        ),
        CheckConstraint("reason <> ''", name="for_a_reason"),
        CheckConstraint(
            "ending in ('confirmed', 'rejected', 'withdrawn', 'overtaken')", name="ending"
        ),
        CheckConstraint(
            "(ended_at is null) = (ending is null) and (ended_at is null) = (ended_by is null)",
            name="ended_by_somebody",
        ),
        CheckConstraint(
            "ending is distinct from 'confirmed' "
            "or ended_by_id is not null and ended_by_id <> found_by_id",
            name="confirmed_by_another_person",
        ),
        Index(
            "ix_findings_open", "refund_id", unique=True, postgresql_where=text("ended_at is null")
        ),
        Index("ix_findings_refund_id", "refund_id"),
    )

    id: Mapped[Key]
    refund_id: Mapped[int] = mapped_column(ForeignKey("refunds.id"))
    truth: Mapped[str]
    provider_reference: Mapped[str] = mapped_column(default="", server_default="")
    reason: Mapped[str]
    about: Mapped[Json]
    """What the refund was made of when it was said; see `claims.money.findings`."""
    found_at: Mapped[Moment]
    found_by: Mapped[str]
    found_by_id: Mapped[int]
    ended_at: Mapped[Moment | None]
    ending: Mapped[str | None]
    ended_by: Mapped[str | None]
    ended_by_id: Mapped[int | None]
    word: Mapped[str] = mapped_column(default="", server_default="")
    """Why it ended, in the words of whoever ended it."""

    refund: Mapped[Refund] = relationship(back_populates="findings")
