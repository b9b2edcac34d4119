"""A refund that was paid and failed afterwards: the bank has sent the money back to the shop.

The ledger is not undone, for the provider did pay. A person gives the customer the money another
way, and says so where the incident is closed. A webhook and a reconciliation may both learn of it:
a person is told by whichever was first, and the other points there.
"""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from claims import cases, clock, journal
from claims.door import finish_writing
from claims.incidents import open_incident
from claims.models import Discrepancy, Incident, RefundShare
from claims.money.refunds import money
from claims.people import Actor

LATE_FAILURE = "late-failure"
DISCREPANCIES = ("reversed", "failed-late")
"""What a reconciliation calls it."""
FINDER = "the reconciliation"


def note_late_failure(
    session: Session, share: RefundShare, provider_reference: str, reason: str, finder: str
) -> bool:
    """Tell a person, once for each refund of the provider's; False where that was done before.

    `reason` is the provider's word, in a sentence; `finder` is who found it, for the journal.
    """
    refund = share.refund
    effect = refund.effect
    if effect is None:
        raise LookupError(f"Refund {refund.id} was paid by nothing that could have failed.")
    [reclamation] = cases.lock(session, [refund.reclamation_id]).values()
    if _told_by_incident(session, share, provider_reference):
        return False
    at = clock.now(session)
    discrepancy = _told_by_discrepancy(session, share, provider_reference)
    if discrepancy is not None and discrepancy.closed_at is not None:
        return False
    if discrepancy is not None:
        discrepancy.closed_at, discrepancy.closed_by = at, finder
        discrepancy.reason = _pointer(reclamation.number)
    word = (
        f"The refund of {money(share.amount, refund.currency)} ({provider_reference}) was paid and "
        f"failed afterwards. {reason} The money is back with the shop, and the customer has none "
        "of it. Pay it another way, such as by bank transfer, and write here how: in the case it "
        "counts as paid and cannot be asked for again."
    )
    open_incident(session, effect, LATE_FAILURE, word, at)
    journal.write(
        reclamation,
        Actor("worker", finder),
        "effect",
        at,
        item=effect.item,
        event=effect.kind,
        input={
            "effect": effect.use,
            "key": effect.key,
            "outcome": LATE_FAILURE,
            "sentence": f"{provider_reference} failed afterwards. {reason}",
        },
    )
    finish_writing(session)
    return True


def pointers(session: Session, found: Iterable[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """Of late failures that a reconciliation found those that an incident told of before.

    Each is a share's key and the provider's reference; with it where the incident is, in a
    sentence. Locks their cases, so that none is told of by both at the same moment.
    """
    wanted = list(found)
    shares = session.scalars(
        select(RefundShare).where(RefundShare.id.in_({share_id for share_id, _ in wanted}))
    ).all()
    known = {share.id: share for share in shares}
    cases.lock_rows(session, [share.refund.reclamation_id for share in shares])
    return {
        (share_id, reference): _pointer(known[share_id].refund.reclamation.number)
        for share_id, reference in wanted
        if share_id in known and _told_by_incident(session, known[share_id], reference)
    }


def _pointer(number: str) -> str:
    return f"An incident of {number} tells of it; it is resolved there."


def _told_by_incident(session: Session, share: RefundShare, provider_reference: str) -> bool:
    told = select(Incident.id).where(
        Incident.effect_id == share.refund.effect_id,
        Incident.kind == LATE_FAILURE,
        Incident.sentence.contains(f"({provider_reference})", autoescape=True),
    )
    return session.scalar(told.limit(1)) is not None


def _told_by_discrepancy(
    session: Session, share: RefundShare, provider_reference: str
) -> Discrepancy | None:
    """Open, or closed by a person; what a reconciliation has closed itself told nobody."""
    return session.scalar(
        select(Discrepancy)
        .where(Discrepancy.share_id == share.id, Discrepancy.kind.in_(DISCREPANCIES))
        .where(Discrepancy.provider_reference == provider_reference)
        .where(Discrepancy.closed_by.is_(None) | (Discrepancy.closed_by != FINDER))
        .order_by(Discrepancy.closed_at.is_(None), Discrepancy.id)
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
