"""Words for people and tones of refunds and of their shares."""

from claims.models import Refund, RefundShare
from claims.money.refunds import goes_to_store_credit
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


def way(share: RefundShare) -> str:
    """How it goes back: the payment's method, or store credit, or what an import said."""
    if goes_to_store_credit(share):
        return "Store credit"
    return share.way or share.payment.method or share.payment.provider


def standing(refund: Refund) -> Badge:
    return Badge(STATUSES[refund.status], TONES[refund.status])


def share_standing(share: RefundShare) -> Badge:
    return SHARES[share.status]
