"""The way that one case went: its moves from state to state, as the journal has them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from claims.models import Item, JournalEntry, Reclamation
from claims.queries.case import find, find_item
from claims.refusals import NotFound

_NAMED = re.compile(r"(?P<number>[^/]+)(?:/(?P<position>[1-9][0-9]{0,5}))?")


@dataclass(frozen=True, slots=True)
class CaseName:
    """A reclamation, or with a position one of its items: `R-000017`, `R-000017/2`."""

    number: str
    position: int | None = None

    def __str__(self) -> str:
        return self.number if self.position is None else f"{self.number}/{self.position}"


@dataclass(frozen=True, slots=True)
class Move:
    """One change of state; the first has no state before it."""

    at: datetime
    who: str
    """The name of a person; `actor_kind` says who else it can be."""
    actor_kind: str
    event: str | None
    source: str | None
    target: str
    workflow_hash: str
    """The version by which it was done."""

    @property
    def is_migration(self) -> bool:
        """Not by an event: the case was taken over to another version."""
        return self.event is None and self.source is not None


@dataclass(frozen=True, slots=True)
class Way:
    case: CaseName
    about: str
    """What an item is; empty for a reclamation."""
    workflow: str
    workflow_hash: str
    state: str
    state_since: datetime
    is_open: bool
    moves: Sequence[Move]


def case_named(text: str, position: int | None = None) -> CaseName:
    """What a person means by `R-000017/2`; NotFound where that can be no case."""
    found = _NAMED.fullmatch(text.strip())
    if found is None:
        raise NotFound(f"{text} is no case; one is R-000017, or R-000017/2 for its item 2.")
    named = int(found["position"]) if found["position"] else None
    if position is not None and named not in {None, position}:
        raise NotFound(f"{text} is another item than {position}; name one of them.")
    return CaseName(found["number"], position if named is None else named)


def way_of(session: Session, case: CaseName) -> Way:
    """The case and its moves, in order; NotFound where there is none. Two statements."""
    if case.position is None:
        reclamation = find(session, case.number)
        return _way(session, case, reclamation, reclamation, "")
    item = find_item(session, case.number, case.position)
    return _way(session, case, item.reclamation, item, f"{item.quantity} × {item.line.name}")


def _way(
    session: Session,
    case: CaseName,
    reclamation: Reclamation,
    found: Reclamation | Item,
    about: str,
) -> Way:
    moves = _moves(session, reclamation.id, found.id if isinstance(found, Item) else None)
    if not moves or moves[0].source is not None:
        # A claim notes the state of the reclamation alone; its items begin with it.
        first = moves[0] if moves else None
        began = Move(
            at=reclamation.opened_at,
            who=reclamation.opened_by,
            actor_kind="person",
            event=None,
            source=None,
            target=(first.source or first.target) if first else found.state,
            workflow_hash=first.workflow_hash if first else found.workflow_hash,
        )
        moves = [began, *moves]
    return Way(
        case=case,
        about=about,
        workflow=found.workflow,
        workflow_hash=found.workflow_hash,
        state=found.state,
        state_since=found.state_since,
        is_open=found.final is None,
        moves=moves,
    )


def _moves(session: Session, reclamation_id: int, item_id: int | None) -> list[Move]:
    entries = (
        select(
            JournalEntry.at,
            JournalEntry.actor_name,
            JournalEntry.actor_kind,
            JournalEntry.event,
            JournalEntry.from_state,
            JournalEntry.to_state,
            JournalEntry.workflow_hash,
        )
        .where(
            JournalEntry.reclamation_id == reclamation_id,
            JournalEntry.item_id.is_(None) if item_id is None else JournalEntry.item_id == item_id,
            JournalEntry.to_state.is_not(None),
        )
        .order_by(JournalEntry.sequence)
    )
    return [
        Move(at, who, kind, event, source, target, workflow_hash or "")
        for at, who, kind, event, source, target, workflow_hash in session.execute(entries)
        if target is not None
    ]
