"""A provider has one refund under one of its references: nobody finds two of ours paid under it."""

from collections.abc import Collection

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, object_session

from claims.models import Finding, Payment, Refund, RefundShare
from claims.money.refund_ledger import money


def taken(refund: Refund, reference: str) -> str:
    """Which other refund was paid under this reference, or was found to be, in a sentence.

    Empty where none was, and in a rehearsal, whose rows are in no database. What was found and
    waits for a second person counts, and what was confirmed.
    """
    session = object_session(refund)
    if not reference or session is None or not inspect(refund).persistent:
        return ""
    providers = {share.payment.provider for share in refund.shares}
    with session.no_autoflush:
        paid = _paid(session, refund, reference, providers)
        found = None if paid else _found(session, refund, reference, providers)
    look = "look again which one is this refund."
    if paid:
        return f"Under {reference} {_named(paid)} was paid; {look}"
    if found:
        said = f"{found.found_by} found that {_named(found.refund)} was paid under {reference}"
        return f"{said}; {look}"
    return ""


def _paid(
    session: Session, refund: Refund, reference: str, providers: Collection[str]
) -> Refund | None:
    return session.scalar(
        select(Refund)
        .join(RefundShare, RefundShare.refund_id == Refund.id)
        .join(Payment, Payment.id == RefundShare.payment_id)
        .where(RefundShare.provider_reference == reference, Refund.id != refund.id)
        .where(Payment.provider.in_(providers))
        .limit(1)
    )


def _found(
    session: Session, refund: Refund, reference: str, providers: Collection[str]
) -> Finding | None:
    """Of several shares none has the reference after it was confirmed; the finding keeps it."""
    holds = Finding.ended_at.is_(None) | (Finding.ending == "confirmed")
    return session.scalar(
        select(Finding)
        .join(RefundShare, RefundShare.refund_id == Finding.refund_id)
        .join(Payment, Payment.id == RefundShare.payment_id)
        .where(Finding.provider_reference == reference, Finding.refund_id != refund.id)
        .where(Finding.truth == "paid", holds, Payment.provider.in_(providers))
        .limit(1)
    )


def _named(refund: Refund) -> str:
    return f"the {money(refund.amount, refund.currency)} of {refund.reclamation.number}"
