"""Refunds as a ledger: entries are only ever added, so that what is held can be recounted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from claims.models.base import Base, Currency, Json, Key, Minor, Moment
from claims.models.orders import Order, OrderLine, Payment

if TYPE_CHECKING:
    from claims.models.effects import Effect
    from claims.models.findings import Finding
    from claims.models.reclamations import Item, Reclamation
    from claims.models.transfers import Transfer


class Refund(Base):
    """An amount for one item, with its calculation and its split over payments.

    `status`: proposed (waits for approval), asked (a worker is to pay it), paid, refused,
    dropped (the proposal was given up), unclear (nobody knows yet), outside (settled elsewhere
    or a mere mark: counts, pays nothing). All but refused and dropped count against what is left.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint(
            "status in ('proposed', 'asked', 'paid', 'refused', 'dropped', 'unclear', 'outside')",
            name="status",
        ),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        CheckConstraint("paid_amount between 0 and amount", name="paid_within_amount"),
        Index("ix_refunds_reclamation_id", "reclamation_id"),
        Index("ix_refunds_order_id", "order_id"),
        Index("ix_refunds_item_id", "item_id"),
        Index("ix_refunds_status", "status", "id"),
        Index("ix_refunds_cleared", "cleared_by_id", "cleared_at"),
    )

    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    reclamation_id: Mapped[int] = mapped_column(ForeignKey("reclamations.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    amount: Mapped[Minor]
    paid_amount: Mapped[Minor] = mapped_column(default=0, server_default="0")
    """What was really given back; below `amount` where a later payment's share was refused."""
    currency: Mapped[Currency]
    status: Mapped[str]
    calculation: Mapped[list[Json]]
    """Lines that add up to the amount: [{"text": "2 of 3 pieces", "amount": 6612}, …]."""
    asked_at: Mapped[Moment]
    asked_by: Mapped[str]
    asked_by_id: Mapped[int | None]
    approved_by: Mapped[str | None]
    proposed: Mapped[Json] = mapped_column(default=dict, server_default="{}")
    """Of a proposal: what it is made of, and who may not approve it (`claims.money.approvals`)."""
    cleared_at: Mapped[Moment | None]
    """When it was let go to be paid (or noted as settled outside); none while it is proposed."""
    cleared_by_id: Mapped[int | None]
    """The member of staff who let it go: the approver, or who asked where nobody had to approve.
    Limits per day count it for them."""
    settled_at: Mapped[Moment | None]
    effect_id: Mapped[int | None] = mapped_column(ForeignKey("effects.id"), unique=True)
    outside_word: Mapped[str] = mapped_column(default="", server_default="")

    order: Mapped[Order] = relationship(back_populates="refunds")
    reclamation: Mapped[Reclamation] = relationship(back_populates="refunds")
    item: Mapped[Item] = relationship()
    effect: Mapped[Effect | None] = relationship(back_populates="refund")
    lines: Mapped[list[RefundLine]] = relationship(
        back_populates="refund", order_by="RefundLine.id"
    )
    shares: Mapped[list[RefundShare]] = relationship(
        back_populates="refund", order_by="RefundShare.position"
    )
    findings: Mapped[list[Finding]] = relationship(back_populates="refund", order_by="Finding.id")
    """Read when asked for: only an unclear refund has any."""


class RefundLine(Base):
    """An entry against an order line, the order's shipping or its goodwill; releases are negative.

    `kind`: goods (of the line), shipping, goodwill (beyond what was paid for the goods). A trigger
    adds it to what is held, whose CHECK refuses more than was paid; another refuses UPDATE and
    DELETE.
    """

    __tablename__ = "refund_lines"
    __table_args__ = (
        CheckConstraint("kind in ('goods', 'shipping', 'goodwill')", name="kind"),
        CheckConstraint("(kind = 'goods') = (order_line_id is not null)", name="kind_fits_line"),
        Index("ix_refund_lines_refund_id", "refund_id"),
        Index("ix_refund_lines_order_line_id", "order_line_id"),
    )

    id: Mapped[Key]
    refund_id: Mapped[int] = mapped_column(ForeignKey("refunds.id"))
    order_line_id: Mapped[int | None] = mapped_column(ForeignKey("order_lines.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    kind: Mapped[str] = mapped_column(default="goods", server_default="goods")
    amount: Mapped[Minor]
    """With tax."""
    tax: Mapped[Minor]
    tax_rate: Mapped[int | None]

    refund: Mapped[Refund] = relationship(back_populates="lines")
    line: Mapped[OrderLine | None] = relationship()


class RefundShare(Base):
    """The part of a refund that goes back over one payment.

    `status`: held, paid, refused, released. A trigger keeps `payments.refund_held`: an INSERT
    adds the amount, the step to refused or released takes it off, and no step leads back.
    """

    __tablename__ = "refund_shares"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        CheckConstraint("status in ('held', 'paid', 'refused', 'released')", name="status"),
        Index("ix_refund_shares_refund_id", "refund_id"),
        Index("ix_refund_shares_payment_id", "payment_id"),
        Index(
            "ix_refund_shares_provider_reference",
            "provider_reference",
            postgresql_where=text("provider_reference is not null"),
        ),
    )

    id: Mapped[Key]
    refund_id: Mapped[int] = mapped_column(ForeignKey("refunds.id"))
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"))
    position: Mapped[int]
    amount: Mapped[Minor]
    way: Mapped[str] = mapped_column(default="", server_default="")
    """`store-credit` where it is to be given as that, whichever payment it comes from; otherwise
    how it was given back where an import knows it: cash, reversed-charge."""
    status: Mapped[str] = mapped_column(default="held", server_default="held")
    provider_reference: Mapped[str | None]

    refund: Mapped[Refund] = relationship(back_populates="shares")
    payment: Mapped[Payment] = relationship()
    transfer: Mapped[Transfer | None] = relationship(back_populates="share")
