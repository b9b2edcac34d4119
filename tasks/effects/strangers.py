"""Refunds of ours at the provider that restored rows know nothing of.

They were paid after the backup was made. A claim that is filed again just as it was arrives at
the same reference and adopts its refund; where it is filed otherwise (two pieces in one claim
that were two claims), only the payment tells that something was paid back already.
"""

from collections.abc import Sequence

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from claims.models import Attempt, Effect, Reclamation, Refund, RefundShare
from claims.money.refunds import money
from claims.reconciling.listed import Listed

OURS = "redress-"
"""So begins every reference that we ever gave to a provider (`claims.asking`)."""
STRANGERS = "strangers"
"""Where an attempt keeps the provider's names of the strangers that a person was told of."""


def strangers(session: Session, share: RefundShare, others: Sequence[Listed]) -> list[Listed]:
    """Those among the payment's refunds that we made and that no share of ours accounts for.

    One that a person was told of at an earlier refund of the order is none any more.
    """
    ours = [each for each in others if each.standing == "paid" and each.reference.startswith(OURS)]
    if not ours:
        return []
    reference = Effect.key + "-" + cast(RefundShare.position, String)
    known = session.execute(
        select(reference, RefundShare.amount)
        .join(Refund, Refund.id == RefundShare.refund_id)
        .join(Effect, Effect.id == Refund.effect_id)
        .where(RefundShare.payment_id == share.payment_id)
    )
    accounted = {(said, amount) for said, amount in known}
    told = _told(session, share.refund.order_id)
    return [
        each
        for each in ours
        if (each.reference, each.amount) not in accounted and each.provider_reference not in told
    ]


def named(strange: Sequence[Listed]) -> dict[str, list[str]]:
    """What an attempt keeps of them, so that a person is told once."""
    return {STRANGERS: [each.provider_reference for each in strange]} if strange else {}


def about_strangers(strange: Sequence[Listed]) -> str:
    """In a sentence, why nothing was paid, with the way out."""
    listed = " and ".join(
        f"{money(each.amount, each.currency)} ({each.provider_reference}, {each.at:%Y-%m-%d})"
        for each in strange
    )
    return (
        f"Nothing was paid: of this payment the provider has given back {listed} already, and this "
        "database, put back from a backup, knows nothing of that. If it was for this, settle the "
        "refund outside; if it was for something else, ask for the refund again and it is paid."
    )


def _told(session: Session, order_id: int) -> set[str]:
    answers = session.scalars(
        select(Attempt.answer[STRANGERS])
        .join(Effect, Effect.id == Attempt.effect_id)
        .join(Reclamation, Reclamation.id == Effect.reclamation_id)
        .where(Reclamation.order_id == order_id, Attempt.result == "absent")
    )
    return {name for names in answers for name in names or ()}
