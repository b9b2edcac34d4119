"""Which processes run, and by which reading of the shop's files each of them goes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import case, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from claims.models import RunningProcess
from claims.rules import Rules

ProcessKind = Literal["web", "worker", "sweeper"]

SILENT_AFTER = timedelta(seconds=10)
"""A process that has not renewed its row for so long has ended, or hangs."""
_FORGOTTEN_AFTER = timedelta(hours=1)
_LONGEST_REFUSAL = 20_000
_now = func.clock_timestamp()


@dataclass(frozen=True, slots=True)
class Process:
    """One that runs, as it has told of itself."""

    name: str
    kind: str
    fingerprint: str
    versions: Mapping[str, str]
    taken_up_at: datetime
    refused: str | None
    is_asked: bool
    """It was asked to look at the files, and has not yet."""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def tell(
    session: Session,
    name: str,
    kind: ProcessKind,
    rules: Rules,
    refused: str | None,
    answers: datetime | None = None,
) -> datetime | None:
    """Renew a process's row; gives the asking that it has not followed yet, if there is one.

    `answers` is the asking that it has followed now.
    """
    session.execute(text("SET LOCAL synchronous_commit = off"))  # losing it costs nothing
    row = insert(RunningProcess).values(
        name=name,
        kind=kind,
        fingerprint=rules.fingerprint,
        versions=dict(rules.versions),
        taken_up_at=_now,
        refused=refused and refused[:_LONGEST_REFUSAL],
        seen_at=_now,
        answered_at=answers,
    )
    new, table = row.excluded, RunningProcess
    stays = (new.fingerprint == table.fingerprint, table.taken_up_at)
    answered = func.coalesce(new.answered_at, table.answered_at)
    written = row.on_conflict_do_update(
        index_elements=[table.name],
        set_={
            "kind": new.kind,
            "fingerprint": new.fingerprint,
            "versions": new.versions,
            "taken_up_at": case(stays, else_=new.taken_up_at),
            "refused": new.refused,
            "seen_at": new.seen_at,
            "answered_at": answered,
        },
    ).returning(table.asked_at, table.answered_at)
    asked_at, answered_at = session.execute(written).one()
    is_open = asked_at is not None and (answered_at is None or answered_at < asked_at)
    return asked_at if is_open else None


def leave(session: Session, name: str) -> None:
    """A process that ends takes its row away, and those of processes long gone."""
    is_gone = RunningProcess.seen_at < _now - _FORGOTTEN_AFTER
    session.execute(delete(RunningProcess).where((RunningProcess.name == name) | is_gone))


def running(session: Session) -> Sequence[Process]:
    """The processes that have renewed their row of late, by kind and name."""
    row = RunningProcess
    found = session.execute(
        select(
            row.name,
            row.kind,
            row.fingerprint,
            row.versions,
            row.taken_up_at,
            row.refused,
            func.coalesce(row.answered_at < row.asked_at, row.asked_at.is_not(None)),
        )
        .where(row.seen_at > _now - SILENT_AFTER)
        .order_by(row.kind, row.name)
    )
    return [Process(*columns) for columns in found]


def ask_to_look(session: Session) -> None:
    """Ask every running process to look at the files now."""
    session.execute(update(RunningProcess).values(asked_at=_now))


def counted(processes: Iterable[Process]) -> str:
    """How many there are of each kind: `web 2, worker 4`."""
    kinds = Counter(process.kind for process in processes)
    return ", ".join(f"{kind} {number}" for kind, number in kinds.items())
