"""What the signed-in person may still refund alone, where a form asks for an amount."""

from claims.allowances import Allowance
from claims.asking import MONEY
from claims.models import Item
from web.formats import money
from web.workflows.labels import Labels
from workflows.definition import Event


def alone_word(labels: Labels, item: Item | None, event: Event, may: Allowance | None) -> str:
    """`You may refund 50.00 € more here alone; above that …`; empty where no limit binds."""
    if item is None or may is None or not any(field.type == "money" for field in event.input):
        return ""
    definition = labels.definition(item.workflow_hash)
    lines = [x for x in definition.transitions if (x.source, x.event) == (item.state, event.name)]
    if not any(definition.effects[name].run == MONEY for line in lines for name in line.effects):
        return ""
    left = money(may.left, item.reclamation.currency)
    if any("refund.propose" in line.do for line in lines):
        return f"You may refund {left} more here alone; above that it goes to a second look."
    return f"You may refund {left} more here alone; above that it is refused."
