"""Whether a refund can be paid here at all: a worker may lack the settings of a provider.

See docs/decisions/0026-what-has-begun-is-not-refused.md.
"""

from collections.abc import Container
from datetime import timedelta

from sqlalchemy.orm import Session

from claims import clock, effects
from claims.incarnations import restored_at
from claims.incidents import tell_once
from claims.models import Effect, Refund
from claims.money import transfers
from claims.money.refunds import goes_to_store_credit
from tasks.effects.job import Job
from tasks.workshop import Workshop

WITHOUT_SETTINGS = timedelta(days=1)
"""So long what has begun waits for a worker that can pay through the provider."""
LOOK_FOR_SETTINGS = timedelta(minutes=10)


def can_pay_all(session: Session, shop: Workshop, job: Job, refund: Refund) -> bool:
    """Before anything is paid, every payment must be one that we can pay back through.

    Once something has begun, or may have in rows that were restored, it is no refusal any more:
    another worker may have the settings that are missing here, and if none has, a person decides.
    """
    word = _not_ours_to_pay(refund, shop.providers)
    if word is None:
        return True
    effect = session.get_one(Effect, job.taken.effect_id)
    has_begun = bool(effect.attempts) or transfers.are_asked_for(session, refund)
    if not has_begun and restored_at(session) is None:
        effects.finish(session, shop.rules, job.taken, "refused", word, {})
        return False
    missing = _without_settings(refund, shop.providers)
    told_at = tell_once(session, job.taken.effect_id, "provider-missing", missing)
    if clock.now(session) - told_at < WITHOUT_SETTINGS:
        effects.postpone(session, job.taken, LOOK_FOR_SETTINGS, missing)
    else:
        effects.give_to_a_person(session, shop.rules, job.taken, word, {})
    return False


def _not_ours_to_pay(refund: Refund, providers: Container[str]) -> str | None:
    """In a sentence, which payments we cannot pay back through; None where there are none."""
    strange = _not_set_up(refund, providers)
    if not strange:
        return None
    return (
        f"A payment was made through {', '.join(strange)}, which Redress cannot pay back through; "
        "give the money back there and settle the refund outside."
    )


def _without_settings(refund: Refund, providers: Container[str]) -> str:
    """In a sentence, whose settings are missing although refunds through them have begun."""
    return (
        f"Refunds are under way that need {', '.join(_not_set_up(refund, providers))}, and a "
        "worker has no settings for that. Put them back; they go on by themselves. After a day "
        "people are asked what became of each."
    )


def _not_set_up(refund: Refund, providers: Container[str]) -> list[str]:
    return sorted(
        {
            share.payment.provider
            for share in refund.shares
            if share.status == "held"
            and share.payment.provider not in providers
            and not goes_to_store_credit(share)
        }
    )
