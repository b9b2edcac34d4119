"""`redress workflow draw`: a workflow as SVG, Mermaid or DOT, alone or with its cases.

Without --live and --case only the files are needed, no settings and no database.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import click
from sqlalchemy.orm import Session

from claims.queries.standings import standings
from claims.queries.ways import CaseName, Way, case_named, way_of
from config.bootstrap import Redress, build
from config.cli.workflow_files import named_or_file
from config.settings import load
from workflows.definition import Definition
from workflows.drawing import Marks, Standing, Step, UnknownState, draw_dot, draw_mermaid, draw_svg
from workflows.spoken import in_language, languages_of

KINDS = ["svg", "mermaid", "dot"]


@click.command()
@click.argument("name", metavar="[NAME|FILE]", required=False)
@click.option("--format", "kind", type=click.Choice(KINDS), default="svg", show_default=True)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file."
)
@click.option("--state", help="Mark this state as the present one.")
@click.option("--language", help="Take the labels of another language, such as de.")
@click.option("--live", is_flag=True, help="Count the open cases in each state, and their ages.")
@click.option("--case", help="Mark the way of a case: R-000017, or R-000017/2 for its item 2.")
@click.option("--item", type=click.IntRange(min=1), help="With --case: which of its items.")
def draw(
    name: str | None,
    kind: str,
    output: Path | None,
    state: str | None,
    language: str | None,
    live: bool,
    case: str | None,
    item: int | None,
) -> None:
    """Draw a workflow of the shop, one in a file, or the one that a case goes through.

    States have the colour of who is waited for; heavy lines are the usual way, dashed ones the
    clock. A case is drawn on the version it is pinned to, with the dates of its moves.
    """
    if name is None and case is None:
        raise click.UsageError("Name a workflow or a file, or a case with --case.")
    if item is not None and case is None:
        raise click.UsageError("--item says which item of a case; name the case with --case.")
    if case is not None:
        definition, marks = _of_case(name, case_named(case, item), live)
    else:
        definition = named_or_file(name or "")
        marks = Marks(standings=_standings(definition) if live else {})
    if language is not None:
        definition = _in(language, definition)
    _put(_drawn(definition, replace(marks, state=state or marks.state), kind), output)


def _in(language: str, definition: Definition) -> Definition:
    spoken = languages_of(definition)
    if language.partition("-")[0] not in {each.partition("-")[0] for each in spoken}:
        raise click.ClickException(
            f"{definition.name} has no labels in {language}; it has {', '.join(spoken)}."
        )
    return in_language(definition, language)


def _of_case(name: str | None, case: CaseName, live: bool) -> tuple[Definition, Marks]:
    with _database() as (redress, session):
        way = way_of(session, case)
        if name not in {None, way.workflow}:
            raise click.ClickException(
                f"{way.case} goes through {way.workflow}, not {name}; leave the name out."
            )
        definition = redress.rules.definition(session, way.workflow_hash)
        standing = standings(session, way.workflow) if live else {}
    return definition, Marks(way.state, _steps(way), standing)


def _steps(way: Way) -> list[Step]:
    """Dates in UTC: a file is looked at in many places."""
    return [
        Step(move.source, move.target, move.event, f"{move.at.astimezone(UTC):%Y-%m-%d %H:%M}")
        for move in way.moves
    ]


def _standings(definition: Definition) -> dict[str, Standing]:
    with _database() as (_, session):
        return dict(standings(session, definition.name))


@contextmanager
def _database() -> Iterator[tuple[Redress, Session]]:
    redress = build(load())
    try:
        with redress.sessions() as session:
            yield redress, session
    finally:
        redress.engine.dispose()


def _drawn(definition: Definition, marks: Marks, kind: str) -> str:
    try:
        match kind:
            case "mermaid":
                return draw_mermaid(definition, marks=marks)
            case "dot":
                return draw_dot(definition, marks)
            case _:
                return draw_svg(definition, marks=marks, for_page=False)
    except UnknownState as error:
        raise click.ClickException(str(error)) from None


def _put(drawn: str, output: Path | None) -> None:
    if output is None:
        click.echo(drawn, nl=False)
        return
    try:
        output.write_text(drawn, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}.") from None
    click.echo(f"Drawn to {output}.")
