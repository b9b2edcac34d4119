"""`refund.pay`: pays a refund back over the order's payments, share by share, each once.

Each round of the loop is one step of one share: decide and write the attempt in a transaction,
call with none open, write what came back in another. A crash anywhere leaves a history from
which the next worker goes on (`tasks.effects.next_step`).
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from claims import clock, effects
from claims.incarnations import restored_at
from claims.incidents import open_incident, tell_once
from claims.late_truth import Truth, WasPaid, ask_soon, settle_unknown_refund
from claims.machine_time import MachineTime
from claims.models import Attempt, Effect, Refund, RefundShare
from claims.money.refunds import goes_to_store_credit
from claims.outside import Done, NotBegun, Outcome, Refused, Unknown
from claims.reconciling.listed import Listed
from tasks.effects.by_hand import became_of_transfer
from tasks.effects.elapsed import CLOCKS_DIFFER
from tasks.effects.history import (
    machine_time_of,
    may_be_paid_twice,
    refund_of,
    settled_by_late_word,
    tried_as,
    tried_of,
)
from tasks.effects.job import Job, answer_of, digest, postpone_or_stop, result_of
from tasks.effects.next_step import (
    AskPerson,
    Call,
    LookUp,
    Step,
    forgotten_for,
    is_last_word,
    next_step,
    on_its_way_for,
)
from tasks.effects.payable import can_pay_all
from tasks.effects.refund_orders import (
    another_refund,
    order_of,
    two_keys,
    was_paid,
)
from tasks.effects.strangers import about_strangers, named, strangers
from tasks.providers.port import Absent, CannotTell, Failed, Finding, Found, Provider, RefundOrder
from tasks.watchdog import watchdog
from tasks.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Attempted:
    """A step that is written down and may be made."""

    attempt_id: int
    share_id: int
    step: Call | LookUp
    order: RefundOrder
    provider: Provider


def pay_refund(shop: Workshop, job: Job) -> None:
    """Pay every share that is not paid yet; end with the outcome of the whole refund."""
    goes_on = True
    while goes_on:
        began = time.monotonic()
        with shop.transaction() as session:
            if shop.stopping.is_set():
                effects.hand_back(session, [job.taken])
                return
            attempted = _begin(session, shop, job)
        if attempted is None:
            return
        if time.monotonic() - began > shop.lease.total_seconds() / 2:
            return  # we slept; somebody else may have taken it, and nothing has been sent
        goes_on = _make(shop, job, attempted)


def _begin(session: Session, shop: Workshop, job: Job) -> Attempted | None:
    """Decide on the next step and write it down; None where there is none to make."""
    effect = effects.load(session, job.taken)
    if effect is None or not effects.prolong(session, job.taken, shop.lease):
        return None
    refund = refund_of(effect)
    share = next((each for each in refund.shares if each.status == "held"), None)
    if share is None:
        _finish_paid(session, shop, job, refund)
        return None
    if not can_pay_all(session, shop, job, refund):
        return None
    settled: Done | Refused | None
    if goes_to_store_credit(share):
        # The database itself gives it, in this transaction, when the share is settled.
        settled = Done(f"store-credit-{share.id}")
    else:
        abilities = shop.providers[share.payment.provider].abilities
        settled = settled_by_late_word(effect, share, abilities)
        if settled is None and abilities.by_hand:
            settled = became_of_transfer(session, job, share)
            if settled is None:
                return None
    if settled is not None:
        _settle(session, shop, job, share.id, settled)
        return _begin(session, shop, job)
    return _begin_step(session, shop, job, effect, share)


def _begin_step(
    session: Session, shop: Workshop, job: Job, effect: Effect, share: RefundShare
) -> Attempted | None:
    provider = shop.providers[share.payment.provider]
    machine = shop.machine_time()
    step = _next_step(session, shop, job, effect, share, machine)
    if isinstance(step, AskPerson):
        effects.give_to_a_person(session, shop.rules, job.taken, step.reason, {})
        return None
    order = order_of(share, job.key, step.key)
    attempt_id = effects.begin_attempt(
        session,
        job.taken,
        step.key,
        digest(asdict(order)),
        action="call" if isinstance(step, Call) else "look-up",
        share_id=share.id,
        machine=machine,
    )
    if attempt_id is None:
        return None
    return Attempted(attempt_id, share.id, step, order, provider)


def _next_step(
    session: Session,
    shop: Workshop,
    job: Job,
    effect: Effect,
    share: RefundShare,
    machine: MachineTime,
) -> Step:
    return next_step(
        job.key,
        share.position,
        shop.providers[share.payment.provider].abilities,
        tried_of(effect, share),
        clock.now(session),
        machine,
        restored_at=restored_at(session),
    )


def _make(shop: Workshop, job: Job, attempted: Attempted) -> bool:
    """Make the step and write what came back; True where there may be more to do."""
    order, provider = attempted.order, attempted.provider
    match attempted.step:
        case Call():
            with watchdog.within(shop.lease):
                outcome = provider.pay_refund(order, shop.call_seconds)
            with shop.transaction() as session:
                return _called(session, shop, job, attempted, outcome)
        case LookUp():
            with watchdog.within(shop.lease):
                finding = provider.look_up(order, shop.call_seconds)
            with shop.transaction() as session:
                return _looked_up(session, shop, job, attempted, finding)


def _called(
    session: Session, shop: Workshop, job: Job, attempted: Attempted, outcome: Outcome
) -> bool:
    effects.answer_attempt(session, attempted.attempt_id, result_of(outcome), answer_of(outcome))
    match outcome:
        case Refused() if (wait := _may_be_overtaken(session, shop, job, attempted)) is not None:
            word = f"{outcome.reason} A request made before may still be on its way; asked again."
            effects.postpone(session, job.taken, wait, word)
            return False
        case Done() | Refused():
            return _settle(session, shop, job, attempted.share_id, outcome)
        case Unknown(reason, for_person=True):
            effects.give_to_a_person(session, shop.rules, job.taken, reason, {})
            return False
        case NotBegun() | Unknown():
            if isinstance(outcome, NotBegun) and outcome.tell_person:
                tell_once(session, job.taken.effect_id, "provider-shut", outcome.reason)
            _later(session, shop, job, outcome)
            return False


def _may_be_overtaken(
    session: Session, shop: Workshop, job: Job, attempted: Attempted
) -> timedelta | None:
    """How long to wait where a refusal is not the last word (`is_last_word`); None where it is."""
    effect = effects.load(session, job.taken)
    if effect is None:
        return None
    tried = tried_of(effect, session.get_one(RefundShare, attempted.share_id))
    call, abilities = session.get_one(Attempt, attempted.attempt_id), attempted.provider.abilities
    if is_last_word(tried, tried_as(call), abilities):
        return None
    if any(each.result == "done" for each in tried):
        return timedelta(0)  # another worker has heard that it was paid, and was too late to say so
    now, machine = clock.now(session), shop.machine_time()
    wait = on_its_way_for(tried, call.key, now, abilities, machine)
    return max(wait, timedelta(0)) + CLOCKS_DIFFER


def _looked_up(
    session: Session, shop: Workshop, job: Job, attempted: Attempted, finding: Finding
) -> bool:
    order, attempt_id = attempted.order, attempted.attempt_id
    match finding:
        case Found(reference, _, _, answer) if finding.is_of(order):
            done = Done(reference, answer)
            effects.answer_attempt(session, attempt_id, "done", answer_of(done))
            return _settle(session, shop, job, attempted.share_id, done)
        case Found(_, _, _, answer):
            word = another_refund(order, finding)
            effects.answer_attempt(session, attempt_id, "unknown", {"sentence": word})
            effects.give_to_a_person(session, shop.rules, job.taken, word, dict(answer))
            return False
        case Failed(reference, reason, answer):
            word = f"{reason} ({reference})"
            effects.answer_attempt(
                session, attempt_id, "refused", {"sentence": word, "answer": dict(answer)}
            )
            return _settle(session, shop, job, attempted.share_id, Refused(word, answer))
        case Absent(others=others):
            return _absent(session, shop, job, attempted, others)
        case CannotTell(reason):
            effects.answer_attempt(session, attempt_id, "unknown", {"sentence": reason})
            _later(session, shop, job, Unknown(reason))
            return False


def _absent(
    session: Session, shop: Workshop, job: Job, attempted: Attempted, others: Sequence[Listed]
) -> bool:
    """A new key where nothing can be on its way any more, or no more where restored rows find a
    stranger among the `others` of the payment; otherwise the old one again, later."""
    effect = effects.load(session, job.taken)
    if effect is None:
        return False
    share = session.get_one(RefundShare, attempted.share_id)
    word = "The provider knows no such refund."
    look = session.get_one(Attempt, attempted.attempt_id)
    tried, key = tried_of(effect, share), attempted.step.key
    abilities, restored = attempted.provider.abilities, restored_at(session)
    wait = max(
        on_its_way_for(tried, key, look.at, abilities, machine_time_of(look)),
        forgotten_for(restored, look.at, abilities),
    )
    if wait <= timedelta(0):
        strange = [] if restored is None else strangers(session, share, others)
        answer = {"sentence": word, **named(strange)}
        effects.answer_attempt(session, look.id, "absent", answer)
        if not strange:
            return True
        return _settle(session, shop, job, share.id, Refused(about_strangers(strange)))
    effects.answer_attempt(session, look.id, "unknown", {"sentence": word, "answered": True})
    step = _next_step(session, shop, job, effect, share, shop.machine_time())
    # Where the key is of no more use, the next look decides; before that none can.
    _later(session, shop, job, Unknown(word), wait if isinstance(step, LookUp) else None)
    return False


def _settle(
    session: Session, shop: Workshop, job: Job, share_id: int, outcome: Done | Refused
) -> bool:
    """Write what became of a share, and the whole refund's end where this was the last of it."""
    answer = answer_of(outcome)
    if isinstance(outcome, Refused):
        if effects.settle_share(session, job.taken, share_id, "refused", None, answer):
            effects.finish(session, shop.rules, job.taken, "refused", outcome.reason, answer)
        else:
            ask_soon(session, job.taken.effect_id)
        return False
    reference = outcome.provider_reference
    if not effects.settle_share(session, job.taken, share_id, "paid", reference, answer):
        paid: dict[int, Truth] = {share_id: WasPaid(reference)}
        settle_unknown_refund(session, shop.rules, job.taken.effect_id, paid, "a late answer")
        return False
    effect = session.get_one(Effect, job.taken.effect_id)
    refund = refund_of(effect)
    share = next(each for each in refund.shares if each.id == share_id)
    if may_be_paid_twice(effect, share, reference):
        word = two_keys(share, reference)
        open_incident(session, effect, "paid-twice", word, clock.now(session))
    if any(share.status == "held" for share in refund.shares):
        return True
    _finish_paid(session, shop, job, refund)
    return False


def _finish_paid(session: Session, shop: Workshop, job: Job, refund: Refund) -> None:
    answer = {"references": [share.provider_reference for share in refund.shares]}
    word = was_paid(refund, session.get_one(Effect, job.taken.effect_id))
    effects.finish(session, shop.rules, job.taken, "done", word, answer)


def _later(
    session: Session,
    shop: Workshop,
    job: Job,
    outcome: NotBegun | Unknown,
    wait: timedelta | None = None,
) -> None:
    effect = session.get_one(Effect, job.taken.effect_id)
    looked = sum(1 for a in effect.attempts if a.action == "look-up" and a.result == "unknown")
    if looked >= effects.MOST_TRIES:
        effects.give_to_a_person(session, shop.rules, job.taken, outcome.reason, {})
        return
    if wait is not None:
        effects.postpone(session, job.taken, wait, outcome.reason)
        return
    paid = sum(1 for share in refund_of(effect).shares if share.status == "paid")
    postpone_or_stop(session, shop, job, outcome, settled=paid)
