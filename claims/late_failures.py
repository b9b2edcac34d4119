"""A refund that was paid and failed afterwards: the bank has sent the money back to the shop.

The ledger is not undone, for the provider did pay. A person gives the customer the money another
way, and says so where the incident is closed.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from claims import cases, clock, journal
from claims.door import finish_writing
from claims.incidents import open_incident
from claims.models import Incident, RefundShare
from claims.people import Actor
from claims.refunds import money

LATE_FAILURE = "late-failure"


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
    word = (
        f"The refund of {money(share.amount, refund.currency)} ({provider_reference}) was paid and "
        f"failed afterwards. {reason} The money is back with the shop, and the customer has none "
        "of it. Pay it another way, such as by bank transfer, and write here how: in the case it "
        "counts as paid and cannot be asked for again."
    )
    told = select(Incident.id).where(
        Incident.effect_id == effect.id,
        Incident.kind == LATE_FAILURE,
        Incident.sentence.contains(f"({provider_reference})", autoescape=True),
    )
    if session.scalar(told.limit(1)) is not None:
        return False
    at = clock.now(session)
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
