"""Reclamations and their items: the cases that move through workflows."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    desc,
    text,
)
from sqlalchemy.dialects.postgresql import INT4MULTIRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from claims.models.base import Base, Currency, Json, Key, Moment
from claims.models.orders import BusinessUnit, Order, OrderLine, Shop

if TYPE_CHECKING:
    from claims.models.effects import Deadline, Effect
    from claims.models.journal import JournalEntry, JournalHead
    from claims.models.refunds import Refund
    from claims.models.staff import Staff


class WorkflowVersion(Base):
    """The text of a definition in use; a case is pinned to its hash for life."""

    __tablename__ = "workflow_versions"

    hash: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str]
    text: Mapped[str]
    first_used_at: Mapped[Moment]


class Reclamation(Base):
    """One claim on one order. Closed (`closed_at` set), no column of it changes any more.

    Only `claims.steps` assigns `state`; `claims.migrating` renames it in another version.
    """

    __tablename__ = "reclamations"
    __table_args__ = (
        CheckConstraint("final in ('good', 'bad')", name="final"),
        CheckConstraint("(final is null) = (closed_at is null)", name="closed_when_final"),
        CheckConstraint("priority in ('low', 'normal', 'high')", name="priority"),
        Index("ix_reclamations_newest", desc("opened_at"), desc("id")),
        Index(
            "ix_reclamations_open",
            desc("opened_at"),
            desc("id"),
            postgresql_where=text("closed_at is null"),
        ),
        Index(
            "ix_reclamations_assignee",
            "assignee_id",
            postgresql_where=text("closed_at is null"),
        ),
        Index(
            "ix_reclamations_open_workflow",
            "workflow",
            "id",
            postgresql_where=text("closed_at is null"),
        ),
    )

    id: Mapped[Key]
    number: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    business_unit_id: Mapped[int | None] = mapped_column(ForeignKey("business_units.id"))
    currency: Mapped[Currency]
    workflow: Mapped[str]
    workflow_hash: Mapped[str] = mapped_column(ForeignKey("workflow_versions.hash"))
    state: Mapped[str]
    state_since: Mapped[Moment]
    final: Mapped[str | None]
    waits_for: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Counts every change of the reclamation itself (not of its items); forms carry it."""
    priority: Mapped[str] = mapped_column(default="normal", server_default="normal")
    source: Mapped[str] = mapped_column(default="staff", server_default="staff")
    opened_at: Mapped[Moment]
    opened_by: Mapped[str]
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    closed_at: Mapped[Moment | None]
    follow_up_of_id: Mapped[int | None] = mapped_column(ForeignKey("reclamations.id"), index=True)
    request_token: Mapped[str | None] = mapped_column(unique=True)
    """The form's one-time token: a double click claims once."""
    import_key: Mapped[str | None] = mapped_column(unique=True)
    """What an import knows this claim by, so that it is filed once."""
    last_person_id: Mapped[int | None]
    """The member of staff who last fired an event or edited; a second person is another one."""

    order: Mapped[Order] = relationship(back_populates="reclamations", foreign_keys=[order_id])
    shop: Mapped[Shop] = relationship()
    business_unit: Mapped[BusinessUnit | None] = relationship()
    assignee: Mapped[Staff | None] = relationship()
    items: Mapped[list[Item]] = relationship(back_populates="reclamation", order_by="Item.position")
    journal: Mapped[list[JournalEntry]] = relationship(
        back_populates="reclamation", order_by="JournalEntry.sequence"
    )
    journal_head: Mapped[JournalHead | None] = relationship(back_populates="reclamation")
    deadlines: Mapped[list[Deadline]] = relationship(back_populates="reclamation")
    effects: Mapped[list[Effect]] = relationship(back_populates="reclamation", order_by="Effect.id")
    refunds: Mapped[list[Refund]] = relationship(back_populates="reclamation", order_by="Refund.id")
    new_orders: Mapped[list[Order]] = relationship(
        back_populates="origin_reclamation", foreign_keys=[Order.origin_reclamation_id]
    )
    follow_up_of: Mapped[Reclamation | None] = relationship(
        remote_side="Reclamation.id", back_populates="follow_ups"
    )
    follow_ups: Mapped[list[Reclamation]] = relationship(back_populates="follow_up_of")


class Item(Base):
    """A quantity of one order line inside a reclamation.

    `pieces` says which ones of the line (counted from 1): each piece has its own worth to the
    cent (`claims.money`), so that any sequence of partial claims adds up exactly. While
    `holds_pieces` is true nobody else can claim them; the database excludes overlaps.
    """

    __tablename__ = "items"
    __table_args__ = (
        UniqueConstraint("reclamation_id", "position"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("received >= 0", name="received_not_negative"),
        CheckConstraint("final in ('good', 'bad')", name="final"),
        ExcludeConstraint(
            ("order_line_id", "="),
            ("pieces", "&&"),
            name="pieces_claimed_once",
            using="gist",
            where=text("holds_pieces"),
        ),
        Index("ix_items_order_line_id", "order_line_id"),
        Index("ix_items_open_states", "workflow", "state", postgresql_where=text("final is null")),
        Index("ix_items_open_workflow", "workflow", "id", postgresql_where=text("final is null")),
    )

    id: Mapped[Key]
    reclamation_id: Mapped[int] = mapped_column(ForeignKey("reclamations.id"))
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"))
    position: Mapped[int]
    quantity: Mapped[int]
    pieces: Mapped[list[Range[int]]] = mapped_column(INT4MULTIRANGE)
    holds_pieces: Mapped[bool] = mapped_column(default=True, server_default="true")
    reason: Mapped[str]
    resolution: Mapped[str]
    evidence: Mapped[str] = mapped_column(default="", server_default="")
    attached: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many files came with its events; they are evidence too."""
    received: Mapped[int | None]
    condition: Mapped[str | None]
    agreed_on: Mapped[date | None]
    """The day that was agreed on with the customer, for what the workflow says."""
    noted: Mapped[Json] = mapped_column(default=dict, server_default="{}")
    """What extensions keep of it, under names with their prefix; see `claims.extending`."""
    deductions: Mapped[Json] = mapped_column(default=dict, server_default="{}")
    """What is taken off its refund, by kind, in minor units; see `claims.money.deductions`."""
    workflow: Mapped[str]
    workflow_hash: Mapped[str] = mapped_column(ForeignKey("workflow_versions.hash"))
    state: Mapped[str]
    state_since: Mapped[Moment]
    final: Mapped[str | None]
    waits_for: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    last_person_id: Mapped[int | None]

    reclamation: Mapped[Reclamation] = relationship(back_populates="items")
    line: Mapped[OrderLine] = relationship()
