"""Writing the journal, append-only and hash-chained per reclamation, and checking the chain.

Each entry's hash covers everything it says and the hash before it, so that an entry which is
changed, dropped, swapped or put in later breaks the chain.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from claims.models import Item, JournalEntry, JournalHead, Reclamation, keep
from claims.people import Actor
from claims.refusals import Refused

BEGINNING = "0" * 64
FORM_USED = "This form was sent before for something else; open the page again and send it anew."


def write(
    reclamation: Reclamation,
    actor: Actor,
    kind: str,
    at: datetime,
    *,
    item: Item | None = None,
    event: str | None = None,
    from_state: str | None = None,
    to_state: str | None = None,
    input: Mapping[str, object] | None = None,  # noqa: A002 (the column's name)
    request_token: str | None = None,
) -> JournalEntry:
    """Append an entry. The reclamation must be locked: its chain has one end.

    The head lives in `journal_heads` and not in the reclamation, because a closed reclamation
    never changes and its last letters are still to be noted.
    """
    head = reclamation.journal_head
    if head is None:
        head = keep(JournalHead(reclamation=reclamation, sequence=0, hash=BEGINNING), reclamation)
    entry = JournalEntry(
        reclamation=reclamation,
        item=item,
        sequence=head.sequence + 1,
        at=at,
        kind=kind,
        actor_kind=actor.kind,
        actor_id=actor.staff_id,
        actor_name=actor.name,
        event=event,
        from_state=from_state,
        to_state=to_state,
        input=json.loads(json.dumps(dict(input or {}), default=str)),
        workflow_hash=(item or reclamation).workflow_hash,
        request_token=request_token,
        previous_hash=head.hash,
    )
    entry.hash = chained_hash(entry, reclamation.number, item.position if item else None)
    head.sequence, head.hash = entry.sequence, entry.hash
    return keep(entry, reclamation)


def said_before(
    session: Session,
    request_token: str | None,
    actor: Actor,
    kind: str,
    case: Reclamation | Item,
    event: str | None = None,
) -> JournalEntry | None:
    """The entry that a form with this token has left already; None where it was not sent yet.

    Refused where the token has done something else: that must not pass for this being done.
    """
    if request_token is None:
        return None
    entry = session.scalar(select(JournalEntry).where(JournalEntry.request_token == request_token))
    if entry is None:
        return None
    reclamation_id, item_id = (
        (case.reclamation_id, case.id) if isinstance(case, Item) else (case.id, None)
    )
    asked = (kind, event, reclamation_id, item_id, actor.kind, actor.staff_id)
    done = (
        entry.kind,
        entry.event,
        entry.reclamation_id,
        entry.item_id,
        entry.actor_kind,
        entry.actor_id,
    )
    if asked != done:
        raise Refused(FORM_USED)
    return entry


def chained_hash(entry: JournalEntry, number: str, item_position: int | None) -> str:
    """SHA-256 over the canonical JSON of what the entry says, and of the hash before it."""
    said = {
        "reclamation": number,
        "item": item_position,
        "sequence": entry.sequence,
        "at": entry.at.astimezone(UTC).isoformat(),
        "kind": entry.kind,
        "actor": [entry.actor_kind, entry.actor_id, entry.actor_name],
        "event": entry.event,
        "from": entry.from_state,
        "to": entry.to_state,
        "input": entry.input,
        "workflow": entry.workflow_hash,
        "token": entry.request_token,
        "previous": entry.previous_hash,
    }
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def verify(session: Session, reclamation_id: int) -> list[str]:
    """What is wrong with a reclamation's chain, as sentences; empty where it is whole."""
    rows = session.execute(
        select(JournalEntry, Reclamation.number, Item.position)
        .join(Reclamation, Reclamation.id == JournalEntry.reclamation_id)
        .outerjoin(Item, Item.id == JournalEntry.item_id)
        .where(JournalEntry.reclamation_id == reclamation_id)
        .order_by(JournalEntry.sequence)
        .execution_options(populate_existing=True)
    )
    wrong: list[str] = []
    sequence, previous = 0, BEGINNING
    for entry, number, position in rows:
        if entry.sequence != sequence + 1:
            wrong.append(f"Entry {sequence + 1} is missing before entry {entry.sequence}.")
        elif entry.previous_hash != previous:
            wrong.append(f"Entry {entry.sequence} does not follow from the one before it.")
        if chained_hash(entry, number, position) != entry.hash:
            wrong.append(f"Entry {entry.sequence} was changed after it had been written.")
        sequence, previous = entry.sequence, entry.hash
    head = session.get(JournalHead, reclamation_id, populate_existing=True)
    end = (head.sequence, head.hash) if head else (0, BEGINNING)
    if end != (sequence, previous):
        wrong.append(f"The journal ends at entry {sequence}, and its head says {end[0]}.")
    return wrong
