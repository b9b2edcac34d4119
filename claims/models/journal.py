"""The append-only list of everything that happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from claims.models.base import Base, Json, Key, Moment

if TYPE_CHECKING:
    from claims.models.reclamations import Item, Reclamation


class JournalEntry(Base):
    """One thing that happened: who, what, when, from, to, with which input, by which version.

    A trigger refuses UPDATE and DELETE, and the application's role has no right to them.
    """

    __tablename__ = "journal"
    __table_args__ = (
        UniqueConstraint("reclamation_id", "sequence"),
        CheckConstraint(
            "kind in ('claim', 'event', 'edit', 'note', 'effect', 'migrated')", name="kind"
        ),
        CheckConstraint(
            "actor_kind in ('person', 'clock', 'worker', 'case', 'import')", name="actor_kind"
        ),
        Index("ix_journal_request_token", "request_token", unique=True),
        Index(
            "ix_journal_migrated",
            text("((input ->> 'migration')::bigint)"),
            "id",
            postgresql_where=text("kind = 'migrated'"),
        ),
    )

    id: Mapped[Key]
    reclamation_id: Mapped[int] = mapped_column(ForeignKey("reclamations.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"))
    sequence: Mapped[int]
    at: Mapped[Moment]
    kind: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    event: Mapped[str | None]
    from_state: Mapped[str | None]
    to_state: Mapped[str | None]
    input: Mapped[Json]
    """The typed input of an event, the changes of an edit, the text of a note; of `migrated` the
    key of the migration and the hashes of both versions."""
    workflow_hash: Mapped[str | None]
    request_token: Mapped[str | None]
    """The form's one-time token: a double click fires once."""
    previous_hash: Mapped[str]
    hash: Mapped[str]

    reclamation: Mapped[Reclamation] = relationship(back_populates="journal")
    item: Mapped[Item | None] = relationship()


class JournalHead(Base):
    """The last link of a reclamation's chain; a closed reclamation still gets late entries."""

    __tablename__ = "journal_heads"

    reclamation_id: Mapped[int] = mapped_column(
        ForeignKey("reclamations.id"), primary_key=True, autoincrement=False
    )
    sequence: Mapped[int]
    hash: Mapped[str]

    reclamation: Mapped[Reclamation] = relationship(back_populates="journal_head")
