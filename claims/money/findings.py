"""What became of an unclear refund: one person says what they found, another confirms it.

A finding settles nothing. The second person confirms it by the workflow's own event, whose line
has one of the commands of `DECIDES`, or rejects it; what a look-up finds out meanwhile overtakes
it. It keeps what the refund was made of: where that has changed it is void. In memory, under the
lock of the case, but for other refunds' references; `claims.finding_out` reads and locks.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from claims import journal
from claims.models import Finding, Item, Json, Refund, keep
from claims.money import approvals, finding_references
from claims.money.refund_ledger import money
from claims.outside import IN_FLIGHT
from claims.people import Actor
from claims.refusals import NotAllowed, Refused, Stale
from workflows.definition import Definition, Event

Truth = Literal["paid", "not-paid"]
Ending = Literal["confirmed", "rejected", "withdrawn", "overtaken"]

DECIDES: Mapping[str, Truth] = {
    "refund.confirm-paid": "paid",
    "refund.confirm-not-paid": "not-paid",
}
"""The commands by which a second person confirms, and what they confirm."""

WORDS: Mapping[str, str] = {"paid": "it was paid", "not-paid": "it was not paid"}
WAY_OUT = "Reject it, and say anew what is found."
NOBODY_YET = (
    "Nobody has said yet what became of this refund. Say it on the refund's page; then somebody "
    "else confirms it here."
)


def unclear(item: Item) -> Refund | None:
    """The refund of an item of which nobody knows whether it was paid."""
    refunds = item.reclamation.order.refunds
    found = [each for each in refunds if each.item is item and each.status == "unclear"]
    return found[-1] if found else None


def standing(refund: Refund) -> Finding | None:
    """The finding that waits for a second person, if there is one."""
    return next((each for each in refund.findings if each.ended_at is None), None)


def of_item(item: Item) -> Finding | None:
    """The finding about the item's unclear refund that waits for a second person."""
    refund = unclear(item)
    return None if refund is None else standing(refund)


def events_for(definition: Definition, state: str, truth: Truth) -> list[Event]:
    """The events by which people confirm this from a state; none where its file has none."""
    names = [
        line.event
        for line in definition.lines_from[state]
        if any(DECIDES.get(command) == truth for command in line.do)
    ]
    events = [definition.events[name] for name in dict.fromkeys(names)]
    return [event for event in events if event.by - {"import"}]


def decided_by(definition: Definition, state: str, event: str) -> Truth | None:
    """What an event would confirm in a state; None where it confirms nothing."""
    said = (
        DECIDES[command]
        for line in definition.lines_from[state]
        if line.event == event
        for command in line.do
        if command in DECIDES
    )
    return next(said, None)


def note(
    refund: Refund,
    truth: Truth,
    provider_reference: str,
    reason: str,
    actor: Actor,
    at: datetime,
) -> Finding:
    """Write down what a person found; nothing is settled by it."""
    if actor.staff_id is None:
        raise Refused("Only a member of staff can say what became of a refund.")
    finding = Finding(
        refund=refund,
        truth=truth,
        provider_reference=provider_reference,
        reason=reason,
        about=_about(refund),
        found_at=at,
        found_by=actor.name,
        found_by_id=actor.staff_id,
    )
    # Before anything is read: a read flushes, and would meet a row that is in no session.
    keep(finding, refund)
    _tell(finding, actor, at, "found", f"Found that {said(finding)}. A second person decides.")
    return finding


def said(finding: Finding) -> str:
    """`it was paid (re_77): Seen in its ledger`."""
    reference = f" ({finding.provider_reference})" if finding.provider_reference else ""
    return f"{WORDS[finding.truth]}{reference}: {finding.reason}"


def check(item: Item, truth: Truth, actor: Actor, at: datetime) -> Finding:
    """The finding that this person may confirm now; Refused, or NotAllowed for its finder."""
    refund = unclear(item)
    if refund is None:
        raise Refused("No refund of this item is unclear; there is nothing to decide.")
    finding = standing(refund)
    if finding is None:
        raise Refused(NOBODY_YET)
    if finding.truth != truth:
        raise Refused(
            f"{finding.found_by} found that {WORDS[finding.truth]}. Confirm that, or reject it on "
            "the refund's page."
        )
    if actor.staff_id is None:
        raise Refused("Only a second person can confirm what became of a refund.")
    if actor.staff_id == finding.found_by_id:
        raise NotAllowed("This needs a second person: you said yourself what is to be confirmed.")
    if changed := _changed(finding):
        raise Refused(*(f"{each} has changed since this was said." for each in changed), WAY_OUT)
    if other := finding_references.taken(refund, finding.provider_reference):
        raise Refused(other, WAY_OUT)
    if truth == "not-paid" and (until := _may_arrive_until(refund)) and at < until:
        raise Refused(
            f"A request for this refund may still arrive at the provider until {until:%H:%M} UTC. "
            "Look there again then; what is paid after that was confirmed would be paid twice."
        )
    return finding


def _may_arrive_until(refund: Refund) -> datetime | None:
    attempts = refund.effect.attempts if refund.effect else []
    unheard = [
        each.at for each in attempts if each.action == "call" and each.result in {None, "unknown"}
    ]
    return max(unheard) + IN_FLIGHT if unheard else None


def end(finding: Finding, ending: Ending, actor: Actor, at: datetime, word: str) -> None:
    """Write who ended it, how and why."""
    finding.ended_at, finding.ending, finding.word = at, ending, word
    finding.ended_by, finding.ended_by_id = actor.name, actor.staff_id
    because = f" {word}" if word else ""
    sentence = f"What {finding.found_by} found ({WORDS[finding.truth]}) was {ending}.{because}"
    _tell(finding, actor, at, ending, sentence)


def overtake(refund: Refund, actor: Actor, at: datetime, word: str) -> None:
    """End what waits for a second person, for the truth was found out otherwise."""
    if (finding := standing(refund)) is not None:
        end(finding, "overtaken", actor, at, word)


def seen(finding: Finding) -> str:
    """What the form of the second person carries: a hash of all that they were shown."""
    shown = [finding.id, finding.truth, finding.provider_reference, finding.reason]
    return approvals.hashed([*shown, _about(finding.refund)])


def check_seen(finding: Finding | None, carried: str) -> None:
    """Stale where the form was about something else than what waits now."""
    if finding is None:
        raise Stale(("What was found is decided, or was taken back.",))
    if carried != seen(finding):
        refund = finding.refund
        amount = money(refund.amount, refund.currency)
        raise Stale((f"{finding.found_by} found of {amount} that {said(finding)}.",))


def _about(refund: Refund) -> Json:
    return {**approvals.made_of(refund), "settled": [share.status for share in refund.shares]}


def _changed(finding: Finding) -> list[str]:
    changed = approvals.changed_since(finding.about, finding.refund)
    if finding.about["settled"] != _about(finding.refund)["settled"]:
        changed.append("What is known of its parts")
    return changed


def _tell(finding: Finding, actor: Actor, at: datetime, outcome: str, sentence: str) -> None:
    refund = finding.refund
    effect = refund.effect
    if effect is None:
        raise LookupError(f"Refund {refund.id} is unclear without an effect.")
    journal.write(
        refund.reclamation,
        actor,
        "effect",
        at,
        item=refund.item,
        event=effect.kind,
        input={
            "effect": effect.use,
            "key": effect.key,
            "outcome": f"finding-{outcome}",
            "sentence": sentence,
        },
    )
