"""Looks up again what nobody knew: refunds that ended `unknown`, until the truth is found.

The provider is only asked, never told to pay. What it says settles the refund
(`claims.late_truth`); where it cannot tell, the refund waits for the next time or for a person.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from claims import clock, late_truth
from claims.effects import AttemptResult
from claims.late_truth import Truth, WasNotPaid, WasPaid
from claims.machine_time import MachineTime
from claims.models import Effect, Json, RefundShare
from tasks.effects.history import refund_of, tried_of
from tasks.effects.next_step import Tried, on_its_way_for, share_key
from tasks.effects.refund_orders import another_refund, order_of
from tasks.providers.port import Absent, CannotTell, Failed, Finding, Found, Provider, RefundOrder
from tasks.workshop import Workshop

FINDER = "a look-up"


@dataclass(frozen=True, slots=True)
class Question:
    """A share of which nobody knows, and whom to ask about it."""

    share_id: int
    order: RefundOrder
    provider: Provider
    tried: tuple[Tried, ...]
    asked_at: datetime
    machine: MachineTime


def ask_about_next(shop: Workshop) -> bool:
    """Ask about one unknown refund whose time has come; False where there is none."""
    shop = shop.held()
    with shop.transaction() as session:
        effect_id = late_truth.next_to_ask_about(session)
        if effect_id is None:
            return False
        effect = session.get_one(Effect, effect_id)
        questions = _questions(shop, effect, clock.now(session))
    findings = [
        (each, each.provider.look_up(each.order, shop.call_seconds))
        for each in questions
        if not shop.stopping.is_set()
    ]
    with shop.transaction() as session:
        truths: dict[int, Truth] = {}
        for question, finding in findings:
            result, answer, truth = _read(question, finding)
            share = session.get_one(RefundShare, question.share_id)
            late_truth.note_look_up(session, share, question.order.key, result, answer, shop.name)
            if truth is not None:
                truths[question.share_id] = truth
        if truths:
            late_truth.settle_unknown_refund(session, shop.rules, effect_id, truths, FINDER)
    return True


def _questions(shop: Workshop, effect: Effect, now: datetime) -> list[Question]:
    """About each share that is held, as far as its provider can be asked at all."""
    questions: list[Question] = []
    machine = shop.machine_time()
    for share in refund_of(effect).shares:
        provider = shop.providers.get(share.payment.provider)
        if share.status != "held" or provider is None or not provider.abilities.looks_up:
            continue
        tried = tuple(tried_of(effect, share))
        keys = [attempt.key for attempt in tried if attempt.action == "call"]
        key = keys[-1] if keys else share_key(effect.key, share.position, 1)
        order = order_of(share, effect.key, key)
        questions.append(Question(share.id, order, provider, tried, now, machine))
    return questions


def _read(question: Question, finding: Finding) -> tuple[AttemptResult, Json, Truth | None]:
    """How the answer is kept, and the truth where it tells it."""
    order = question.order
    match finding:
        case Found(reference, _, _, answer) if finding.is_of(order):
            return "done", {"reference": reference, "answer": dict(answer)}, WasPaid(reference)
        case Found():
            return "unknown", {"sentence": another_refund(order, finding)}, None
        case Failed(reference, reason, answer):
            word = {"sentence": f"{reason} ({reference})", "answer": dict(answer)}
            return "refused", word, WasNotPaid()
        case Absent():
            word = {"sentence": "The provider knows no such refund."}
            if not _may_be_on_its_way(question):
                return "absent", word, WasNotPaid()
            return "unknown", {**word, "answered": True}, None
        case CannotTell(reason):
            return "unknown", {"sentence": reason}, None


def _may_be_on_its_way(question: Question) -> bool:
    """Whether a call that nobody heard back from, under whichever key, could still take hold."""
    tried, at, machine = question.tried, question.asked_at, question.machine
    abilities = question.provider.abilities
    keys = {attempt.key for attempt in tried}
    return any(on_its_way_for(tried, key, at, abilities, machine) > timedelta(0) for key in keys)
