"""What there is to see of a rehearsal: what happened, effects, deadlines, money."""

from dataclasses import dataclass
from datetime import datetime

from claims.models import Deadline, Effect, Item, JournalEntry, Reclamation
from claims.money.amounts import worth
from claims.money.refunds import held_by_item


@dataclass(frozen=True, slots=True)
class Happened:
    """One entry of the journal; `case` is the number of the item, or RECLAMATION."""

    at: datetime
    case: int
    kind: str
    who: str
    event: str | None
    from_state: str | None
    to_state: str | None
    words: str
    """The entry as a sentence."""


@dataclass(frozen=True, slots=True)
class EffectSeen:
    """One effect that was asked for; `use` is its name in the workflow."""

    case: int
    use: str
    kind: str
    status: str
    asked_at: datetime
    tries: int
    outcomes: tuple[str, ...]
    """The outcomes that fire an event; an effect without any is done by itself."""


@dataclass(frozen=True, slots=True)
class DeadlineSeen:
    """A clock that has not ended."""

    case: int
    event: str
    due_at: datetime | None
    """None where it stands still, or would ring for nobody in this state."""


@dataclass(frozen=True, slots=True)
class Money:
    """In minor units: what was paid for the pieces, and what became of it."""

    paid: int
    refunded: int
    """Given back, or settled outside."""
    under_way: int
    """Proposed, asked for, or unclear."""

    @property
    def left(self) -> int:
        return self.paid - self.refunded - self.under_way


def position(item: Item | None) -> int:
    return item.position if item else 0


def effect_seen(effect: Effect) -> EffectSeen:
    return EffectSeen(
        position(effect.item),
        effect.use,
        effect.kind,
        effect.status,
        effect.asked_at,
        effect.tries,
        tuple(effect.outcomes),
    )


def deadline_seen(deadline: Deadline) -> DeadlineSeen:
    return DeadlineSeen(position(deadline.item), deadline.event, deadline.due_at)


def happened(entry: JournalEntry, words: str) -> Happened:
    return Happened(
        entry.at,
        position(entry.item),
        entry.kind,
        entry.actor_name,
        entry.event,
        entry.from_state,
        entry.to_state,
        words,
    )


def money_of(reclamation: Reclamation, item: Item | None) -> Money:
    """Of one item, or of all that the order's payments captured."""
    order = reclamation.order
    mine = [refund for refund in order.refunds if item is None or refund.item is item]
    items = [item] if item else reclamation.items
    refunded = sum(refund.paid_amount or 0 for refund in mine)
    held = sum(held_by_item(each) for each in items)
    paid = _worth(item) if item else sum(payment.captured for payment in order.payments)
    return Money(paid, refunded, held - refunded)


def _worth(item: Item) -> int:
    return worth(item.line.paid, item.line.quantity, item.pieces)
