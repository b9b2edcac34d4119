"""`redress workflow check`: what is wrong with the shop's workflow files, and where.

Needs no settings and no database, unless it is asked for the staff or for pinned versions.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import click
from sqlalchemy.orm import Session

from claims.proving import prove_shop
from claims.reading_choices import read_choices_file
from config.cli.workflow_files import folder
from config.extensions import catalogue_of_environment
from config.payment_providers import set_up_in_environment, shortest_window
from config.settings import PROJECT
from workflows.catalogue import Catalogue
from workflows.definition import Definition
from workflows.problems import Problem, WorkflowProblems
from workflows.product.proving import problems_of
from workflows.proofs_people import Holders, prove_staff
from workflows.proofs_pinned import PinnedVersion, prove_pinned
from workflows.reading import files_of, read_with_files
from workflows.reading_events import SPAN
from workflows.reports import as_json, as_sarif
from workflows.rules import is_warning

_WIDEST = 120
_Found = dict[str, tuple[Definition, str]]


class _Span(click.ParamType[timedelta]):
    name = "span"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        if isinstance(value, timedelta):
            return value
        match = SPAN.fullmatch(str(value))
        if match is None or match[2].startswith("business"):
            self.fail(f"{value} is no span; write for instance '180 days'.", param, ctx)
        return timedelta(**{f"{match[2]}s": int(match[1])})


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "kind",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    show_default=True,
)
@click.option(
    "--refund-window",
    type=_Span(),
    help="How long the payment provider pays back, such as '180 days'; no wait before a refund "
    "may be longer.  [default: the shortest that the providers set up here declare]",
)
@click.option("--staff", is_flag=True, help="Ask the database who holds which role, too.")
@click.option(
    "--pinned", is_flag=True, help="Ask the database for the versions of open cases, too."
)
def check(
    paths: tuple[Path, ...],
    kind: str,
    refund_window: timedelta | None,
    staff: bool,
    pinned: bool,
) -> None:
    """Prove files or folders sound; without PATHS the shop's workflows and its claims.yaml.

    Exits 0 if all is sound or there are only warnings, 1 if something is wrong, 2 if a file
    cannot be read.
    """
    catalogue = catalogue_of_environment()
    window = refund_window or shortest_window(set_up_in_environment(os.environ))
    if window is not None:
        catalogue = replace(catalogue, refund_window=window)
    try:
        files = [
            file
            for path in paths or (folder(),)
            for file in (files_of(path) if path.is_dir() else [path])
        ]
        problems, found = _problems(files, catalogue, has_choices=not paths)
    except OSError as error:
        click.echo(f"{error.filename} cannot be read: {error.strerror}.", err=True)
        sys.exit(2)
    if not files:
        click.echo("There is no workflow file here; they end in .yaml.", err=True)
        sys.exit(2)
    if staff or pinned:
        problems += _asked_of_database(found, catalogue, staff=staff, pinned=pinned)
    match kind:
        case "json":
            click.echo(as_json(problems), nl=False)
        case "sarif":
            click.echo(as_sarif(problems, Path.cwd()), nl=False)
        case _:
            _say(problems, len(files))
    sys.exit(1 if any(not is_warning(problem) for problem in problems) else 0)


def _problems(
    files: list[Path], catalogue: Catalogue, has_choices: bool
) -> tuple[list[Problem], _Found]:
    """What is wrong with the files, and the workflows in them if nothing is."""
    try:
        found = read_with_files(files, catalogue)
        choices = None
        if has_choices:
            claims_file = os.environ.get("CLAIMS_FILE") or PROJECT / "config" / "claims.yaml"
            definitions = {name: definition for name, (definition, _) in found.items()}
            choices = read_choices_file(Path(claims_file), definitions)
    except WorkflowProblems as error:
        return list(error.problems), {}
    return problems_of(prove_shop(found, catalogue, choices)), found


def _asked_of_database(
    found: _Found, catalogue: Catalogue, *, staff: bool, pinned: bool
) -> list[Problem]:
    from claims.queries.workflows import kept_texts, versions_in_use

    problems: list[Problem] = []
    with _session() as session:
        if staff:
            holders = _holders(session)
            takes_two = [name for name, each in catalogue.commands.items() if each.takes_two]
            problems += prove_staff(list(found.values()), holders, catalogue.no_person, takes_two)
        if pinned:
            uses = [use for use in versions_in_use(session) if use.open_cases]
            texts = kept_texts(session, [use.hash for use in uses])
            versions = [
                PinnedVersion(use.name, use.hash, texts[use.hash], use.open_cases) for use in uses
            ]
            problems += prove_pinned(versions, catalogue)
    return problems


def _holders(session: Session) -> Holders:
    """Role to the names of the active members of staff who hold it."""
    from claims.staff import everyone

    holders: dict[str, list[str]] = {}
    for member in everyone(session):
        for role in member.roles if member.active else ():
            holders.setdefault(role.name, []).append(f"{member.name} ({member.email})")
    return holders


@contextmanager
def _session() -> Iterator[Session]:
    from config.bootstrap import build
    from config.settings import load

    redress = build(load())
    try:
        with redress.sessions() as session:
            yield session
    finally:
        redress.engine.dispose()


def _say(problems: list[Problem], count: int) -> None:
    for problem in problems:
        click.echo(f"{problem}{' (warning)' if is_warning(problem) else ''}")
        click.echo("".join(f"    {line}\n" for line in _excerpt(problem)), nl=False)
    warnings = sum(1 for problem in problems if is_warning(problem))
    wrong = len(problems) - warnings
    if wrong:
        click.echo(f"{wrong} problem{'s' if wrong > 1 else ''}.")
    else:
        click.echo(f"{count} workflow{'' if count == 1 else 's'}: sound.")
    if warnings:
        click.echo(f"{warnings} warning{'s' if warnings > 1 else ''}.")


def _excerpt(problem: Problem) -> list[str]:
    """The line of the file with a caret under the place, as much of it as fits."""
    if not Path(problem.file).is_file():
        return []
    lines = Path(problem.file).read_bytes().decode(errors="replace").split("\n")
    if problem.line > len(lines):
        return []
    line = "".join(c if c.isprintable() else " " for c in lines[problem.line - 1])
    start = max(0, problem.column - 1 - _WIDEST * 2 // 3)
    return [line[start : start + _WIDEST], " " * (problem.column - 1 - start) + "^"]
