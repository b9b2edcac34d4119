"""The truth about a refund of which nobody knew whether it was paid, found out later.

`unknown` is not the end: a look-up, a webhook or the reconciliation may still learn what became
of it. That settles the refund and fires the outcome's event, as it would have at once. Callers
commit. Whoever comes second finds that it is settled and changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from claims import cases, clock
from claims.asking import MONEY
from claims.concluding import conclude
from claims.door import finish_writing
from claims.incidents import settle_unknown
from claims.models import Attempt, Effect, Json, Refund, RefundShare
from claims.money import findings, refunds
from claims.outcomes import ASK_AGAIN, Outcome
from claims.people import Actor
from claims.rules import Rules

LONGEST_PAUSE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WasPaid:
    """The provider knows the refund of this share as `provider_reference`."""

    provider_reference: str


@dataclass(frozen=True, slots=True)
class WasNotPaid:
    """The provider surely has not paid this share, and nothing is on its way any more."""


Truth = WasPaid | WasNotPaid


def settle_unknown_refund(
    session: Session,
    rules: Rules,
    effect_id: int,
    truths: Mapping[int, Truth],
    finder: str,
) -> bool:
    """Write what became of shares (by their keys) of a refund that is unknown.

    With the last of them the whole refund is settled and its event fired; `finder` is who found
    out, for the journal: "the reconciliation". False where nobody waits for the truth any more.
    """
    effect = _locked(session, effect_id)
    if effect is None or effect.refund is None:
        return False
    refund, at, actor = effect.refund, clock.now(session), Actor("worker", finder)
    for share in _held(refund):
        if isinstance(truth := truths.get(share.id), WasPaid):
            share.status, share.provider_reference = "paid", truth.provider_reference
    session.flush()
    held = _held(refund)
    if any(share.id not in truths for share in held):
        if any(isinstance(truth, WasPaid) for truth in truths.values()):
            findings.overtake(refund, actor, at, "A part of it turned out to be paid.")
            finish_writing(session)
        return True
    # Whoever held it before is fenced out.
    effect.epoch += 1
    outcome: Outcome = "refused" if held else "done"
    word = _word(refund, held, finder)
    settle_unknown(effect, actor, at, word)
    conclude(session, rules, effect.reclamation, effect, outcome, word, actor, at)
    return True


def next_to_ask_about(session: Session, but: frozenset[int] = frozenset()) -> int | None:
    """An unknown refund whose time has come to be looked up again; puts its next time off.

    Skips what another one asks about right now. It waits half as long as it is old, an hour to a
    day.
    """
    effect_id = session.scalar(
        select(Effect.id)
        .where(Effect.status == "unknown", Effect.kind == MONEY)
        .where(Effect.due_at <= clock.now(session), Effect.id.not_in(but))
        .order_by(Effect.due_at, Effect.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if effect_id is not None:
        now = clock.now(session)
        effect = session.get_one(Effect, effect_id)
        pause = min(max(ASK_AGAIN, (now - effect.asked_at) / 2), LONGEST_PAUSE)
        effect.due_at = now + pause
    return effect_id


def ask_soon(session: Session, effect_id: int) -> bool:
    """Have an unknown refund looked up by the next sweep; False where it is not unknown."""
    due = session.execute(
        update(Effect)
        .where(Effect.id == effect_id, Effect.status == "unknown", Effect.kind == MONEY)
        .values(due_at=clock.now(session))
        .returning(Effect.id)
        .execution_options(synchronize_session=False)
    )
    return due.scalar() is not None


def note_look_up(
    session: Session, share: RefundShare, key: str, result: str, answer: Json, finder: str
) -> None:
    """Keep what a look-up found among the attempts at the refund."""
    effect = share.refund.effect
    if effect is None:
        raise LookupError(f"Refund {share.refund_id} is paid by nothing that could be looked up.")
    at = clock.now(session)
    session.add(
        Attempt(
            effect=effect,
            share_id=share.id,
            epoch=effect.epoch,
            at=at,
            action="look-up",
            key=key,
            request_hash="",
            answered_at=at,
            result=result,
            answer=answer,
            worker=finder,
        )
    )
    finish_writing(session)


def _locked(session: Session, effect_id: int) -> Effect | None:
    """The effect with all around it, locked in the order of all locks, if it is still unknown."""
    reclamation_id = session.scalar(select(Effect.reclamation_id).where(Effect.id == effect_id))
    if reclamation_id is None:
        return None
    cases.lock(session, [reclamation_id])
    return session.scalar(
        select(Effect)
        .where(Effect.id == effect_id, Effect.status == "unknown", Effect.kind == MONEY)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _held(refund: Refund) -> list[RefundShare]:
    return [share for share in refund.shares if share.status == "held"]


def _word(refund: Refund, not_paid: list[RefundShare], finder: str) -> str:
    whole = refunds.money(refund.amount, refund.currency)
    if not not_paid:
        return f"{finder[0].upper()}{finder[1:]} found that {whole} was paid."
    part = refunds.money(sum(share.amount for share in not_paid), refund.currency)
    return f"{finder[0].upper()}{finder[1:]} found that {part} of {whole} was not paid."
