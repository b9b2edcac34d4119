"""Doing what was asked as a fault has it."""

import time
from collections.abc import Callable

from tasks.providers.sandbox.faults import Fault
from tasks.providers.sandbox.ledger import Misbehaviour, Reply


class Cut(Exception):
    """The connection is cut without an answer."""


class Nonsense(Exception):
    """The answer is not JSON."""


def befallen(fault: Fault | None, do: Callable[[], Reply]) -> Reply:
    """Do it as the fault has it: late, not at all, or without a word about it."""
    if fault is None:
        return do()
    match fault.kind:
        case "slow":
            time.sleep(fault.seconds)
        case "drop-before":
            raise Cut
        case "error-before":
            return Reply(500, {"error": "Something went wrong here."})
        case "too-many":
            return Reply(429, {"error": "Too many requests; try again in a second."})
        case _:
            pass
    reply = do()
    match fault.kind:
        case "answer-late":
            time.sleep(fault.seconds)
        case "drop-after":
            raise Cut
        case "error-after":
            return Reply(500, {"error": "Something went wrong here."})
        case "nonsense":
            raise Nonsense
        case _:
            pass
    return reply


def in_the_book(fault: Fault | None) -> Misbehaviour:
    """The part of a fault that the ledger itself commits."""
    if fault is None:
        return Misbehaviour()
    return Misbehaviour(
        refuse=fault.reason if fault.kind == "refuse" else None,
        store_error=fault.kind == "store-error",
        store_error_after_paying=fault.kind == "store-error" and fault.paid,
        pay_twice=fault.kind == "duplicate",
    )
