"""What firing an event at a reclamation would do to its open items."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from claims import clock
from claims.facts import facts_of
from claims.models import Item, Reclamation
from claims.people import CASE, Actor
from claims.rules import Rules
from web.badges import Badge
from web.workflows.labels import Labels
from workflows.engine import Taken


@dataclass(frozen=True, slots=True)
class Consequence:
    """An open item and where it would go; with `reasons`, it stands in the way."""

    item: Item
    now: Badge
    then: Badge | None
    reasons: tuple[str, ...] = ()


def consequences(
    session: Session, rules: Rules, reclamation: Reclamation, event: str, actor: Actor
) -> list[Consequence]:
    """For each open item that the event's line would send something to; loaded by claims.cases."""
    at = clock.now(session)
    engine = rules.engine(session, reclamation.workflow_hash)
    decision = engine.decide(
        reclamation.state, event, facts_of(session, rules, reclamation, at, actor)
    )
    if not isinstance(decision, Taken) or decision.line.send_items is None:
        return []
    labels, sent = Labels(session, rules), decision.line.send_items
    found = []
    for item in reclamation.items:
        if item.final is not None:
            continue
        answer = rules.engine(session, item.workflow_hash).decide(
            item.state, sent, facts_of(session, rules, item, at, CASE)
        )
        now = labels.state_of(item)
        if isinstance(answer, Taken):
            then = labels.state(item.workflow_hash, answer.line.target)
            found.append(Consequence(item, now, then))
        else:
            found.append(Consequence(item, now, None, answer.reasons))
    return found
