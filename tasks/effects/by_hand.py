"""A share that people pay: it stands in the list of transfers, and the refund waits for them."""

from datetime import timedelta

from sqlalchemy.orm import Session

from claims import effects
from claims.models import RefundShare
from claims.money import transfers
from claims.money.refunds import share_reference
from claims.outside import Done, Refused
from tasks.effects.job import Job

LOOK_AT_THE_LIST = timedelta(days=1)
"""Whoever marks a transfer wakes the refund at once; this is for what nobody should rely on."""


def became_of_transfer(session: Session, job: Job, share: RefundShare) -> Done | Refused | None:
    """What became of the share's transfer; while it waits the refund is handed back, untried."""
    reference = share_reference(job.key, share.position)
    outcome = transfers.outcome_of(session, share, reference)
    if outcome is None:
        shown = transfers.reference_of(reference)
        word = f"Waits for finance: transfer {shown} is in the list of transfers."
        effects.postpone(session, job.taken, LOOK_AT_THE_LIST, word)
    return outcome
