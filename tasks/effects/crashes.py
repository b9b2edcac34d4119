"""An effect that takes down whoever carries it out: by a crash, a hang, or all the memory.

Each time an attempt is left without an answer. A few in a row may be bad luck; then a person
looks, for the next worker would go the same way.
"""

from itertools import takewhile

from claims.models import Effect

MOST_CRASHES = 5


def poisoned(effect: Effect) -> str | None:
    """Why nobody should take the effect again, in a sentence; None where one may."""
    latest = takewhile(lambda attempt: attempt.result is None, reversed(effect.attempts))
    crashed = sum(1 for _ in latest)
    if crashed < MOST_CRASHES:
        return None
    return (
        f"{crashed} workers in a row came to an end over this {effect.kind} before they could "
        "write down what came of it. Nobody tries it any more; look at their logs, and ask the "
        "other side whether it took hold."
    )
