"""What an event did, in the sentence that the next page shows."""

from sqlalchemy.orm import Session

from claims.door import Fired
from claims.models import Item, Reclamation
from claims.rules import Rules
from web.workflows.labels import Labels


def told(session: Session, rules: Rules, fired: Fired, item: Item | None) -> str:
    """`Refund: Received → Refund under way.` and, if it closed with that, that it is closed."""
    reclamation = session.get_one(Reclamation, fired.reclamation_id)
    labels, case = Labels(session, rules), item or reclamation
    event = labels.event_label(case.workflow_hash, fired.event)
    before = labels.state(case.workflow_hash, fired.from_state).label
    after = labels.state(case.workflow_hash, fired.to_state).label
    step = event if before == after else f"{event}: {before} → {after}"
    whose = f"{item.quantity} × {item.line.name}. " if item else ""
    once = " It was sent twice and done once." if fired.repeated else ""
    return f"{whose}{step}.{once}{closing_word(reclamation)}"


def closing_word(reclamation: Reclamation) -> str:
    if reclamation.closed_at is None:
        return ""
    return f" Reclamation {reclamation.number} is closed."
