"""Moves of open cases to another version of their workflow; each case's own is in the journal."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from claims.models.base import Base, Json, Key, Moment


class CaseMigration(Base):
    """One command that moves open cases; finished, or interrupted and to be gone on with."""

    __tablename__ = "case_migrations"
    __table_args__ = (
        CheckConstraint(
            "(to_hash is null) = (undo_of_id is not null)", name="to_a_version_or_back"
        ),
        Index(
            "uq_case_migrations_unfinished",
            "workflow",
            unique=True,
            postgresql_where=text("finished_at is null"),
        ),
    )

    id: Mapped[Key]
    workflow: Mapped[str]
    subject: Mapped[str]
    from_hash: Mapped[str | None] = mapped_column(ForeignKey("workflow_versions.hash"))
    """Only cases of this version; NULL: of any other than `to_hash`."""
    to_hash: Mapped[str | None] = mapped_column(ForeignKey("workflow_versions.hash"))
    """NULL where it takes another migration back: each case to the version it came from."""
    states: Mapped[Json]
    """Old name of a state to the new one, as it was asked for."""
    undo_of_id: Mapped[int | None] = mapped_column(ForeignKey("case_migrations.id"))
    position: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """The key of the last case that was looked at (of the last journal entry, for an undo)."""
    counts: Mapped[Json]
    """`moved`, and for each reason how many stayed."""
    begun_at: Mapped[Moment]
    begun_by: Mapped[str]
    finished_at: Mapped[Moment | None]
