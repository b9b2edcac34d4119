"""The port for payment providers: what is asked of one, and what it declares about itself.

An adapter never raises for what the provider does or fails to do; it sorts it into an
`Outcome`. It opens no transaction and keeps no state.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from claims.money.refund_abilities import RefundAbilities
from claims.outside import Answer, Outcome
from claims.reconciling.listed import Listed


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """One refund to one payment. `amount` is in minor units and above nought.

    `reference` is ours, the same for every attempt at this refund, and what it is looked up by;
    `key` is the idempotency key under which the provider does it once.
    """

    reference: str
    key: str
    payment_reference: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Found:
    """The provider knows exactly one refund under our reference."""

    provider_reference: str
    amount: int
    currency: str
    answer: Answer = field(default_factory=dict)
    payment_reference: str | None = None
    """The payment that it went back to; None only where the provider does not tell."""

    def is_of(self, order: RefundOrder) -> bool:
        """Whether it is the refund that was ordered, and no other under the same reference."""
        return (self.amount, self.currency) == (order.amount, order.currency) and (
            self.payment_reference in {None, order.payment_reference}
        )


@dataclass(frozen=True, slots=True)
class Failed:
    """The provider knows exactly one refund under our reference, and it came to nothing."""

    provider_reference: str
    reason: str
    answer: Answer = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Absent:
    """The provider surely knows no refund under our reference, as of its answer.

    `others` are the refunds of the same payment that it does know, as far as it tells.
    """

    others: tuple[Listed, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class CannotTell:
    """The provider did not answer, or not so that one could rely on it."""

    reason: str


Finding = Found | Failed | Absent | CannotTell


@dataclass(frozen=True, slots=True)
class ListPage:
    """A part of the list; `following` names the next part, None where this is the last."""

    refunds: tuple[Listed, ...]
    following: str | None = None


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a provider declares; None for a time means that it has no such thing."""

    key_lifetime: timedelta | None
    """How long the same key surely gets the same refund."""
    replays_stored_errors: bool
    """Whether a server error may be stored under the key, so that asking again is no use."""
    looks_up: bool
    refunds: RefundAbilities
    """Currencies, parts, several of a payment and the window: as `config.payment_providers` says,
    where pages look before a refund is asked for."""
    lists: bool = False
    """Whether it tells all refunds since a moment (`ListsRefunds`), to be reconciled with ours."""
    keeps_refusals: bool = False
    """Whether a refusal is kept under the key: the same request is refused as well if it arrives
    later."""
    ends_with_errors: bool = False
    """Whether a request that was answered with a server error has surely ended. Otherwise what a
    look-up does not find at once may still come of it."""
    by_hand: bool = False
    """Nothing is called: people pay from the list of transfers, and the refund waits for them."""

    @property
    def may_be_retried(self) -> bool:
        """Whether an unclear attempt can be cleared up without a person."""
        return self.key_lifetime is not None or self.looks_up or self.by_hand


class Provider(Protocol):
    """One payment provider. Safe to share between threads."""

    @property
    def abilities(self) -> Abilities: ...

    def pay_refund(self, order: RefundOrder, stop_after_seconds: float) -> Outcome:
        """Ask for the refund, and answer within about `stop_after_seconds`."""
        ...

    def look_up(self, order: RefundOrder, stop_after_seconds: float) -> Finding:
        """What the provider knows under this order's reference, whatever its key; asks only.

        Some know refunds only by their payment, so they look among those of the order's.
        """
        ...


@runtime_checkable
class ListsRefunds(Protocol):
    """A provider with the ability `lists`."""

    def list_refunds(
        self, since: datetime, following: str | None, stop_after_seconds: float
    ) -> ListPage | CannotTell:
        """A page of all refunds made or changed since, oldest first; `following` is of the last."""
        ...
