"""Whoever decides an unclear refund in a rehearsal is the second of two.

What takes two people whatever a workflow says (`claims.money.findings`) is not what is tried out: a
colleague who is nobody else in the rehearsal has always said the same just before.
"""

from collections.abc import Iterable
from datetime import datetime

from claims.models import Item
from claims.money import findings
from claims.money.findings import Truth
from claims.offering import CaseOffer
from claims.people import Actor

COLLEAGUE = Actor("person", "a colleague", frozenset(), staff_id=1_000_000)
REFERENCE = "what the colleague saw"
TRUTHS: tuple[Truth, ...] = ("paid", "not-paid")


def says(item: Item, truth: Truth, at: datetime) -> None:
    """The colleague says what became of the item's refund, where nobody knows that yet."""
    refund = findings.unclear(item)
    if refund is not None and findings.standing(refund) is None:
        reference = REFERENCE if truth == "paid" else ""
        findings.note(refund, truth, reference, "Seen at the provider.", COLLEAGUE, at)


def best_of(offers: Iterable[tuple[CaseOffer, ...]]) -> tuple[CaseOffer, ...]:
    """Of several lists of the same events each event as it is open, if it is in one of them."""
    return tuple(
        next((each for each in same if each.is_open), same[0]) for same in zip(*offers, strict=True)
    )
