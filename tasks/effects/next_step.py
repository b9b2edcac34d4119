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
from tasks.effects.elapsed import ages, is_surely_younger, surely_passed
from tasks.providers.port import Abilities

KEY_MARGIN = timedelta(minutes=30)
"""A key is not relied upon for the last of its life: clocks differ."""
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


def share_reference(effect_key: str, position: int) -> str:
    """What the provider knows the share by, whichever key it was asked for under."""
    return f"{effect_key}-{position}"


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
    looks_first: bool = False,
) -> Step:
    """The one thing that may be done now; `machine` is the same moment on this machine.

    `looks_first`: attempts may be missing, so nothing is asked for before it was looked up.
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
    if looks_first and abilities.looks_up and not looked_last:
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


def is_surely_absent(
    tried: Sequence[Tried], key: str, looked_at: datetime, machine: MachineTime | None = None
) -> bool:
    """Whether a look-up that found nothing is the last word; `looked_at` is when it was begun."""
    return on_its_way_for(tried, key, looked_at, machine) <= timedelta(0)


def is_last_word(tried: Sequence[Tried], refused: Tried) -> bool:
    """Whether a refusal tells of all that was asked for under its key.

    It tells nothing of a call that may have reached the provider after it: where refusals are not
    stored under the key, such a late one is decided anew, and may be paid.
    """
    wait = on_its_way_for(tried, refused.key, refused.at, refused.machine)
    return wait <= timedelta(0)


def on_its_way_for(
    tried: Sequence[Tried], key: str, now: datetime, machine: MachineTime | None = None
) -> timedelta:
    """How long a call with this key may still take hold; nought or less where none can.

    For a look-up that found nothing, `now` is when it was begun, not when its answer was read:
    the worker may have slept in between.
    """
    return max(
        (
            IN_FLIGHT - surely_passed(ages(attempt.at, attempt.machine, now, machine))
            for attempt in _unclear(tried, key)
            if not attempt.answered
        ),
        default=timedelta(0),
    )


def _unclear(tried: Sequence[Tried], key: str) -> list[Tried]:
    return [
        attempt
        for attempt in tried
        if attempt.action == "call" and attempt.key == key and attempt.result in {None, "unknown"}
    ]
