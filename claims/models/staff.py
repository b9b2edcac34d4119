"""People and what they may do; sessions; letters and notices."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from claims.models.base import Base, Json, Key, Moment

staff_roles = Table(
    "staff_roles",
    Base.metadata,
    Column("staff_id", ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True),
)


class Role(Base):
    """agent, warehouse, lead, finance or admin."""

    __tablename__ = "roles"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(default="", server_default="")


class Staff(Base):
    """A member of staff. The columns after `active` are the ones Flask-Security asks for."""

    __tablename__ = "staff"

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)

    roles: Mapped[list[Role]] = relationship(secondary=staff_roles, order_by=Role.name)


class WebSession(Base):
    """A signed-in browser; not kept in Redis: an emptied Redis signs nobody out."""

    __tablename__ = "web_sessions"
    __table_args__ = (Index("ix_web_sessions_expires_at", "expires_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[Moment]


class Letter(Base):
    """A letter to the customer, as it was sent."""

    __tablename__ = "letters"

    id: Mapped[Key]
    reclamation_id: Mapped[int] = mapped_column(ForeignKey("reclamations.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"))
    effect_id: Mapped[int] = mapped_column(ForeignKey("effects.id"), unique=True)
    letter: Mapped[str]
    recipient: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    message_id: Mapped[str]
    sent_at: Mapped[Moment]


class Notice(Base):
    """A word to everyone who holds a role, shown until somebody has seen it."""

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_unseen", "role", "id", postgresql_where=text("seen_at is null")),
    )

    id: Mapped[Key]
    role: Mapped[str]
    reclamation_id: Mapped[int] = mapped_column(ForeignKey("reclamations.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"))
    effect_id: Mapped[int | None] = mapped_column(ForeignKey("effects.id"), unique=True)
    sentence: Mapped[str]
    at: Mapped[Moment]
    seen_at: Mapped[Moment | None]
    seen_by: Mapped[str | None]


class ReturnLabel(Base):
    """The label a customer puts on the parcel; its number is what the warehouse scans."""

    __tablename__ = "return_labels"

    id: Mapped[Key]
    number: Mapped[str] = mapped_column(unique=True)
    reclamation_id: Mapped[int] = mapped_column(ForeignKey("reclamations.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"))
    effect_id: Mapped[int] = mapped_column(ForeignKey("effects.id"), unique=True)
    made_at: Mapped[Moment]


class ImportRun(Base):
    """One file taken in by one mapping; `position` is where a killed import goes on."""

    __tablename__ = "import_runs"
    __table_args__ = (Index("uq_import_runs_file", "kind", "mapping", "digest", unique=True),)

    id: Mapped[Key]
    kind: Mapped[str]
    mapping: Mapped[str]
    digest: Mapped[str]
    """SHA-256 of the file's bytes and of the mapping's text."""
    file_name: Mapped[str]
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    counts: Mapped[Json]
    refused: Mapped[list[Json]]
    started_at: Mapped[Moment]
    finished_at: Mapped[Moment | None]
