"""Files that came with events: photos of what is broken, receipts."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from claims.models.base import Base, Key, Moment


class Attachment(Base):
    """One file, as it came. The application's role may neither change nor delete it."""

    __tablename__ = "attachments"
    __table_args__ = (
        CheckConstraint("size = octet_length(content) and size > 0", name="size_of_content"),
    )

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(unique=True)
    """Nobody can guess it; the journal and the addresses of pages name it."""
    reclamation_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("reclamations.id"), index=True
    )
    item_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("items.id"))
    event: Mapped[str]
    name: Mapped[str]
    media_type: Mapped[str]
    """By its content, whatever its name says."""
    size: Mapped[int]
    sha256: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    at: Mapped[Moment]
    by: Mapped[str]
    by_id: Mapped[int | None]
