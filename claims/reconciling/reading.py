"""Our side of a reconciliation: the shares of refunds that a provider should know."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, String, and_, cast, func, or_, select, true
from sqlalchemy.orm import Session

from claims.models import Attempt, Effect, Payment, Refund, RefundShare
from claims.reconciling.comparing import Here
from claims.reconciling.listed import Listed

CHUNK = 2000
REFERENCE = Effect.key + "-" + cast(RefundShare.position, String)
"""As the provider was given it (`claims.money.refunds.share_reference`)."""
TRIED = (
    select(func.min(Attempt.at).label("first"), func.max(Attempt.answered_at).label("last"))
    .where(Attempt.effect_id == Effect.id, Attempt.share_id == RefundShare.id)
    .lateral("tried")
)
PAID_BY = func.coalesce(TRIED.c.last, Refund.settled_at)
"""When it was paid at the latest; where no attempt was answered, when people took it for paid."""
COLUMNS = (
    RefundShare.id,
    Effect.id,
    REFERENCE,
    RefundShare.provider_reference,
    Payment.reference,
    RefundShare.amount,
    Payment.currency,
    RefundShare.status,
    Effect.status,
    TRIED.c.first,
    PAID_BY,
)


def shares_to_compare(
    session: Session, provider: str, there: Sequence[Listed], since: datetime, before: datetime
) -> list[Here]:
    """All shares that the list names, and all that were paid between the two moments.

    What is listed must reach back before `since` and have been read after `before`, or what is
    paid here would be missed there.
    """
    found: dict[int, Here] = {}
    for start in range(0, len(there), CHUNK):
        part = there[start : start + CHUNK]
        named = _named({e.reference for e in part}, {e.provider_reference for e in part})
        found |= {each.share_id: each for each in _read(session, provider, named, since, before)}
    paid = and_(RefundShare.status == "paid", TRIED.c.first >= since, before > PAID_BY)
    found |= {each.share_id: each for each in _read(session, provider, paid, since, before)}
    return list(found.values())


def _named(references: set[str], provider_references: set[str]) -> ColumnElement[bool]:
    keys = {reference.rpartition("-")[0] for reference in references}
    ours = and_(Effect.key.in_(keys), REFERENCE.in_(references))
    return or_(ours, RefundShare.provider_reference.in_(provider_references))


def _read(
    session: Session, provider: str, which: ColumnElement[bool], since: datetime, before: datetime
) -> Iterator[Here]:
    rows = session.execute(
        select(*COLUMNS)
        .select_from(RefundShare)
        .join(Refund, Refund.id == RefundShare.refund_id)
        .join(Effect, Effect.id == Refund.effect_id)
        .join(Payment, Payment.id == RefundShare.payment_id)
        .join(TRIED, true())
        .where(Payment.provider == provider, RefundShare.way == "", which)
    )
    for share_id, effect_id, reference, theirs, payment, amount, currency, share, *rest in rows:
        effect, first, last = rest
        yield Here(
            share_id,
            effect_id,
            reference,
            theirs,
            payment,
            amount,
            currency,
            _standing(share, effect),
            surely_listed=bool(first and last and first >= since and last < before),
        )


def _standing(share: str, effect: str) -> Literal["paid", "unknown", "asked", "unpaid"]:
    if share == "paid":
        return "paid"
    if share != "held" or effect in {"done", "refused"}:
        return "unpaid"
    return "unknown" if effect in {"unknown", "stopped"} else "asked"
