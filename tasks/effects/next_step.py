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

from claims.machine_time import MachineTime
from claims.outside import IN_FLIGHT
from tasks.effects.elapsed import ages, is_surely_younger, surely_passed
from tasks.providers.port import Abilities

KEY_MARGIN = timedelta(minutes=30)
"""A key is not relied upon for the last of its life: clocks differ."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt, as it was written down."""

    action: Literal["call", "look-up"]
    key: str
    at: datetime
    result: str | None
    """None where the worker died before it could write the answer."""
    answered: bool = False
    """Whether the provider has answered it, if only with an error."""
    machine: MachineTime | None = None
    """The same moment as `at`, by the clocks of the worker's machine."""


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


def share_key(effect_key: str, position: int, generation: int) -> str:
    """The idempotency key of a share; a new generation only where the last is surely absent."""
    said = f"{effect_key}\n{position}\n{generation}"
    return f"redress-{hashlib.sha256(said.encode()).hexdigest()[:40]}"


def next_step(
    effect_key: str,
    position: int,
    abilities: Abilities,
    tried: Sequence[Tried],
    now: datetime,
    machine: MachineTime | None = None,
    *,
    restored_at: datetime | None = None,
) -> Step:
    """The one thing that may be done now; `machine` is the same moment on this machine.

    `restored_at`: attempts made before may be missing, so nothing is asked for that was not looked
    up since.
    """
    called = {attempt.key for attempt in tried if attempt.action == "call"}
    absent = {attempt.key for attempt in tried if attempt.result == "absent"}
    key = share_key(effect_key, position, 1 + len(called & absent))
    unclear = _unclear(tried, key)
    looked_last = (
        bool(tried)
        and tried[-1].action == "look-up"
        and (tried[-1].answered or tried[-1].result == "absent")
    )
    if restored_at is not None and abilities.looks_up:
        # Without keys a look-up that is not the last word does not protect the next call.
        has_looked = looked_last and tried[-1].at >= restored_at
        if not has_looked or (tried[-1].result != "absent" and abilities.key_lifetime is None):
            return LookUp(key)
    if not unclear:
        return Call(key)
    lifetime = abilities.key_lifetime
    first = unclear[0]
    key_lives = lifetime is not None and is_surely_younger(
        ages(first.at, first.machine, now, machine), lifetime - KEY_MARGIN
    )
    stored = abilities.replays_stored_errors and any(attempt.answered for attempt in unclear)
    if key_lives and (not stored or looked_last or not abilities.looks_up):
        return Call(key)
    if abilities.looks_up:
        return LookUp(key)
    return AskPerson("The provider no longer knows the key, and it cannot look a refund up.")


def is_last_word(tried: Sequence[Tried], refused: Tried, abilities: Abilities) -> bool:
    """Whether a refusal tells of all that was asked for under its key.

    Where refusals are not kept under the key it tells nothing of a call that may have reached the
    provider after it: such a late one is decided anew, and may be paid, or is known to be. A
    look-up that finds the refund failed has found what the call itself became.
    """
    if any(attempt.result == "done" for attempt in tried):
        return False
    if refused.action == "look-up" or abilities.keeps_refusals:
        return True
    wait = on_its_way_for(tried, refused.key, refused.at, abilities, refused.machine)
    return wait <= timedelta(0)


def on_its_way_for(
    tried: Sequence[Tried],
    key: str,
    now: datetime,
    abilities: Abilities,
    machine: MachineTime | None = None,
) -> timedelta:
    """How long a call with this key may still take hold; nought or less where none can.

    For a look-up that found nothing, `now` is when it was begun, not when its answer was read:
    the worker may have slept in between.
    """
    return max(
        (
            IN_FLIGHT - surely_passed(ages(attempt.at, attempt.machine, now, machine))
            for attempt in _unclear(tried, key)
            if not (attempt.answered and abilities.ends_with_errors)
        ),
        default=timedelta(0),
    )


def forgotten_for(restored_at: datetime | None, now: datetime, abilities: Abilities) -> timedelta:
    """How long a call that restored rows have forgotten may still take hold.

    Where the provider keeps keys it would meet the same call again, and be one with it.
    """
    if restored_at is None or abilities.key_lifetime is not None:
        return timedelta(0)
    return IN_FLIGHT - (now - restored_at)


def _unclear(tried: Sequence[Tried], key: str) -> list[Tried]:
    return [
        attempt
        for attempt in tried
        if attempt.action == "call" and attempt.key == key and attempt.result in {None, "unknown"}
    ]
