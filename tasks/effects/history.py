"""What has been tried for a refund so far, read from its attempts."""

from typing import Any

from claims.machine_time import MachineTime
from claims.models import Attempt, Effect, Refund, RefundShare
from claims.outside import Done, Refused
from tasks.effects.next_step import Tried, is_last_word
from tasks.providers.port import Abilities


def settled_by_late_word(
    effect: Effect, share: RefundShare, abilities: Abilities
) -> Done | Refused | None:
    """What a worker wrote that came back too late to settle the share itself.

    A refusal counts only where it was asked for under no other key since, and where no other
    call under its own may have come after it: that may be paid.
    """
    attempts = _attempts(effect, share)
    done = next((attempt for attempt in attempts if attempt.result == "done"), None)
    if done is not None:
        said: dict[str, Any] = done.answer
        return Done(str(said.get("reference", "")), said.get("answer", {}))
    tried = tried_of(effect, share)
    for attempt in attempts:
        is_refused = attempt.result == "refused" and attempt.key == attempts[-1].key
        if is_refused and is_last_word(tried, tried_as(attempt), abilities):
            said = attempt.answer
            return Refused(str(said.get("sentence", "")), said.get("answer", {}))
    return None


def may_be_paid_twice(effect: Effect, share: RefundShare, reference: str) -> bool:
    """Whether a share that was paid as `reference` was paid as another, or may have been.

    That takes a word which came after its key had been found absent and a new one was in use.
    """
    calls = [attempt for attempt in _attempts(effect, share) if attempt.action == "call"]
    done = [attempt for attempt in calls if attempt.result == "done"]
    if any(attempt.answer.get("reference") != reference for attempt in done):
        return True
    return any(
        attempt.key != done[0].key and attempt.result in {None, "unknown"}
        for attempt in calls
        if done and attempt.id > done[0].id
    )


def is_adopted(effect: Effect) -> bool:
    """Whether a share was found paid that was never asked for: rows of that were lost."""
    called = {attempt.share_id for attempt in effect.attempts if attempt.action == "call"}
    return any(a.result == "done" and a.share_id not in called for a in effect.attempts)


def tried_of(effect: Effect, share: RefundShare) -> list[Tried]:
    """The attempts at a share, oldest first, as `next_step` reads them."""
    return [tried_as(attempt) for attempt in _attempts(effect, share)]


def tried_as(attempt: Attempt) -> Tried:
    return Tried(
        action="call" if attempt.action == "call" else "look-up",
        key=attempt.key,
        at=attempt.at,
        result=attempt.result,
        answered=bool(attempt.answer.get("answered")),
        machine=machine_time_of(attempt),
    )


def machine_time_of(attempt: Attempt) -> MachineTime | None:
    """When an attempt was made, by the machine that made it; None for those of long ago."""
    if attempt.machine_at is None or attempt.machine_up is None:
        return None
    return MachineTime(attempt.machine_at, attempt.machine_boot or "", attempt.machine_up)


def _attempts(effect: Effect, share: RefundShare) -> list[Attempt]:
    return [attempt for attempt in effect.attempts if attempt.share_id == share.id]


def refund_of(effect: Effect) -> Refund:
    """The refund that an effect pays; LookupError for a row that never should be."""
    if effect.refund is None:
        raise LookupError(f"The effect {effect.key} is a refund without a row in refunds.")
    return effect.refund
