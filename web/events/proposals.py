"""What waits for a second person, where an event would let it go: a refund, or a finding."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from claims import findings
from claims.asking import MONEY
from claims.models import Finding, Item, Reclamation, Refund
from web.workflows.labels import Labels
from workflows.definition import Event

NOT_UNDONE = "This pays money back; it cannot be undone."


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


def said_before(labels: Labels, case: Item | Reclamation, event: Event) -> str:
    """What is to be confirmed before it is pressed: the file's words, or ours where it pays."""
    if event.confirm:
        return event.confirm
    if isinstance(case, Item):
        return NOT_UNDONE if _pays(labels, case, event.name) else ""
    definition = labels.definition(case.workflow_hash)
    sent = [
        line.send_items
        for line in definition.transitions
        if (line.source, line.event) == (case.state, event.name) and line.send_items
    ]
    is_paying = any(_pays(labels, item, name) for item in case.items for name in sent)
    return NOT_UNDONE if is_paying else ""


def _pays(labels: Labels, item: Item, event: str) -> bool:
    definition = labels.definition(item.workflow_hash)
    return any(
        definition.effects[name].run == MONEY
        for line in definition.transitions
        if (line.source, line.event) == (item.state, event)
        for name in line.effects
    )
