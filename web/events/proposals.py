"""What waits for a second person, where an event would let it go: a refund, or a finding."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from claims.asking import MONEY
from claims.models import Finding, Item, Refund
from claims.money import findings
from web.events.undoing import effects_of
from web.workflows.labels import Labels
from workflows.definition import Event


def proposal_paid_by(
    session: Session, labels: Labels, item: Item | None, event: Event
) -> Refund | None:
    """What this event pays though nobody types an amount: the proposal of the item."""
    if item is None or not _pays(labels, item, event.name):
        return None
    proposed = select(Refund).where(Refund.item_id == item.id, Refund.status == "proposed")
    return session.scalar(proposed.order_by(Refund.id.desc()).limit(1))


def finding_confirmed_by(labels: Labels, item: Item | None, event: Event) -> Finding | None:
    """What somebody said became of the item's unclear refund, where this event confirms it."""
    if item is None:
        return None
    definition = labels.definition(item.workflow_hash)
    truth = findings.decided_by(definition, item.state, event.name)
    finding = findings.of_item(item) if truth else None
    return finding if finding is not None and finding.truth == truth else None


def _pays(labels: Labels, item: Item, event: str) -> bool:
    return MONEY in effects_of(labels.definition(item.workflow_hash), item.state, event)
