"""One reclamation tried out in memory, on the code that real ones go through.

Nothing is kept and nobody is asked: there is no engine, no row, no socket.
"""

from claims.rehearsal.given import RECLAMATION, Given, ItemGiven, Person
from claims.rehearsal.rehearsal import Rehearsal
from claims.rehearsal.seen import DeadlineSeen, EffectSeen, Happened, Money

__all__ = [
    "RECLAMATION",
    "DeadlineSeen",
    "EffectSeen",
    "Given",
    "Happened",
    "ItemGiven",
    "Money",
    "Person",
    "Rehearsal",
]
