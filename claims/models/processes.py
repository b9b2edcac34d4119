"""The processes that work by the shop's files, and which reading of them each has taken up."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from claims.models.base import Base, Json, Moment


class RunningProcess(Base):
    """One process; it renews its row every few seconds, and takes it away when it ends.

    The times are the server's real ones: the clock of cases, which tests move, is not meant.
    """

    __tablename__ = "running_processes"
    __table_args__ = (CheckConstraint("kind in ('web', 'worker', 'sweeper')", name="kind"),)

    name: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    fingerprint: Mapped[str]
    """Of the files whose rules it goes by."""
    versions: Mapped[Json]
    """Workflow to hash, of the folder as it was taken up."""
    taken_up_at: Mapped[Moment]
    refused: Mapped[str | None]
    """What is wrong with the files as they are now; until it is put right the old rules go on."""
    seen_at: Mapped[Moment]
    asked_at: Mapped[Moment | None]
    """When `redress workflow reload` last asked it to look."""
    answered_at: Mapped[Moment | None]
    """Which asking it has followed."""


class TakenUpFiles(Base):
    """The shop's files as some process took them up; the newest are what one begins with that
    finds the folder broken."""

    __tablename__ = "taken_up_files"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    files: Mapped[Json]
    """Name to text."""
    taken_up_at: Mapped[Moment]
