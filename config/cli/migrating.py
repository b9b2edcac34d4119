"""What `redress workflow migrate` does and says."""

import getpass
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import click
from sqlalchemy.orm import Session

from claims import staff
from claims.migrating import runs
from claims.migrating.deciding import Stayed
from claims.migrating.judging import Stay
from claims.migrating.planning import Plan, PlannedState, plan
from claims.migrating.runs import Run
from claims.migrating.versions import CURRENT, Aim, find_hash, find_version
from claims.people import Actor
from config.bootstrap import Redress
from config.case_migration import Migrated, migrate, undo
from config.cli.workflow_versions import SHORT

SHOWN = 10
"""Cases named under each reason, unless all are asked for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How it is to be done."""

    by: str | None
    """The e-mail address of the member of staff whose doing it is."""
    chunk: int
    yes: bool
    show_all: bool


def migrate_cases(
    redress: Redress,
    which: tuple[str, str, str | None],
    states: Mapping[str, str],
    asked: Asked,
    *,
    dry_run: bool,
) -> None:
    """Show the plan and, once that is confirmed, move; `which` is the workflow, to and from."""
    name, to, only = which
    with redress.sessions() as session:
        from_hash = find_hash(session, redress.rules, name, only) if only else None
        aim = Aim(find_version(session, redress.rules, name, to), from_hash, states)
        actor = _actor(session, asked.by)
        found = plan(session, redress.rules, aim)
    _say_plan(found, is_current=redress.rules.versions.get(aim.to.name) == aim.to.hash)
    if dry_run or not found.moves:
        _say_stayed(found.stayed, asked.show_all)
        click.echo("Nothing was changed." if dry_run else "No case can be moved now.")
        return
    if not asked.yes:
        click.confirm(f"Move {_cases(found.moves)}?", abort=True)
    done = migrate(redress.sessions, redress.rules, aim, actor, asked.chunk)
    _say_done(done, asked.show_all)


def take_back(redress: Redress, migration_id: int, asked: Asked) -> None:
    with redress.sessions() as session:
        actor = _actor(session, asked.by)
    if not asked.yes:
        click.confirm(f"Take migration {migration_id} back?", abort=True)
    done = undo(redress.sessions, redress.rules, migration_id, actor, asked.chunk)
    _say_done(done, asked.show_all)


def list_migrations(redress: Redress, name: str | None) -> None:
    with redress.sessions() as session:
        found = runs.listed(session, name)
    for run in found:
        click.echo(_said(run))
    if not found:
        click.echo("No case was ever migrated.")


def _actor(session: Session, email: str | None) -> Actor:
    if email is None:
        return Actor("person", f"{getpass.getuser()} (command line)")
    member = staff.by_email(session, email)
    roles = frozenset(role.name for role in member.roles)
    return Actor("person", member.name, roles, member.id)


def _said(run: Run) -> str:
    what = f"{run.id}  {run.begun_at:%Y-%m-%d %H:%M} UTC  {run.workflow}  "
    if run.undo_of_id is not None:
        what += f"migration {run.undo_of_id} taken back"
    else:
        what += f"from {(run.from_hash or 'any')[:SHORT]} to {(run.to_hash or '')[:SHORT]}"
        what += "".join(f", {old} as {new}" for old, new in sorted(run.states.items()))
    stayed = run.counts.total() - run.moved
    end = "" if run.finished_at else "  interrupted: the same command goes on"
    return f"{what}  by {run.begun_by}  {run.moved} moved, {stayed} stayed{end}"


def _say_plan(found: Plan, *, is_current: bool) -> None:
    to = found.aim.to
    mark = f", {CURRENT}" if is_current else ""
    of = found.moves + len(found.stayed)
    click.echo(
        f"{to.label} ({to.name}) to {to.hash[:SHORT]}{mark}: "
        f"{found.moves} of {_cases(of, 'open ')} can be moved."
    )
    by_version: defaultdict[str, list[PlannedState]] = defaultdict(list)
    for planned in found.states:
        by_version[planned.hash].append(planned)
    for version, states in by_version.items():
        click.echo(f"from {version[:SHORT]}:")
        for planned in states:
            _say_state(planned)
    if found.due_at_once:
        due = ", ".join(f"{event} {count}" for event, count in found.due_at_once.most_common())
        click.echo(f"Deadlines that fall due at once: {due}.")
    for old, new in found.guessed.items():
        click.echo(f"{old} seems to be called {new} now: --map {old}:{new}")


def _say_state(planned: PlannedState) -> None:
    way = planned.state if planned.to_state in (None, planned.state) else _arrow(planned)
    counts = [f"{planned.moves} move"] if planned.moves else []
    counts += [f"{planned.stays.total()} stay"] if planned.stays else []
    click.echo(f"  {way}: {', '.join(counts)}")
    for stay, count in planned.stays.most_common():
        later = " (later)" if stay.is_later else ""
        click.echo(f"    {count}{later}: {stay.sentence}")


def _arrow(planned: PlannedState) -> str:
    return f"{planned.state} → {planned.to_state}"


def _say_done(done: Migrated, show_all: bool) -> None:
    run = done.run
    went_on = "Went on. In all: " if done.went_on else ""
    stayed = run.counts.total() - run.moved
    verb = "brought back" if run.undo_of_id else "moved"
    click.echo(f"{went_on}{_cases(run.moved)} {verb}, {stayed} stayed (migration {run.id}).")
    _say_stayed(done.stayed, show_all)
    if run.moved:
        click.echo(f"To take it back: redress workflow migrate --undo {run.id}")


def _say_stayed(stayed: Sequence[Stayed], show_all: bool) -> None:
    """Reason by reason, those that end by themselves first."""
    by_reason: defaultdict[Stay, list[Stayed]] = defaultdict(list)
    for each in stayed:
        by_reason[each.why].append(each)
    for why in sorted(by_reason, key=lambda why: not why.is_later):
        cases = by_reason[why]
        click.echo(f"{'Left for later' if why.is_later else 'Stay'}: {why.sentence}")
        shown = cases if show_all else cases[:SHOWN]
        for each in shown:
            click.echo(f"  {each.name} ({each.state}, {each.hash[:SHORT]})")
        if len(cases) > len(shown):
            click.echo(f"  … and {len(cases) - len(shown)} more; --all names them")


def _cases(count: int, kind: str = "") -> str:
    return f"{count} {kind}case{'' if count == 1 else 's'}"
