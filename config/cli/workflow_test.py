"""`redress workflow test`: plays the tests beside the workflows, in memory."""

import os
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import click

from claims.rehearsal.coverage import Coverage, Point
from claims.rehearsal.folder import (
    TESTS,
    NoReclamationWorkflow,
    Run,
    claims_file_of,
    files_of_tests,
    read_all,
    rules_of,
    run,
    workflows_of,
)
from claims.rehearsal.generating import generate
from claims.rehearsal.playing import Played
from claims.rehearsal.reading import standard_given
from claims.rehearsal.trials import TrialFile
from claims.rehearsal.writing import write_trials
from claims.rules import Rules
from config.cli.workflow_files import folder
from config.extensions import extensions_of_environment
from config.settings import PROJECT
from workflows.problems import WorkflowProblems, did_you_mean


@click.command("test")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--coverage", is_flag=True, help="Say what the tests reach, and what they do not.")
@click.option("--generate", "name", metavar="NAME", help="Write tests for what is not reached.")
def test(paths: tuple[Path, ...], coverage: bool, name: str | None) -> None:
    """Play the tests beside the workflows.

    PATHS are files of tests, files of workflows, or folders of workflows; without them all of the
    shop's are played.

    Nothing is kept and nobody is asked: no database, no provider. Exits 0 if all pass, 1 if one
    fails, 2 if a file cannot be read.
    """
    try:
        runs = [_run(place, files) for place, files in _places(paths or (folder(),))]
    except OSError as error:
        _cannot_read(f"{error.filename} cannot be read: {error.strerror}.")
    except WorkflowProblems as error:
        _cannot_read(f"{error}\nSee: redress workflow check")
    except NoReclamationWorkflow as error:
        _cannot_read(str(error))
    failed = sum(played.failed for _, _, played in runs)
    for place, rules, played in runs:
        if coverage:
            _say_coverage(place, workflows_of(place, rules), played)
        if name is not None:
            _generate(place, rules, played, name)
    sys.exit(1 if failed else 0)


def _places(paths: tuple[Path, ...]) -> list[tuple[Path, list[Path] | None]]:
    """Each folder of workflows, with the files of tests that are meant; None: all of them."""
    places: dict[Path, list[Path] | None] = {}
    for path in paths:
        if path.is_dir():
            places[path] = None
            continue
        path.stat()  # an OSError with its name, where there is none
        is_test = path.parent.name == TESTS
        place = path.parent.parent if is_test else path.parent
        meant = places.setdefault(place, [])
        if meant is not None:
            meant += [path] if is_test else _of_workflow(place, path)
    return list(places.items())


def _of_workflow(place: Path, workflow: Path) -> list[Path]:
    """The files of tests that have the name of a workflow's file."""
    pattern = re.compile(re.escape(workflow.stem) + r"(-generated(-\d+)?)?")
    return [file for file in files_of_tests(place) if pattern.fullmatch(file.stem)]


def _run(place: Path, files: list[Path] | None) -> tuple[Path, Rules, Run]:
    begun = time.perf_counter()
    chosen = os.environ.get("CLAIMS_FILE")
    is_of_the_shop = place.resolve() == folder().resolve()
    usual = PROJECT / "config" / "claims.yaml" if is_of_the_shop else claims_file_of(place)
    rules = rules_of(
        place, Path(chosen) if chosen and is_of_the_shop else usual, extensions_of_environment()
    )
    trials = read_all(files_of_tests(place) if files is None else files, rules)
    played = run(rules, trials, workflows_of(place, rules) if files is None else ())
    for file, results in played.played:
        click.echo(click.style(f"{file.workflow} ({file.file})", bold=True))
        for each in results:
            _say(file, each)
    seconds = time.perf_counter() - begun
    failed = f", {played.failed} failed" if played.failed else ""
    click.echo(f"{played.count} test{'' if played.count == 1 else 's'}{failed} in {seconds:.1f} s.")
    return place, rules, played


def _say(file: TrialFile, played: Played) -> None:
    if not played.wrong:
        click.echo(f"  {click.style('ok', fg='green')}    {played.trial.name}")
        return
    click.echo(f"  {click.style('FAIL', fg='red', bold=True)}  {played.trial.name}")
    for place, sentence in played.wrong:
        click.echo(f"        {file.file}:{place.line}:{place.column} {sentence}")
    click.echo("        What happened:")
    for each in played.story:
        case = f"item {each.case}" if each.case else "reclamation"
        click.echo(f"          {each.at:%Y-%m-%d %H:%M}  {case:<11}  {each.words}")


def _say_coverage(place: Path, files: Mapping[str, Path], played: Run) -> None:
    click.echo(f"\nWhat the tests reach in {place}:")
    widest = max(map(len, played.coverage), default=0)
    for name, coverage in played.coverage.items():
        counts = ", ".join(_count(coverage, kind) for kind in ("line", "condition", "deadline"))
        outcomes = _count(coverage, "outcome")
        click.echo(f"  {name:<{widest}}  {coverage.percent:5.1f} %   {counts}, {outcomes}")
    for name, coverage in played.coverage.items():
        for point in (*coverage.missing, *coverage.never):
            click.echo(f"  {_where(files.get(name, place), point)} {point.kind}: {point.words}")


def _count(coverage: Coverage, kind: str) -> str:
    points = [point for point in coverage.points if point.kind == kind]
    reached = sum(1 for point in points if coverage.reached[point])
    return f"{reached}/{len(points)} {kind}s"


def _where(file: Path, point: Point) -> str:
    return f"{point.place.file or file}:{point.place.line}:{point.place.column}"


def _generate(place: Path, rules: Rules, played: Run, name: str) -> None:
    if name not in played.coverage:
        suggestion = did_you_mean(name, played.coverage) or ""
        raise click.ClickException(f"There is no workflow {name}. {suggestion}".strip())
    coverage = played.coverage[name]
    trials = generate(rules, coverage)
    if not trials:
        click.echo(f"Nothing to write: {coverage.percent} % is reached, and no way to more found.")
        return
    standard = standard_given(rules.definitions[name], rules)
    output = _free_name(place / TESTS, name)
    output.parent.mkdir(exist_ok=True)
    output.write_text(write_trials(name, trials, standard), encoding="utf-8")
    click.echo(
        f"{len(trials)} tests written to {output}; {coverage.percent} % is reached with them."
    )


def _free_name(tests: Path, name: str) -> Path:
    """The first that is not taken: what somebody wrote is never written over."""
    names = [f"{name}.yaml", f"{name}-generated.yaml"]
    names += [f"{name}-generated-{number}.yaml" for number in range(2, 1000)]
    return next(path for path in (tests / each for each in names) if not path.exists())


def _cannot_read(sentence: str) -> None:
    click.echo(sentence, err=True)
    sys.exit(2)
