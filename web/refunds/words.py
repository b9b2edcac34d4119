"""Words for people and tones of refunds and of their shares."""

from claims.models import Refund, RefundShare
from claims.queries.refunds import STATUSES
from web.badges import Badge
from workflows.definition import Tone

TONES: dict[str, Tone] = {
    "asked": "elsewhere",
    "proposed": "owed",
    "unclear": "owed",
    "paid": "good",
    "refused": "bad",
    "outside": "good",
    "dropped": "closed",
}

SHARES = {
    "held": Badge("Held", "elsewhere"),
    "paid": Badge("Given back", "good"),
    "refused": Badge("Refused", "bad"),
    "released": Badge("Freed", "closed"),
}


def standing(refund: Refund) -> Badge:
    return Badge(STATUSES[refund.status], TONES[refund.status])


def share_standing(share: RefundShare) -> Badge:
    return SHARES[share.status]
