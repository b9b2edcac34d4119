"""What happened to a case, told in one voice, with the labels of its own workflow."""

from sqlalchemy.orm import Session

from claims.models import Item, JournalEntry, Reclamation
from claims.rules import Rules
from workflows.definition import Definition


def told(session: Session, rules: Rules, entry: JournalEntry) -> str:
    """One journal entry as a sentence: `Anna: Refund (Received → Refund under way).`"""
    if entry.kind == "event" and entry.workflow_hash and entry.event:
        return _event_told(rules.definition(session, entry.workflow_hash), entry)
    if entry.kind == "edit":
        changes = "; ".join(
            f"{name} from {old!s} to {new!s}" for name, (old, new) in entry.input.items()
        )
        return f"{entry.actor_name} changed {changes}."
    if entry.kind == "note":
        return f"{entry.actor_name} noted: {entry.input.get('text', '')}"
    if entry.kind == "migrated":
        before, after = str(entry.input.get("from")), str(entry.workflow_hash)
        return f"{entry.actor_name} moved it from version {before[:8]} to {after[:8]}."
    if entry.kind == "claim":
        return f"{entry.actor_name} filed the claim."
    return f"{entry.actor_name}: {entry.input.get('sentence', entry.event or '')}"


def _event_told(definition: Definition, entry: JournalEntry) -> str:
    event = definition.events[entry.event or ""].label
    if entry.from_state == entry.to_state or not entry.from_state or not entry.to_state:
        return f"{entry.actor_name}: {event}."
    before = definition.states[entry.from_state].label
    after = definition.states[entry.to_state].label
    return f"{entry.actor_name}: {event} ({before} → {after})."


def changes_since(
    session: Session, rules: Rules, case: Reclamation | Item, seen_version: int
) -> list[str]:
    """What raised the case's version since `seen_version`: events, edits, migrations; in order."""
    reclamation = case.reclamation if isinstance(case, Item) else case
    item_id = case.id if isinstance(case, Item) else None
    entries = [
        entry
        for entry in reclamation.journal
        if entry.item_id == item_id and entry.kind in {"event", "edit", "migrated"}
    ]
    since = entries[-max(0, case.version - seen_version) :] if case.version > seen_version else []
    return [told(session, rules, entry) for entry in since]
