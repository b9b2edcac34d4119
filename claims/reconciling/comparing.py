"""Eight ways in which a provider's list and ours can differ. Pure: two lists in, findings out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from claims.money.refunds import money
from claims.reconciling.listed import Listed

Kind = Literal[
    "not-here",
    "not-there",
    "amount",
    "currency",
    "payment",
    "twice",
    "reversed",
    "failed-late",
]
"""Paid there and not known as paid here; paid here and not there; another amount, currency or
payment; more than once there; reversed or failed after we had been told that it was paid."""


@dataclass(frozen=True, slots=True)
class Here:
    """A share of a refund as we know it. `amount` is in minor units.

    `standing`: paid, unknown (nobody knows), asked (a worker is to pay it), unpaid (refused or
    given up).
    """

    share_id: int
    effect_id: int
    reference: str
    provider_reference: str | None
    payment_reference: str
    amount: int
    currency: str
    standing: Literal["paid", "unknown", "asked", "unpaid"]
    surely_listed: bool = True
    """Whether the list, were it paid, would surely have it; not what was paid a moment ago."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One discrepancy, for a person; `sentence` says what is so here and there."""

    kind: Kind
    reference: str
    provider_reference: str
    share_id: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Truth:
    """Paid there exactly as it was asked for, and not settled here yet: this heals itself."""

    here: Here
    there: Listed


def compare(here: Iterable[Here], there: Iterable[Listed]) -> Iterator[Difference | Truth]:
    """Everything that differs, and what only has to be adopted.

    Refunds are matched by our reference, then by the provider's own, which survives where a
    reference was lost.
    """
    ours = list(here)
    groups = _matched(ours, there)
    for stranger in groups.pop(None, []):
        if stranger.standing == "paid":
            yield _stranger(stranger)
    for each in ours:
        yield from _of_one(each, groups.get(each.share_id, []))


def _matched(ours: list[Here], there: Iterable[Listed]) -> dict[int | None, list[Listed]]:
    """What is there for each share, by its key; under None what belongs to none."""
    by_reference = {each.reference: each for each in ours}
    by_theirs = {each.provider_reference: each for each in ours if each.provider_reference}
    groups: dict[int | None, list[Listed]] = {}
    for listed in there:
        match = by_reference.get(listed.reference) or by_theirs.get(listed.provider_reference)
        groups.setdefault(match.share_id if match else None, []).append(listed)
    return groups


def _of_one(here: Here, listed: list[Listed]) -> Iterator[Difference | Truth]:
    own = _own(here, listed)
    paid = [each for each in listed if each.standing == "paid"]
    if here.standing == "paid" and not own:
        yield from (_another(here, each) for each in paid)
        if not paid and here.surely_listed:
            yield _not_there(here)
    elif not paid:
        if here.standing == "paid":
            yield _undone(here, own[-1])
    else:
        known = next((e for e in paid if e.provider_reference == here.provider_reference), paid[0])
        yield from (_twice(here, known, each) for each in paid if each is not known)
        differences = list(_unlike(here, known))
        yield from differences
        if here.standing == "unpaid":
            yield _unpaid_here(here, known)
        elif here.standing != "paid" and not differences and len(paid) == 1:
            yield Truth(here, known)


def _own(here: Here, listed: list[Listed]) -> list[Listed]:
    """What is the refund that is known here; all of them where only our reference is known."""
    if not here.provider_reference:
        return listed
    return [each for each in listed if each.provider_reference == here.provider_reference]


def _unlike(here: Here, there: Listed) -> Iterator[Difference]:
    if there.currency != here.currency:
        yield _difference("currency", here, there, f"in {here.currency} here, in {there.currency}")
    elif there.uncounted or there.amount != here.amount:
        said = f"of {money(here.amount, here.currency)} here, of {_amount(there)}"
        yield _difference("amount", here, there, said)
    if there.payment_reference != here.payment_reference:
        said = f"of payment {here.payment_reference} here, of {there.payment_reference}"
        yield _difference("payment", here, there, said)


def _difference(kind: Kind, here: Here, there: Listed, said: str) -> Difference:
    sentence = f"Refund {there.provider_reference} is {said} at the provider."
    return Difference(kind, here.reference, there.provider_reference, here.share_id, sentence)


def _stranger(there: Listed) -> Difference:
    sentence = (
        f"The provider paid {_amount(there)} of payment {there.payment_reference} back "
        f"({there.provider_reference}), and Redress knows nothing of it."
    )
    return Difference("not-here", there.reference, there.provider_reference, None, sentence)


def _unpaid_here(here: Here, there: Listed) -> Difference:
    sentence = (
        f"The provider paid {_amount(there)} back ({there.provider_reference}), and here the "
        "refund is refused or given up."
    )
    return Difference("not-here", here.reference, there.provider_reference, here.share_id, sentence)


def _not_there(here: Here) -> Difference:
    sentence = (
        f"{money(here.amount, here.currency)} of payment {here.payment_reference} is paid here "
        f"({here.provider_reference or 'a person said so'}), and the provider does not have it."
    )
    theirs = here.provider_reference or ""
    return Difference("not-there", here.reference, theirs, here.share_id, sentence)


def _undone(here: Here, there: Listed) -> Difference:
    kind: Kind = "reversed" if there.standing == "reversed" else "failed-late"
    said = "came back to the shop" if kind == "reversed" else "did not reach the customer"
    sentence = f"{_amount(there)} was paid ({there.provider_reference}) and {said} later."
    return Difference(kind, here.reference, there.provider_reference, here.share_id, sentence)


def _twice(here: Here, known: Listed, more: Listed) -> Difference:
    sentence = (
        f"The provider paid the same refund more than once: {_amount(known)} "
        f"({known.provider_reference}) and {_amount(more)} ({more.provider_reference})."
    )
    return Difference("twice", here.reference, more.provider_reference, here.share_id, sentence)


def _another(here: Here, there: Listed) -> Difference:
    """The one that is known is not in the list: it is too old for it, or was never made."""
    sentence = (
        f"The provider paid {_amount(there)} ({there.provider_reference}) under the reference of a "
        f"refund that is paid here as {here.provider_reference}: the same may be paid twice."
    )
    return Difference("twice", here.reference, there.provider_reference, here.share_id, sentence)


def _amount(there: Listed) -> str:
    return there.uncounted or money(there.amount, there.currency)


WHAT_TO_DO: Mapping[Kind, str] = {
    "not-here": "Find out who paid it. If it was for a reclamation, settle that one outside with "
    "this amount; otherwise have the provider's account looked at.",
    "not-there": "The customer may not have the money. Look the payment up at the provider; if it "
    "is not there, give the amount back by other means.",
    "amount": "Compare with what was asked for; give back what is missing, or note what was too "
    "much as a loss.",
    "currency": "The customer got another currency. Work out the difference with the provider.",
    "payment": "The wrong payment was paid back. Ask the provider to turn it round, and pay the "
    "right one back.",
    "twice": "Look both up at the provider. If both were paid, ask it to take one of them back; do "
    "not refund this item again.",
    "reversed": "The customer does not have the money any more. Ask for a new refund or a bank "
    "transfer.",
    "failed-late": "The customer never got the money. Ask for their bank account and give the "
    "amount back by transfer.",
}
"""A sentence for the person who looks at a discrepancy."""
