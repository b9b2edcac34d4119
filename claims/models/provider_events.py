"""What providers told us by themselves."""

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from claims.models.base import Base, Key, Moment


class ProviderEvent(Base):
    """One event of a provider's, kept once however often it was sent.

    It is a hint, never the truth: a worker looks the refund up, and goes by that.
    """

    __tablename__ = "provider_events"
    __table_args__ = (
        UniqueConstraint("provider", "event_id"),
        Index(
            "ix_provider_events_due",
            "due_at",
            "id",
            postgresql_where=text("followed_at is null"),
        ),
        Index(
            "ix_provider_events_open",
            "provider",
            "reference",
            postgresql_where=text("followed_at is null"),
        ),
    )

    id: Mapped[Key]
    provider: Mapped[str]
    event_id: Mapped[str]
    kind: Mapped[str]
    """As the provider calls it: `refund.failed`."""
    reference: Mapped[str]
    """Ours, as the event names it; empty where it names none."""
    provider_reference: Mapped[str]
    told_at: Mapped[Moment]
    """When it happened, by the provider's word."""
    received_at: Mapped[Moment]
    due_at: Mapped[Moment]
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    followed_at: Mapped[Moment | None]
    word: Mapped[str] = mapped_column(default="", server_default="")
    """What came of it, in a sentence."""
