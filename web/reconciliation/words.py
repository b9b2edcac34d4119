"""Words for people: the kinds of discrepancies, and what to do about each."""

from claims.models import Discrepancy
from claims.reconciling.comparing import WHAT_TO_DO
from web.badges import Badge

KINDS = {
    "not-here": Badge("Paid there, not here", "owed"),
    "not-there": Badge("Paid here, not there", "bad"),
    "amount": Badge("Another amount", "bad"),
    "currency": Badge("Another currency", "bad"),
    "payment": Badge("Another payment", "bad"),
    "twice": Badge("Paid twice there", "bad"),
    "reversed": Badge("Reversed later", "owed"),
    "failed-late": Badge("Failed later", "owed"),
}


def kind(discrepancy: Discrepancy) -> Badge:
    return KINDS[discrepancy.kind]


def what_to_do(discrepancy: Discrepancy) -> str:
    return next(said for known, said in WHAT_TO_DO.items() if known == discrepancy.kind)
