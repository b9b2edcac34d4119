"""The book of migrations: begun, how far they got, finished; what was interrupted goes on."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from claims import clock
from claims.cases import Subject
from claims.migrating.versions import Aim
from claims.models import CaseMigration
from claims.people import Actor
from claims.refusals import NotFound, Refused
from claims.rules import Rules


@dataclass(frozen=True, slots=True)
class Run:
    """One migration, or one undoing of a migration (then `to_hash` is None)."""

    id: int
    workflow: str
    subject: Subject
    from_hash: str | None
    to_hash: str | None
    states: Mapping[str, str]
    undo_of_id: int | None
    position: int
    counts: Counter[str]
    begun_at: datetime
    begun_by: str
    finished_at: datetime | None

    @property
    def moved(self) -> int:
        return self.counts["moved"]


def begin(session: Session, rules: Rules, aim: Aim, actor: Actor) -> Run:
    """The migration to this aim: a new one, or the same that was interrupted.

    Refused while another one of this workflow is not finished. The text of the new version is
    kept from now on.
    """
    unfinished = _unfinished(session, aim.to.name)
    if unfinished is not None:
        asked = (aim.to.hash, aim.from_hash, dict(aim.states))
        if asked != (unfinished.to_hash, unfinished.from_hash, dict(unfinished.states)):
            raise Refused(_in_the_way(unfinished))
        return unfinished
    at = clock.now(session)
    if rules.versions.get(aim.to.name) == aim.to.hash:
        rules.current(session, aim.to.name, at)
    row = CaseMigration(
        workflow=aim.to.name,
        subject=aim.to.subject,
        from_hash=aim.from_hash,
        to_hash=aim.to.hash,
        states=dict(aim.states),
        counts={},
        begun_at=at,
        begun_by=actor.name,
    )
    return _added(session, row)


def begin_undo(session: Session, migration_id: int, actor: Actor) -> Run:
    """The undoing of a migration: a new one, or the same that was interrupted.

    A migration that was interrupted ends by it. NotFound where there is none of that number.
    """
    undone = _run_of(session, CaseMigration.id == migration_id)
    if undone is None:
        raise NotFound(
            f"There is no migration {migration_id}; see which there are: "
            "redress workflow migrate --list"
        )
    unfinished = _unfinished(session, undone.workflow)
    if unfinished is not None and unfinished.undo_of_id == migration_id:
        return unfinished
    if unfinished is not None and unfinished.id != migration_id:
        raise Refused(_in_the_way(unfinished))
    if unfinished is not None:
        finish(session, unfinished)
    row = CaseMigration(
        workflow=undone.workflow,
        subject=undone.subject,
        states={},
        undo_of_id=undone.id,
        counts={},
        begun_at=clock.now(session),
        begun_by=actor.name,
    )
    return _added(session, row)


def advance(session: Session, run: Run, position: int, counts: Counter[str]) -> Run:
    """Move a run on; Refused where somebody else has moved it meanwhile."""
    total = run.counts + counts
    changed = session.scalar(
        update(CaseMigration)
        .where(CaseMigration.id == run.id, CaseMigration.position == run.position)
        .where(CaseMigration.finished_at.is_(None))
        .values(position=position, counts=dict(total))
        .returning(CaseMigration.id)
        .execution_options(synchronize_session=False)
    )
    if changed is None:
        raise Refused(
            f"Somebody else goes on with migration {run.id} just now; wait until it has ended."
        )
    return _get(session, run.id)


def finish(session: Session, run: Run) -> Run:
    session.execute(
        update(CaseMigration)
        .where(CaseMigration.id == run.id)
        .values(finished_at=clock.now(session))
        .execution_options(synchronize_session=False)
    )
    return _get(session, run.id)


def listed(session: Session, workflow: str | None = None, limit: int = 20) -> list[Run]:
    """The latest migrations, the newest first."""
    found = select(CaseMigration).order_by(CaseMigration.id.desc()).limit(limit)
    if workflow is not None:
        found = found.where(CaseMigration.workflow == workflow)
    return [_run(row) for row in session.scalars(found)]


def _in_the_way(run: Run) -> str:
    if run.undo_of_id is None:
        what = f"Migration {run.id} of {run.workflow}"
        go_on = f"{run.workflow} --to {(run.to_hash or '')[:12]}"
    else:
        what = f"The undoing of migration {run.undo_of_id} of {run.workflow}"
        go_on = f"--undo {run.undo_of_id}"
    return (
        f"{what} was interrupted after {run.moved} cases. Go on with it "
        f"(redress workflow migrate {go_on}) or take it back "
        f"(redress workflow migrate --undo {run.id})."
    )


def _unfinished(session: Session, workflow: str) -> Run | None:
    return _run_of(session, CaseMigration.workflow == workflow, CaseMigration.finished_at.is_(None))


def _added(session: Session, row: CaseMigration) -> Run:
    session.add(row)
    session.flush()
    return _get(session, row.id)


def _get(session: Session, migration_id: int) -> Run:
    run = _run_of(session, CaseMigration.id == migration_id)
    assert run is not None, f"migration {migration_id} was there a moment ago"
    return run


def _run_of(session: Session, *which: ColumnElement[bool]) -> Run | None:
    found = select(CaseMigration).where(*which).execution_options(populate_existing=True)
    row = session.scalar(found)
    return None if row is None else _run(row)


def _run(row: CaseMigration) -> Run:
    return Run(
        id=row.id,
        workflow=row.workflow,
        subject=cast(Subject, row.subject),
        from_hash=row.from_hash,
        to_hash=row.to_hash,
        states=row.states,
        undo_of_id=row.undo_of_id,
        position=row.position,
        counts=Counter(row.counts),
        begun_at=row.begun_at,
        begun_by=row.begun_by,
        finished_at=row.finished_at,
    )
