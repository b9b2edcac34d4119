"""Writing the journal, append-only and hash-chained per reclamation, and checking the chain.

Each entry's hash covers everything it says and the hash before it, so that an entry which is
changed, dropped, swapped or put in later breaks the chain.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from claims import journal_chain
from claims.journal_chain import BEGINNING, Broken, chained_hash
from claims.models import Item, JournalEntry, JournalHead, Reclamation, keep
from claims.people import Actor
from claims.refusals import Refused

__all__ = ["BEGINNING", "Broken", "chained_hash", "said_before", "verify", "verify_all", "write"]

AT_ONCE = 1000
"""Rows that are fetched at once."""
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


def verify(session: Session, reclamation_id: int) -> list[Broken]:
    """What is wrong with one reclamation's chain; empty where it is whole."""
    return list(verify_all(session, reclamation_id))


def verify_all(session: Session, reclamation_id: int | None = None) -> Iterator[Broken]:
    """Every broken place of all chains, or of one; streamed, in constant memory.

    Both streams should see one moment: call it in a transaction that is REPEATABLE READ while
    others write.
    """
    entries = (
        select(JournalEntry.reclamation_id, *_COVERED, JournalEntry.hash)
        .add_columns(Reclamation.number, Item.position)
        .outerjoin(Reclamation, Reclamation.id == JournalEntry.reclamation_id)
        .outerjoin(Item, Item.id == JournalEntry.item_id)
        .order_by(JournalEntry.reclamation_id, JournalEntry.sequence)
    )
    heads = (
        select(
            Reclamation.id.label("reclamation_id"),
            Reclamation.number,
            JournalHead.sequence,
            JournalHead.hash,
        )
        .outerjoin(JournalHead, JournalHead.reclamation_id == Reclamation.id)
        .order_by(Reclamation.id)
    )
    if reclamation_id is not None:
        entries = entries.where(JournalEntry.reclamation_id == reclamation_id)
        heads = heads.where(Reclamation.id == reclamation_id)
    yield from journal_chain.check(_stream(session, entries), _stream(session, heads))


def _stream(session: Session, rows: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    return iter(session.execute(rows, execution_options={"yield_per": AT_ONCE}))


_COVERED = (
    JournalEntry.sequence,
    JournalEntry.at,
    JournalEntry.kind,
    JournalEntry.actor_kind,
    JournalEntry.actor_id,
    JournalEntry.actor_name,
    JournalEntry.event,
    JournalEntry.from_state,
    JournalEntry.to_state,
    JournalEntry.input,
    JournalEntry.workflow_hash,
    JournalEntry.request_token,
    JournalEntry.previous_hash,
)
