"""Moved cases written down: each table once for a whole chunk, whatever its size."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Integer,
    Interval,
    String,
    TableValuedAlias,
    cast,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from claims.journal import BEGINNING, chained_hash
from claims.migrating.clocks import Rewound
from claims.migrating.reading import is_one_of
from claims.migrating.standing import Clock, Standing
from claims.models import Deadline, Item, JournalEntry, JournalHead, Reclamation, Refund
from claims.people import Actor

MOMENT = DateTime(timezone=True)


@dataclass(frozen=True, slots=True)
class Move:
    """One case on its way into a state of another version."""

    standing: Standing
    to_hash: str
    to_state: str
    waits_for: str | None
    clocks: Rewound


def write(
    session: Session, moves: Sequence[Move], actor: Actor, note: Mapping[str, int], at: datetime
) -> None:
    """Write cases, clocks and journal. The cases' reclamations are locked by the caller.

    `note` goes into each journal entry: the key of the migration, and of the one it takes back.
    """
    if not moves:
        return
    _write_cases(session, moves)
    _bind_proposals(session, [move for move in moves if move.standing.has_proposal])
    _write_clocks(session, moves, at)
    _write_journal(session, moves, actor, note, at)


def _write_cases(session: Session, moves: Sequence[Move]) -> None:
    model = Item if moves[0].standing.subject == "item" else Reclamation
    rows = _rows(
        "moved",
        id=(BigInteger(), [move.standing.id for move in moves]),
        hash=(String(), [move.to_hash for move in moves]),
        state=(String(), [move.to_state for move in moves]),
        waits_for=(String(), [move.waits_for for move in moves]),
    )
    session.execute(
        update(model)
        .where(model.id == rows.c.id)
        .values(
            workflow_hash=rows.c.hash,
            state=rows.c.state,
            waits_for=rows.c.waits_for,
            version=model.version + 1,
        )
        .execution_options(synchronize_session=False)
    )


def _bind_proposals(session: Session, moves: Sequence[Move]) -> None:
    """What waits for approval goes on waiting, bound to the new version (`claims.money.approvals`).

    An approver whose form is of before looks again; one that was void stays so.
    """
    if not moves:
        return
    rows = _rows(
        "bound",
        id=(BigInteger(), [move.standing.id for move in moves]),
        before=(String(), [move.standing.hash for move in moves]),
        after=(String(), [move.to_hash for move in moves]),
    )
    version = ("of", "workflow", "1")
    session.execute(
        update(Refund)
        .where(Refund.item_id == rows.c.id, Refund.status == "proposed")
        .where(Refund.proposed[version].astext == rows.c.before)
        .values(
            proposed=func.jsonb_set(
                Refund.proposed, cast(list(version), ARRAY(String())), func.to_jsonb(rows.c.after)
            )
        )
        .execution_options(synchronize_session=False)
    )


def _write_clocks(session: Session, moves: Sequence[Move], at: datetime) -> None:
    ended = [key for move in moves for key in move.clocks.ended]
    if ended:
        session.execute(
            update(Deadline)
            .where(is_one_of(Deadline.id, ended))
            .values(ended_at=at, ending="left")
            .execution_options(synchronize_session=False)
        )
    begun = [(move.standing, clock) for move in moves for clock in move.clocks.begun]
    if begun:
        _insert(session, Deadline, _clock_columns(begun))


def _clock_columns(begun: Sequence[tuple[Standing, Clock]]) -> "Columns":
    clocks = [clock for _, clock in begun]
    return {
        "reclamation_id": (BigInteger(), [standing.reclamation_id for standing, _ in begun]),
        "item_id": (BigInteger(), [_item_id(standing) for standing, _ in begun]),
        "event": (String(), [clock.event for clock in clocks]),
        "state": (String(), [clock.state for clock in clocks]),
        "begun_at": (MOMENT, [clock.begun_at for clock in clocks]),
        "runs_out_at": (MOMENT, [clock.runs_out_at for clock in clocks]),
        "due_at": (MOMENT, [clock.due_at for clock in clocks]),
        "paused_at": (MOMENT, [clock.paused_at for clock in clocks]),
        "remaining": (Interval(), [clock.remaining for clock in clocks]),
    }


def _write_journal(
    session: Session, moves: Sequence[Move], actor: Actor, note: Mapping[str, int], at: datetime
) -> None:
    heads = _heads(session, {move.standing.reclamation_id for move in moves})
    entries: list[JournalEntry] = []
    for move in moves:
        standing = move.standing
        sequence, previous = heads.get(standing.reclamation_id, (0, BEGINNING))
        entry = JournalEntry(
            reclamation_id=standing.reclamation_id,
            item_id=_item_id(standing),
            sequence=sequence + 1,
            at=at,
            kind="migrated",
            actor_kind=actor.kind,
            actor_id=actor.staff_id,
            actor_name=actor.name,
            event=None,
            from_state=standing.state,
            to_state=move.to_state,
            input={**note, "from": standing.hash, "to": move.to_hash},
            workflow_hash=move.to_hash,
            request_token=None,
            previous_hash=previous,
        )
        entry.hash = chained_hash(entry, standing.number, standing.position or None)
        heads[standing.reclamation_id] = entry.sequence, entry.hash
        entries.append(entry)
    _insert(session, JournalEntry, _entry_columns(entries))
    _write_heads(session, heads)


def _heads(session: Session, reclamation_ids: set[int]) -> dict[int, tuple[int, str]]:
    rows = session.execute(
        select(JournalHead.reclamation_id, JournalHead.sequence, JournalHead.hash).where(
            is_one_of(JournalHead.reclamation_id, reclamation_ids)
        )
    )
    return {row.reclamation_id: (row.sequence, row.hash) for row in rows}


def _write_heads(session: Session, heads: Mapping[int, tuple[int, str]]) -> None:
    """Each reclamation has its head since it was claimed."""
    rows = _rows(
        "ends",
        reclamation_id=(BigInteger(), list(heads)),
        sequence=(Integer(), [sequence for sequence, _ in heads.values()]),
        hash=(String(), [value for _, value in heads.values()]),
    )
    session.execute(
        update(JournalHead)
        .where(JournalHead.reclamation_id == rows.c.reclamation_id)
        .values(sequence=rows.c.sequence, hash=rows.c.hash)
        .execution_options(synchronize_session=False)
    )


def _entry_columns(entries: Sequence[JournalEntry]) -> "Columns":
    return {
        "reclamation_id": (BigInteger(), [entry.reclamation_id for entry in entries]),
        "item_id": (BigInteger(), [entry.item_id for entry in entries]),
        "sequence": (Integer(), [entry.sequence for entry in entries]),
        "at": (MOMENT, [entry.at for entry in entries]),
        "kind": (String(), [entry.kind for entry in entries]),
        "actor_kind": (String(), [entry.actor_kind for entry in entries]),
        "actor_id": (Integer(), [entry.actor_id for entry in entries]),
        "actor_name": (String(), [entry.actor_name for entry in entries]),
        "from_state": (String(), [entry.from_state for entry in entries]),
        "to_state": (String(), [entry.to_state for entry in entries]),
        "input": (JSONB(), [json.dumps(entry.input) for entry in entries]),
        "workflow_hash": (String(), [entry.workflow_hash for entry in entries]),
        "previous_hash": (String(), [entry.previous_hash for entry in entries]),
        "hash": (String(), [entry.hash for entry in entries]),
    }


Columns = Mapping[str, tuple[TypeEngine[Any], Sequence[object]]]
"""The values of each column, all of the same length; JSON as text."""


def _insert(session: Session, model: type[Deadline | JournalEntry], columns: Columns) -> None:
    rows = _rows("given", **columns)
    values = [cast(rows.c[name], kind) for name, (kind, _) in columns.items()]
    session.execute(insert(model).from_select(list(columns), select(*values)))


def _rows(alias: str, **columns: tuple[TypeEngine[Any], Sequence[object]]) -> TableValuedAlias:
    """A table out of arrays: `unnest(…) AS alias(columns)`; an array of JSON travels as text."""
    arrays = [
        literal(list(values), ARRAY(String() if isinstance(kind, JSONB) else kind))
        for kind, values in columns.values()
    ]
    named = [
        Column(name, String() if isinstance(kind, JSONB) else kind)
        for name, (kind, _) in columns.items()
    ]
    return func.unnest(*arrays).table_valued(*named, name=alias).render_derived()


def _item_id(standing: Standing) -> int | None:
    return standing.id if standing.subject == "item" else None
