"""What became of an unclear refund, as its page shows it: what was said, and what one may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from claims.finding_out import who_may_say
from claims.models import Finding, Refund
from claims.money import findings
from claims.money.refunds import goes_to_store_credit, share_reference
from claims.offering import CaseOffer, offers
from claims.people import Actor
from claims.rules import Rules
from web.badges import Badge
from web.workflows.labels import the

TRUTHS = (("paid", "It was paid"), ("not-paid", "It was not paid"))
ENDINGS = {
    None: Badge("Waits for a second person", "owed"),
    "confirmed": Badge("Confirmed", "good"),
    "rejected": Badge("Rejected", "bad"),
    "withdrawn": Badge("Taken back", "closed"),
    "overtaken": Badge("Found out otherwise", "closed"),
}


@dataclass(frozen=True, slots=True)
class FindingsCard:
    """`standing` waits for a second person; without one, something can be said."""

    standing: Finding | None
    ended: Sequence[Finding]
    may_say: bool
    may_reject: bool
    is_own: bool
    who: str
    """Whom its workflow lets decide, at the start of a sentence: `Finance or a lead`."""
    known_as: Sequence[str]
    """What the provider or the bank knows each share by that nobody knows of."""
    confirming: CaseOffer | None
    """The event that confirms what was said; None where the case knows none now."""
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


def findings_card(
    session: Session,
    rules: Rules,
    refund: Refund,
    actor: Actor,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
) -> FindingsCard | None:
    """None where the refund is not unclear and nobody ever said anything of it."""
    if refund.status != "unclear" and not refund.findings:
        return None
    waiting, may = findings.standing(refund), who_may_say(session, rules, refund)
    is_own = waiting is not None and waiting.found_by_id == actor.staff_id
    holds = bool(may & actor.roles)
    return FindingsCard(
        standing=waiting,
        ended=[each for each in reversed(refund.findings) if each is not waiting],
        may_say=refund.status == "unclear" and waiting is None and holds,
        may_reject=waiting is not None and (holds or is_own),
        is_own=is_own,
        who=_first_capital(" or ".join(the(role) for role in sorted(may))),
        known_as=_known_as(refund),
        confirming=_confirming(session, rules, refund, waiting, actor),
        typed=typed,
        errors=errors,
    )


def ending(finding: Finding) -> Badge:
    return ENDINGS[finding.ending]


def _known_as(refund: Refund) -> list[str]:
    key = refund.effect.key if refund.effect else ""
    return [
        share.transfer.reference if share.transfer else share_reference(key, share.position)
        for share in refund.shares
        if share.status == "held" and not goes_to_store_credit(share)
    ]


def _first_capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _confirming(
    session: Session, rules: Rules, refund: Refund, waiting: Finding | None, actor: Actor
) -> CaseOffer | None:
    if waiting is None:
        return None
    item = refund.item
    definition = rules.definition(session, item.workflow_hash)
    truth: findings.Truth = "paid" if waiting.truth == "paid" else "not-paid"
    names = {event.name for event in findings.events_for(definition, item.state, truth)}
    offered = offers(session, rules, refund.reclamation_id, actor).items[item.id]
    found = [offer for offer in offered if offer.event.name in names]
    return next((offer for offer in found if offer.is_open), found[0] if found else None)
