"""What the commands of a workflow line do to our own rows, in the event's transaction.

Each has a check, which runs before anything is changed, and an act.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from claims import new_orders
from claims.incidents import settle_unknown
from claims.models import Incident, Item, Refund, RefundShare, keep
from claims.money import deductions, findings, refunds
from claims.money.refund_terms import RefundTerms
from claims.people import Actor
from claims.refusals import Refused

Input = Mapping[str, object]
"""Typed values of the event's form; money in minor units."""


@dataclass(frozen=True, slots=True)
class CommandRun:
    item: Item
    input: Input
    actor: Actor
    at: datetime
    terms: RefundTerms
    """What the shop gives back and takes off."""


def amount_of(values: Input) -> int:
    amount = values.get("amount")
    if not isinstance(amount, int):
        raise Refused("An amount is needed; enter how much is to be refunded.")
    return amount


def check_received(run: CommandRun) -> None:
    received = run.input.get("received")
    if not isinstance(received, int) or not 0 <= received <= run.item.quantity:
        raise Refused(
            f"Between 0 and {run.item.quantity} pieces can have come back, not {received}."
        )


def receive(run: CommandRun) -> None:
    received, condition = run.input["received"], run.input.get("condition")
    run.item.received = int(str(received))
    run.item.condition = str(condition) if condition else None


def check_date(run: CommandRun) -> None:
    if not isinstance(run.input.get("date"), date):
        raise Refused("A date is needed; enter the day that was agreed on.")


def agree_date(run: CommandRun) -> None:
    agreed = run.input["date"]
    assert isinstance(agreed, date)
    run.item.agreed_on = agreed


def check_deductions(run: CommandRun) -> None:
    typed = deductions.typed_in(run.input)
    if not typed or min(typed.values()) < 0:
        names = ", ".join(deductions.INPUTS)
        raise Refused(f"A deduction is needed; enter an amount of 0 or more for one of {names}.")


def deduct(run: CommandRun) -> None:
    deductions.note(run.item, run.input)


def check_proposal(run: CommandRun) -> None:
    if refunds.proposal(run.item) is not None:
        raise Refused("A refund of this item already waits for approval.")
    refunds.check_amount(run.item, amount_of(run.input), run.at, run.terms, run.input)


def propose(run: CommandRun) -> None:
    refunds.ask(
        run.item,
        amount_of(run.input),
        run.actor,
        run.at,
        "proposed",
        terms=run.terms,
        typed=run.input,
    )


def drop(run: CommandRun) -> None:
    proposed = refunds.proposal(run.item)
    if proposed is not None:
        refunds.release(proposed, "dropped", run.at)


def check_mark(run: CommandRun) -> None:
    refunds.check_amount(run.item, amount_of(run.input), run.at, run.terms, is_outside=True)


def mark(run: CommandRun) -> None:
    split = run.input.get("split")
    refunds.ask(
        run.item,
        amount_of(run.input),
        run.actor,
        run.at,
        "outside",
        terms=run.terms,
        split=split if isinstance(split, Mapping) else None,
    )


def check_found_paid(run: CommandRun) -> None:
    findings.check(run.item, "paid", run.actor, run.at)


def check_found_not_paid(run: CommandRun) -> None:
    findings.check(run.item, "not-paid", run.actor, run.at)


def confirm_paid(run: CommandRun) -> None:
    """The word holds for what was sent; what never was cannot have been paid, and a person is told.

    Where nothing was sent it holds for all: then it was paid by other means.
    """
    unclear = refunds.unclear(run.item)
    if unclear is None:
        return
    never_sent = _never_sent(run, unclear)
    sent = {share for share in unclear.shares if share.status == "held"} - never_sent
    _keep_reference(unclear, sent)
    if never_sent:
        refunds.release(unclear, "refused", run.at, paid=sent)
        _tell_of(run, unclear)
    else:
        refunds.settle_paid(unclear, run.at)
    _decide(run, unclear, "done", "found paid")


def _keep_reference(refund: Refund, paid: Collection[RefundShare]) -> None:
    """Of several shares nobody said which one the reference belongs to; the finding keeps it."""
    finding = findings.standing(refund)
    if finding is not None and len(paid) == 1:
        [share] = paid
        if not refunds.goes_to_store_credit(share):
            share.provider_reference = finding.provider_reference


def _never_sent(run: CommandRun, refund: Refund) -> set[RefundShare]:
    """The shares that are held and were never asked for outside, if there is one that was."""
    called = {
        attempt.share_id
        for effect in run.item.reclamation.effects
        if effect.id == refund.effect_id
        for attempt in effect.attempts
        if attempt.action == "call"
    }
    sent = {
        share
        for share in refund.shares
        if share.id in called or (share.transfer and share.transfer.status != "waiting")
    }
    held = {share for share in refund.shares if share.status == "held"}
    return held - sent if sent else set()


def _tell_of(run: CommandRun, refund: Refund) -> None:
    unpaid = refunds.money(refund.amount - refund.paid_amount, refund.currency)
    keep(
        Incident(
            reclamation=run.item.reclamation,
            effect_id=refund.effect_id,
            kind="refund-partly-sent",
            sentence=(
                f"{unpaid} of {refunds.money(refund.amount, refund.currency)} was never sent to "
                f"the provider when {run.actor.name} found the refund paid; it counts as not "
                "paid. Give it back by other means."
            ),
            opened_at=run.at,
        ),
        run.item,
    )


def confirm_not_paid(run: CommandRun) -> None:
    unclear = refunds.unclear(run.item)
    if unclear is not None:
        refunds.release(unclear, "refused", run.at)
        _decide(run, unclear, "refused", "found not paid")


def _decide(run: CommandRun, refund: Refund, status: str, word: str) -> None:
    """Two people's word settles the effect; raising the epoch fences every worker out."""
    said = run.input.get("word")
    because = f": {said}" if said else "."
    if (finding := findings.standing(refund)) is not None:
        findings.end(finding, "confirmed", run.actor, run.at, str(said or ""))
    for effect in run.item.reclamation.effects:
        if effect.id == refund.effect_id:
            effect.status, effect.done_at = status, run.at
            effect.epoch += 1
            effect.lease_until = None
            effect.last_word = f"{run.actor.name} {word}{because}"
            settle_unknown(effect, run.actor, run.at, f"It was {word}{because}")


def check_send(run: CommandRun) -> None:
    new_orders.check_send(run.item)


def send(run: CommandRun) -> None:
    new_orders.send(run.item)


def nothing(run: CommandRun) -> None:
    """No check is needed."""


COMMANDS: Mapping[str, tuple[Callable[[CommandRun], None], Callable[[CommandRun], None]]] = {
    "item.receive": (check_received, receive),
    "item.agree-date": (check_date, agree_date),
    "item.deduct": (check_deductions, deduct),
    "replacement.send": (check_send, send),
    "refund.propose": (check_proposal, propose),
    "refund.drop": (nothing, drop),
    "refund.mark": (check_mark, mark),
    "refund.confirm-paid": (check_found_paid, confirm_paid),
    "refund.confirm-not-paid": (check_found_not_paid, confirm_not_paid),
}
