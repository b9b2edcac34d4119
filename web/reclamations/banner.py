"""The one thing to do now on a reclamation, or what it waits for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from claims.models import Refund
from claims.money import findings
from claims.people import ROLES, Actor
from claims.queries.case import Case
from web.workflows.labels import the
from workflows.definition import Tone

if TYPE_CHECKING:
    from web.reclamations.page import ItemRow


@dataclass(frozen=True, slots=True)
class Banner:
    tone: Tone
    title: str
    sentences: tuple[str, ...]


def banner_of(case: Case, rows: Sequence["ItemRow"], actor: Actor) -> Banner:
    """What stands at the top: an incident, whose turn it is, or that it is closed."""
    reclamation = case.reclamation
    if case.incidents:
        said = tuple(incident.sentence for incident in case.incidents)
        ours = [row for row in rows if row.item.waits_for in actor.roles or _can_decide(row)]
        return Banner("bad", "Somebody has to look at this", (*said, *_sentences(ours)))
    if reclamation.closed_at:
        return Banner(
            "closed",
            "Closed, and it stays closed",
            ("What is found later is a new reclamation that is linked to this one.",),
        )
    waiting = [row for row in rows if row.item.final is None]
    if not waiting:
        return Banner(
            "owed", "Every item is settled", ("What is left to do is to close the reclamation.",)
        )
    ours = [row for row in waiting if (row.item.waits_for or ROLES[0]) in actor.roles]
    if ours:
        return Banner("owed", "Your turn", _sentences(ours))
    waits = dict.fromkeys(row.item.waits_for or ROLES[0] for row in waiting)
    tone: Tone = "owed" if any(name in ROLES for name in waits) else "elsewhere"
    names = " and ".join(the(name) for name in waits)
    return Banner(tone, f"Waits for {names}", _sentences(waiting))


def _sentences(rows: Sequence["ItemRow"]) -> tuple[str, ...]:
    return tuple(_sentence(row) for row in rows)


def _sentence(row: "ItemRow") -> str:
    """`2 × Blue shirt is received. Refund or Reject.`"""
    ways = [offer.event.label for offer in row.offers if offer.is_open]
    said = f"{row.item.quantity} × {row.item.line.name}: {row.badge.label}."
    if (refund := findings.unclear(row.item)) and not ways:
        return f"{said} {_unclear(refund)}"
    return f"{said} {_either(ways)}" if ways else said


def _can_decide(row: "ItemRow") -> bool:
    """Whether whoever looks can decide what became of the unclear refund of an item."""
    is_unclear = findings.unclear(row.item) is not None
    return is_unclear and any(offer.is_open for offer in row.offers)


def _unclear(refund: Refund) -> str:
    finding = findings.standing(refund)
    if finding is None:
        return "Look it up at the provider, and say on the refund's page what became of it."
    return (
        f"{finding.found_by} found that {findings.WORDS[finding.truth]}; a second person decides."
    )


def _either(ways: Sequence[str]) -> str:
    if len(ways) == 1:
        return f"You can: {ways[0]}."
    return f"You can: {', '.join(ways[:-1])} or {ways[-1]}."
