"""Which late word may settle a share, and which may not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from claims.models import Attempt, Effect, RefundShare
from claims.outside import Done, Refused
from tasks.effects.history import may_be_paid_twice, settled_by_late_word
from tasks.providers.sandbox.adapter import ABILITIES

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SHARE = RefundShare(id=7)


def tried(*attempts: tuple[str, str | None, str]) -> Effect:
    """Calls by their key, what became of them, and the reference or sentence that came back."""
    return Effect(
        attempts=[
            Attempt(
                id=number,
                share_id=7,
                action="call",
                key=key,
                at=NOON + timedelta(minutes=number),
                result=result,
                answer={"reference": said, "sentence": said},
            )
            for number, (key, result, said) in enumerate(attempts, start=1)
        ]
    )


def test_a_late_done_settles_the_share() -> None:
    effect = tried(("k1", "done", "r1"), ("k1", None, ""))

    assert settled_by_late_word(effect, SHARE, ABILITIES) == Done("r1", {})
    assert not may_be_paid_twice(effect, SHARE, "r1")


def test_a_late_refusal_does_not_settle_what_was_asked_for_again_under_a_new_key() -> None:
    assert (
        settled_by_late_word(tried(("k1", "refused", "no"), ("k2", None, "")), SHARE, ABILITIES)
        is None
    )
    assert settled_by_late_word(tried(("k1", "refused", "no")), SHARE, ABILITIES) == Refused(
        "no", {}
    )


def test_a_late_refusal_does_not_settle_what_is_asked_for_again_meanwhile() -> None:
    effect = tried(("k1", "refused", "no"), ("k1", None, ""))

    forgetful = replace(ABILITIES, keeps_refusals=False)

    assert settled_by_late_word(effect, SHARE, forgetful) is None
    assert settled_by_late_word(effect, SHARE, ABILITIES) == Refused("no", {})


def test_a_late_done_beside_a_newer_key_may_be_paid_twice() -> None:
    assert may_be_paid_twice(tried(("k1", "done", "r1"), ("k2", None, "")), SHARE, "r1")
    assert may_be_paid_twice(tried(("k1", "done", "r1"), ("k2", "done", "r2")), SHARE, "r2")


def test_an_old_key_that_was_surely_absent_is_no_second_payment() -> None:
    assert not may_be_paid_twice(tried(("k1", "unknown", ""), ("k2", "done", "r2")), SHARE, "r2")
