"""What is to be done outside, what was tried, what is due; see the protocol in claims.effects."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from claims.models.base import Base, Json, Key, Moment

if TYPE_CHECKING:
    from claims.models.reclamations import Item, Reclamation
    from claims.models.refunds import Refund


class Effect(Base):
    """One thing to be done in the outside world.

    `status`: waiting (due at `due_at`; in flight while `lease_until` lies ahead), done, refused,
    unknown (nobody knows; an event told the case, a person decides), stopped (an incident).
    """

    __tablename__ = "effects"
    __table_args__ = (
        CheckConstraint(
            "status in ('waiting', 'done', 'refused', 'unknown', 'stopped')", name="status"
        ),
        Index(
            "uq_effects_generation",
            "reclamation_id",
            text("coalesce(item_id, 0)"),
            "kind",
            "generation",
            unique=True,
        ),
        Index("ix_effects_due", "due_at", "id", postgresql_where=text("status = 'waiting'")),
        Index("ix_effects_item_id", "item_id"),
        Index(
            "ix_effects_amiss",
            "status",
            "id",
            postgresql_where=text("status in ('refused', 'unknown', 'stopped')"),
        ),
    )

    id: Mapped[Key]
    reclamation_id: Mapped[int] = mapped_column(ForeignKey("reclamations.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"))
    kind: Mapped[str]
    generation: Mapped[int]
    """Counts the effects of one kind for one case: the second refund of an item is number 2."""
    key: Mapped[str] = mapped_column(unique=True)
    """Deterministic: the same for a database restored from an older backup."""
    use: Mapped[str]
    """Its name in the workflow's `effects:`."""
    outcomes: Mapped[Json]
    """Outcome to event, as the case's version said when the effect was asked for."""
    request: Mapped[Json]
    """What is needed to carry it out, frozen when it was asked for."""
    status: Mapped[str] = mapped_column(default="waiting", server_default="waiting")
    asked_at: Mapped[Moment]
    due_at: Mapped[Moment]
    epoch: Mapped[int] = mapped_column(default=0, server_default="0")
    """The fence: raised each time a worker takes the effect; only the last taker may write."""
    lease_until: Mapped[Moment | None]
    taken_by: Mapped[str | None]
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    done_at: Mapped[Moment | None]
    last_word: Mapped[str] = mapped_column(default="", server_default="")
    """What was last heard of it, in a sentence for a person."""

    reclamation: Mapped[Reclamation] = relationship(back_populates="effects")
    item: Mapped[Item | None] = relationship()
    refund: Mapped[Refund | None] = relationship(back_populates="effect")
    attempts: Mapped[list[Attempt]] = relationship(back_populates="effect", order_by="Attempt.id")
    incidents: Mapped[list[Incident]] = relationship(
        back_populates="effect", order_by="Incident.id"
    )


class Attempt(Base):
    """One call to the outside, written and committed before the call is made."""

    __tablename__ = "attempts"
    __table_args__ = (
        CheckConstraint(
            "result in ('done', 'refused', 'not-begun', 'unknown', 'absent')", name="result"
        ),
        Index("ix_attempts_effect_id", "effect_id"),
    )

    id: Mapped[Key]
    effect_id: Mapped[int] = mapped_column(ForeignKey("effects.id"))
    share_id: Mapped[int | None] = mapped_column(ForeignKey("refund_shares.id"))
    epoch: Mapped[int]
    at: Mapped[Moment]
    action: Mapped[str] = mapped_column(default="call", server_default="call")
    """`call` or `look-up`."""
    key: Mapped[str]
    request_hash: Mapped[str]
    answered_at: Mapped[Moment | None]
    result: Mapped[str | None]
    """NULL until answered; one that stays NULL is a crash after the attempt: unknown."""
    answer: Mapped[Json]
    worker: Mapped[str] = mapped_column(default="", server_default="")
    machine_at: Mapped[Moment | None]
    """The moment of `at` by the clock of the worker's machine (see `claims.machine_time`)."""
    machine_boot: Mapped[str | None]
    machine_up: Mapped[timedelta | None]

    effect: Mapped[Effect] = relationship(back_populates="attempts")


class Observation(Base):
    """The provider's word that came too late to be written by its own taker; never dropped."""

    __tablename__ = "observations"

    id: Mapped[Key]
    effect_id: Mapped[int] = mapped_column(ForeignKey("effects.id"), index=True)
    epoch: Mapped[int]
    at: Mapped[Moment]
    outcome: Mapped[str]
    answer: Mapped[Json]


class Incident(Base):
    """Something that a person has to look at; closed by a person, with a word why."""

    __tablename__ = "incidents"
    __table_args__ = (
        Index("ix_incidents_open", "id", postgresql_where=text("resolved_at is null")),
        Index("ix_incidents_reclamation_id", "reclamation_id"),
    )

    id: Mapped[Key]
    reclamation_id: Mapped[int] = mapped_column(ForeignKey("reclamations.id"))
    effect_id: Mapped[int | None] = mapped_column(ForeignKey("effects.id"))
    kind: Mapped[str]
    sentence: Mapped[str]
    opened_at: Mapped[Moment]
    resolved_at: Mapped[Moment | None]
    resolved_by: Mapped[str | None]
    resolution: Mapped[str | None]

    reclamation: Mapped[Reclamation] = relationship()
    effect: Mapped[Effect | None] = relationship(back_populates="incidents")


class Deadline(Base):
    """A clock of a case: an event that fires when it runs out.

    Most belong to one state and end when it is left. Where `state` is NULL the clock runs over
    the whole case: it can stand still (`paused_at`, with what is `remaining`), and it rings only
    in states that have a line for its event.
    """

    __tablename__ = "deadlines"
    __table_args__ = (
        CheckConstraint(
            "(paused_at is null) = (remaining is null)", name="paused_with_the_rest_of_its_time"
        ),
        CheckConstraint(
            "(runs_out_at is null) = (remaining is not null)", name="runs_out_unless_paused"
        ),
        CheckConstraint(
            "due_at is null or runs_out_at is not null", name="rings_only_while_it_runs"
        ),
        Index(
            "ix_deadlines_due",
            "due_at",
            "id",
            postgresql_where=text("ended_at is null and due_at is not null"),
        ),
        Index("ix_deadlines_reclamation_id", "reclamation_id"),
    )

    id: Mapped[Key]
    reclamation_id: Mapped[int] = mapped_column(ForeignKey("reclamations.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"))
    event: Mapped[str]
    state: Mapped[str | None]
    begun_at: Mapped[Moment | None]
    """From when it counts; NULL where it ended before this was noted."""
    runs_out_at: Mapped[Moment | None]
    """When its time is over, as things stand; NULL while it stands still."""
    due_at: Mapped[Moment | None]
    """When the sweeper fires it; NULL where it stands still or nobody hears it. Later than
    `runs_out_at` where firing it has failed."""
    paused_at: Mapped[Moment | None]
    remaining: Mapped[timedelta | None]
    """What is left of its time while it stands still; business time where its days are such."""
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    ended_at: Mapped[Moment | None]
    ending: Mapped[str | None]
    """`fired`, `left` (the state or the case was left first) or `held` (no line could be taken)."""

    reclamation: Mapped[Reclamation] = relationship(back_populates="deadlines")
    item: Mapped[Item | None] = relationship()
