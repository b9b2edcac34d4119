"""How far an import got, remembered in the transaction that got it there."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, literal, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from claims import clock
from claims.imports.mapping import Kind
from claims.models import ImportRun
from claims.refusals import Refused


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken; `reason` is the same for all rows of one sort."""

    line: int
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Advance:
    """What one chunk came to: up to where, what was counted, which rows were refused.

    In `counts` amounts are in minor units; keys are words, some with a part after a colon.
    """

    position: int
    counts: Counter[str] = field(default_factory=Counter)
    refused: Sequence[RefusedRow] = ()


@dataclass(frozen=True, slots=True)
class Run:
    id: int
    file_name: str
    position: int
    counts: Counter[str]
    started_at: datetime
    finished_at: datetime | None


def begin(session: Session, kind: Kind, mapping: str, digest: str, file_name: str) -> Run:
    """The run of this file by this mapping: a new one, or the one that was begun or finished."""
    session.execute(
        insert(ImportRun)
        .values(
            kind=kind,
            mapping=mapping,
            digest=digest,
            file_name=file_name,
            counts={},
            refused=[],
            started_at=clock.now(session),
        )
        .on_conflict_do_nothing()
    )
    return _read(
        session,
        ImportRun.kind == kind,
        ImportRun.mapping == mapping,
        ImportRun.digest == digest,
    )


def advance(session: Session, run: Run, step: Advance) -> Run:
    """Move a run on; Refused where somebody else has moved it meanwhile."""
    counts = Counter(run.counts)
    counts.update(step.counts)
    counts.update(f"refused:{row.reason}" for row in step.refused)
    added = [{"line": r.line, "reason": r.reason, "detail": r.detail} for r in step.refused]
    changed = session.execute(
        update(ImportRun)
        .where(ImportRun.id == run.id, ImportRun.position == run.position)
        .where(ImportRun.finished_at.is_(None))
        .values(
            position=step.position,
            counts=dict(counts),
            refused=ImportRun.refused.op("||")(literal(added, JSONB)),
        )
        .returning(ImportRun.id)
    ).one_or_none()
    if changed is None:
        raise Refused(
            f"Another process is importing {run.file_name} just now; wait until it has ended."
        )
    return Run(run.id, run.file_name, step.position, counts, run.started_at, run.finished_at)


def finish(session: Session, run: Run) -> Run:
    session.execute(
        update(ImportRun).where(ImportRun.id == run.id).values(finished_at=clock.now(session))
    )
    return _read(session, ImportRun.id == run.id)


def refused_rows(session: Session, run: Run) -> Iterator[RefusedRow]:
    """Every refused row of a run in the order of the file, streamed."""
    rows = session.execute(
        text(
            "SELECT row FROM import_runs r, jsonb_array_elements(r.refused) AS row "
            "WHERE r.id = :id ORDER BY (row ->> 'line')::bigint"
        ),
        {"id": run.id},
        execution_options={"yield_per": 2000},
    )
    for (row,) in rows:
        yield RefusedRow(row["line"], row["reason"], row["detail"])


def listed(session: Session, kind: Kind, limit: int = 20) -> list[tuple[str, Run]]:
    """The latest runs of orders or of claims with their mappings, newest first."""
    rows = session.execute(
        select(*_COLUMNS, ImportRun.mapping)
        .where(ImportRun.kind == kind)
        .order_by(ImportRun.id.desc())
        .limit(limit)
    )
    return [(row.mapping, _run(row)) for row in rows]


_COLUMNS = (
    ImportRun.id,
    ImportRun.file_name,
    ImportRun.position,
    ImportRun.counts,
    ImportRun.started_at,
    ImportRun.finished_at,
)


def _read(session: Session, *which: ColumnElement[bool]) -> Run:
    return _run(session.execute(select(*_COLUMNS).where(*which)).one())


def _run(row: Row[*tuple[Any, ...]]) -> Run:
    counts: Counter[str] = Counter(row.counts)
    return Run(row.id, row.file_name, row.position, counts, row.started_at, row.finished_at)
