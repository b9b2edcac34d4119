"""What is said before a button is pressed: whether what it does can be taken back."""

from claims.asking import MONEY
from claims.models import Item, Reclamation
from web.workflows.labels import Labels
from workflows.definition import Definition, Event

NOT_UNDONE = "This pays money back; it cannot be undone."
CANCELLABLE = "This makes a new order for the customer. Until it is sent it can be cancelled."
NOT_CANCELLABLE = "This makes a new order for the customer; it cannot be cancelled here."
NEW_ORDERS = frozenset({"replacement.order", "parts.order"})
CANCEL = "replacement.cancel"


def said_before(labels: Labels, case: Item | Reclamation, event: Event) -> str:
    """What is confirmed by pressing: the file's words, or ours where it is silent."""
    if event.confirm:
        return event.confirm
    if isinstance(case, Item):
        return _of_item(labels, case, event.name)
    definition = labels.definition(case.workflow_hash)
    sent = [
        line.send_items
        for line in definition.transitions
        if (line.source, line.event) == (case.state, event.name) and line.send_items
    ]
    said = {_of_item(labels, item, name) for item in case.items for name in sent}
    return next((each for each in (NOT_UNDONE, NOT_CANCELLABLE, CANCELLABLE) if each in said), "")


def effects_of(definition: Definition, state: str, event: str) -> set[str]:
    """What the lines of an event can ask for in a state: kinds of the catalogue."""
    return {
        definition.effects[name].run
        for line in definition.transitions
        if (line.source, line.event) == (state, event)
        for name in line.effects
    }


def _of_item(labels: Labels, item: Item, event: str) -> str:
    definition = labels.definition(item.workflow_hash)
    asked = effects_of(definition, item.state, event)
    if MONEY in asked:
        return NOT_UNDONE
    if not asked & NEW_ORDERS:
        return ""
    can_cancel = any(use.run == CANCEL for use in definition.effects.values())
    return CANCELLABLE if can_cancel else NOT_CANCELLABLE
