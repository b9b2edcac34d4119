"""Saying what became of an unclear refund, and rejecting what somebody said; under locks.

Confirming is the workflow's own event, through `claims.door`. Callers commit.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from claims import cases, clock
from claims.door import finish_writing
from claims.models import Finding, Item, Reclamation, Refund
from claims.money import finding_references, findings
from claims.money.findings import Truth
from claims.people import Actor
from claims.refusals import InvalidInput, NotAllowed, NotFound, Refused
from claims.rules import Rules

LONGEST = 2000
MOST_WAITING = 200


def propose(
    session: Session,
    rules: Rules,
    refund_id: int,
    truth: str,
    provider_reference: str,
    reason: str,
    actor: Actor,
) -> Finding:
    """Say what became of an unclear refund; it waits for a second person then. Sent twice it is
    said once.

    Raises InvalidInput (fields `truth`, `provider_reference`, `reason`), NotAllowed without a role
    that its workflow lets decide, Refused where it is not unclear or somebody said so before.
    """
    refund = _locked(session, refund_id)
    if refund.status != "unclear":
        raise Refused("This refund is not unclear any more; there is nothing to find out.")
    if (other := findings.standing(refund)) is not None:
        if _is_same(other, truth, provider_reference, reason, actor):
            return other
        raise Refused(
            f"{other.found_by} has said already that {findings.said(other)}. Confirm or reject "
            "that first."
        )
    chosen, reference = _typed(truth, provider_reference.strip(), reason.strip())
    _check_role(session, rules, refund, actor)
    _check_free(refund, reference)
    finding = findings.note(refund, chosen, reference, reason.strip(), actor, clock.now(session))
    finish_writing(session)
    return finding


def reject(
    session: Session, rules: Rules, refund_id: int, seen: str, word: str, actor: Actor
) -> Finding:
    """Give up what was said; the refund stays unclear. Its finder takes it back by this.

    `seen` is what `claims.money.findings.seen` gave when the page was made; Stale where it no
    longer fits. Refused without a word why.
    """
    refund = _locked(session, refund_id)
    finding = findings.standing(refund)
    findings.check_seen(finding, seen)
    assert finding is not None
    if not word.strip():
        raise InvalidInput({"word": "Say in a word or two why; it stands until then."})
    is_own = finding.found_by_id == actor.staff_id
    if not is_own:
        _check_role(session, rules, refund, actor)
    ending: findings.Ending = "withdrawn" if is_own else "rejected"
    findings.end(finding, ending, actor, clock.now(session), word.strip())
    finish_writing(session)
    return finding


def who_may_say(session: Session, rules: Rules, refund: Refund) -> frozenset[str]:
    """The roles that its workflow lets decide what became of it, from its present state."""
    item = refund.item
    definition = rules.definition(session, item.workflow_hash)
    events = [
        event
        for truth in set(findings.DECIDES.values())
        for event in findings.events_for(definition, item.state, truth)
    ]
    return frozenset[str]().union(*(event.by for event in events)) - {"import"}


def waiting_for(session: Session, rules: Rules, actor: Actor) -> list[Finding]:
    """What others have said and this person may confirm, the oldest first; up to MOST_WAITING."""
    open_ones = session.scalars(
        select(Finding)
        .where(Finding.ended_at.is_(None), Finding.found_by_id != actor.staff_id)
        .options(
            joinedload(Finding.refund).joinedload(Refund.reclamation),
            joinedload(Finding.refund).joinedload(Refund.item).joinedload(Item.line),
        )
        .order_by(Finding.id)
        .limit(MOST_WAITING)
    )
    return [each for each in open_ones if who_may_say(session, rules, each.refund) & actor.roles]


def _locked(session: Session, refund_id: int) -> Refund:
    """The refund with its case, locked in the order of all locks."""
    of_it = select(Refund.reclamation_id).where(Refund.id == refund_id)
    reclamation_id = session.scalar(of_it)
    if reclamation_id is None:
        raise NotFound(f"There is no refund {refund_id}.")
    [reclamation] = cases.lock(session, [reclamation_id]).values()
    return _of(reclamation, refund_id)


def _is_same(
    finding: Finding, truth: str, provider_reference: str, reason: str, actor: Actor
) -> bool:
    before = (finding.truth, finding.provider_reference, finding.reason, finding.found_by_id)
    return before == (truth, provider_reference.strip(), reason.strip(), actor.staff_id)


def _of(reclamation: Reclamation, refund_id: int) -> Refund:
    return next(each for each in reclamation.order.refunds if each.id == refund_id)


def _typed(truth: str, reference: str, reason: str) -> tuple[Truth, str]:
    wrong: dict[str, str] = {}
    if truth not in findings.WORDS:
        wrong["truth"] = "Choose what became of it."
    if truth == "paid" and not reference:
        wrong["provider_reference"] = "Enter under which reference the provider has it."
    if truth == "not-paid" and reference:
        wrong["provider_reference"] = "What was not paid has no reference; leave it empty."
    if not reason:
        wrong["reason"] = "Say what you looked at, and what you saw there."
    for name, value in (("provider_reference", reference), ("reason", reason)):
        if len(value) > LONGEST:
            wrong[name] = f"That is longer than {LONGEST} characters; shorten it."
    if wrong:
        raise InvalidInput(wrong)
    return "paid" if truth == "paid" else "not-paid", reference


def _check_role(session: Session, rules: Rules, refund: Refund, actor: Actor) -> None:
    may = who_may_say(session, rules, refund)
    if not may:
        raise Refused(
            "Its workflow lets no person decide what became of a refund from its present state; "
            "have it looked up."
        )
    if not may & actor.roles:
        raise NotAllowed(f"What became of a refund is for {' or '.join(sorted(may))} to say.")


def _check_free(refund: Refund, reference: str) -> None:
    """Refused where it is the reference of another refund: it cannot be both."""
    if other := finding_references.taken(refund, reference):
        raise InvalidInput({"provider_reference": other})
