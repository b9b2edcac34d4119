"""What to do next about one payment's share of a refund, from what has been tried so far.

Pure: the history goes in, a step comes out. This is step 7 of the protocol: what is unclear is
asked again under the same key for as long as the provider keeps keys, is looked up where that
is no use, gets a new key only where it is surely absent, and otherwise goes to a person.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tasks.providers.port import Abilities

KEY_MARGIN = timedelta(minutes=30)
"""A key is not relied upon for the last of its life: clocks differ."""
CLOCKS_DIFFER = timedelta(minutes=1)
IN_FLIGHT = timedelta(minutes=15)
"""A request that got no answer may be on its way for this long."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt, as it was written down."""

    action: Literal["call", "look-up"]
    key: str
    at: datetime
    result: str | None
    """None where the worker died before it could write the answer."""
    answered: bool = False
    """Whether the provider has finished with the request."""


@dataclass(frozen=True, slots=True)
class Call:
    """Ask for the refund under this key."""

    key: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """Ask what became of it; `key` is the one in doubt."""

    key: str


@dataclass(frozen=True, slots=True)
class AskPerson:
    """Nothing that a machine may do would tell."""

    reason: str


Step = Call | LookUp | AskPerson


def share_reference(effect_key: str, position: int) -> str:
    """What the provider knows the share by, whichever key it was asked for under."""
    return f"{effect_key}-{position}"


def share_key(effect_key: str, position: int, generation: int) -> str:
    """The idempotency key of a share; a new generation only where the last is surely absent."""
    said = f"{effect_key}\n{position}\n{generation}"
    return f"redress-{hashlib.sha256(said.encode()).hexdigest()[:40]}"


def next_step(
    effect_key: str, position: int, abilities: Abilities, tried: Sequence[Tried], now: datetime
) -> Step:
    """The one thing that may be done now."""
    generation = 1 + len({attempt.key for attempt in tried if attempt.result == "absent"})
    key = share_key(effect_key, position, generation)
    unclear = _unclear(tried, key)
    if not unclear:
        return Call(key)
    lifetime = abilities.key_lifetime
    age = now - unclear[0].at
    # An attempt that lies ahead was made before the clock was put back: its age is not known.
    key_lives = lifetime is not None and -CLOCKS_DIFFER < age < lifetime - KEY_MARGIN
    stored = abilities.replays_stored_errors and any(attempt.answered for attempt in unclear)
    looked_last = tried[-1].action == "look-up" and tried[-1].answered
    if key_lives and (not stored or looked_last or not abilities.looks_up):
        return Call(key)
    if abilities.looks_up:
        return LookUp(key)
    return AskPerson("The provider no longer knows the key, and it cannot look a refund up.")


def is_surely_absent(tried: Sequence[Tried], key: str, now: datetime) -> bool:
    """Whether a look-up that found nothing is the last word: nothing is on its way any more."""
    return all(
        attempt.answered or now - attempt.at >= IN_FLIGHT for attempt in _unclear(tried, key)
    )


def _unclear(tried: Sequence[Tried], key: str) -> list[Tried]:
    return [
        attempt
        for attempt in tried
        if attempt.action == "call" and attempt.key == key and attempt.result in {None, "unknown"}
    ]
