"""Follows what providers told by webhooks: looks the refund up, and goes by what is true.

Whatever the events say, however many they are and in whichever order they came: what follows
comes from the look-up alone, and each consequence is written once.
"""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from claims import cases, clock, late_truth, provider_events
from claims.incidents import tell_once
from claims.late_failures import note_late_failure
from claims.models import Attempt, Effect, Refund, RefundShare
from claims.money.refunds import money, share_reference
from claims.provider_events import Hint
from tasks.effects.next_step import share_key
from tasks.providers.port import Absent, CannotTell, Failed, Finding, Found, Provider, RefundOrder
from tasks.workshop import Workshop

FINDER = "a webhook"


@dataclass(frozen=True, slots=True)
class Question:
    """The share that an event is about, and whom to ask: None where only another worker can."""

    share_id: int
    reclamation_id: int
    order: RefundOrder
    provider: Provider | None


@dataclass(frozen=True, slots=True)
class Later:
    """It cannot be told yet; follow the events again."""

    reason: str


def follow_next(shop: Workshop) -> bool:
    """Follow the events about one refund; False where none is due."""
    with shop.transaction() as session:
        hint = provider_events.next_to_follow(session)
        if hint is None:
            return False
        question = _question(session, shop, hint)
    if question is None:
        with shop.transaction() as session:
            provider_events.close(session, hint, "It is about no refund of ours.")
        return True
    if question.provider is None:
        finding: Finding = CannotTell(f"This worker has no provider {hint.provider!r}.")
    else:
        finding = question.provider.look_up(question.order, shop.call_seconds)
    with shop.transaction() as session:
        match _follow(session, question, finding):
            case Later(reason):
                _put_off(session, hint, question, reason)
            case word:
                provider_events.close(session, hint, word)
    return True


def _question(session: Session, shop: Workshop, hint: Hint) -> Question | None:
    """None where the reference is none of ours, or not of a payment through this provider."""
    effect_key, _, position = hint.reference.rpartition("-")
    if not position.isdecimal() or len(position) > 4:
        return None
    share = session.scalar(
        select(RefundShare)
        .join(Refund)
        .join(Effect, Refund.effect_id == Effect.id)
        .where(Effect.key == effect_key, RefundShare.position == int(position))
    )
    if share is None or share.payment.provider != hint.provider:
        return None
    order = RefundOrder(
        reference=share_reference(effect_key, share.position),
        key=_last_key(session, share, effect_key),
        payment_reference=share.payment.reference,
        amount=share.amount,
        currency=share.payment.currency,
    )
    provider = shop.providers.get(hint.provider)
    return Question(share.id, share.refund.reclamation_id, order, provider)


def _last_key(session: Session, share: RefundShare, effect_key: str) -> str:
    tried = select(Attempt.key).where(Attempt.share_id == share.id).order_by(Attempt.id.desc())
    return session.scalar(tried.limit(1)) or share_key(effect_key, share.position, 1)


def _follow(session: Session, question: Question, finding: Finding) -> str | Later:
    """What came of it in a sentence; all under the locks of the case."""
    if isinstance(finding, CannotTell):
        return Later(finding.reason)
    cases.lock(session, [question.reclamation_id])
    share = session.get_one(RefundShare, question.share_id, populate_existing=True)
    effect = share.refund.effect
    if effect is None:
        return "The refund is paid by nothing that could be looked up."
    session.refresh(effect)
    match share.status:
        case "held" if effect.status == "unknown":
            late_truth.ask_soon(session, effect.id)
            return "Nobody knew what became of the refund; it is looked up again."
        case "held":
            return _about_held(session, question, share, effect, finding)
        case "paid":
            return _about_paid(session, share, finding)
        case _:
            return _about_given_up(session, share, effect, finding)


def _about_held(
    session: Session, question: Question, share: RefundShare, effect: Effect, finding: Finding
) -> str | Later:
    """Leave the truth among the attempts, where the worker who is at it (or the next) reads it."""
    key = question.order.key
    match finding:
        case Found(reference, _, _, answer) if finding.is_of(question.order):
            _leave(session, share, key, "done", {"reference": reference, "answer": dict(answer)})
            _wake(session, effect)
            return f"The refund was made as {reference}; its worker is told."
        case Failed(reference, reason, answer):
            # A worker whose call is on its way may hear yet that it was paid: looked at again.
            _leave(
                session,
                share,
                key,
                "refused",
                {"sentence": f"{reason} ({reference})", "answer": dict(answer)},
            )
            _wake(session, effect)
            return Later(f"The refund {reference} failed; its worker is told.")
        case _:
            _wake(session, effect)
            return "The provider does not know the refund that was asked for; its worker goes on."


def _leave(
    session: Session, share: RefundShare, key: str, result: str, answer: dict[str, object]
) -> None:
    said = select(Attempt.id).where(
        Attempt.share_id == share.id, Attempt.action == "look-up", Attempt.result == result
    )
    if session.scalar(said.limit(1)) is None:
        late_truth.note_look_up(session, share, key, result, answer, FINDER)


def _wake(session: Session, effect: Effect) -> None:
    session.execute(
        update(Effect)
        .where(Effect.id == effect.id, Effect.status == "waiting")
        .where(Effect.due_at > clock.now(session))
        .values(due_at=clock.now(session))
        .execution_options(synchronize_session=False)
    )


def _about_paid(session: Session, share: RefundShare, finding: Finding) -> str | Later:
    match finding:
        case Failed(reference, reason):
            is_new = note_late_failure(session, share, reference, reason, FINDER)
            return f"{reference} failed afterwards; " + (
                "a person is told." if is_new else "a person has been told."
            )
        case Absent():
            return Later("The refund is paid here, and the provider does not know it.")
        case _:
            return "The refund is known as paid."


def _about_given_up(
    session: Session, share: RefundShare, effect: Effect, finding: Finding
) -> str | Later:
    if not isinstance(finding, Found):
        return f"The refund is known as {share.status}."
    there = money(finding.amount, finding.currency)
    word = (
        f"The provider made the refund of {there} ({finding.provider_reference}), which is "
        f"{share.status!r} here. Do not pay it again; compare with the provider, and settle what "
        "was paid in its place."
    )
    tell_once(session, effect.id, "late-word", word)
    return "A person is told: " + word


def _put_off(session: Session, hint: Hint, question: Question, reason: str) -> None:
    if provider_events.put_off(session, hint, reason):
        return
    share = session.get_one(RefundShare, question.share_id)
    word = f"Webhooks were followed {hint.tries} times in vain. {reason} Compare with the provider."
    if share.refund.effect_id is not None:
        tell_once(session, share.refund.effect_id, "late-word", word)
    provider_events.close(session, hint, word)
