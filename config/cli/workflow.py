"""`redress workflow`: what the shop's workflow files say, and what is wrong with them.

Needs no settings and no database: only the files.
"""

import os
import sys
from pathlib import Path

import click

from claims.proving import prove_shop
from claims.reading_choices import read_choices_file
from config.cli.workflow_draw import draw
from config.cli.workflow_files import all_of_the_folder, folder, named
from config.cli.workflow_migrate import migrate
from config.cli.workflow_new import new
from config.cli.workflow_prove import prove
from config.cli.workflow_reload import reload_
from config.cli.workflow_test import test
from config.cli.workflow_try import try_
from config.cli.workflow_versions import diff, versions
from config.extensions import catalogue_of_environment
from config.settings import PROJECT
from workflows.definition import Definition, Event, Transition
from workflows.drawing import clock_words
from workflows.problems import Problem, WorkflowProblems, nearest
from workflows.product.proving import problems_of
from workflows.reading import files_of, read_with_files
from workflows.reports import as_json, as_sarif
from workflows.rules import RULES
from workflows.schema import write_schema

_WIDEST = 120
_MOST_LINES = 8


@click.group()
def workflow() -> None:
    """List, check, explain, show and draw the workflows of the shop."""


workflow.add_command(reload_)
workflow.add_command(new)
workflow.add_command(prove)
workflow.add_command(test)
workflow.add_command(try_)
workflow.add_command(versions)
workflow.add_command(diff)
workflow.add_command(migrate)


@workflow.command("list")
def list_() -> None:
    """Every workflow with its version."""
    definitions = all_of_the_folder()
    widest = max(map(len, definitions), default=0)
    for name, definition in definitions.items():
        click.echo(
            f"{name:<{widest}}  {definition.subject:<11}  {definition.hash[:12]}  "
            f"{definition.label}"
        )


@workflow.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "kind",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    show_default=True,
)
def check(paths: tuple[Path, ...], kind: str) -> None:
    """Prove files or folders sound; without PATHS the shop's workflows and its claims.yaml.

    Exits 0 if all is sound, 1 if something is wrong, 2 if a file cannot be read.
    """
    try:
        problems, count = _problems(paths)
    except OSError as error:
        click.echo(f"{error.filename} cannot be read: {error.strerror}.", err=True)
        sys.exit(2)
    if count == 0:
        click.echo("There is no workflow file here; they end in .yaml.", err=True)
        sys.exit(2)
    match kind:
        case "json":
            click.echo(as_json(problems), nl=False)
        case "sarif":
            click.echo(as_sarif(problems, Path.cwd()), nl=False)
        case _:
            _say_problems(problems, count)
    sys.exit(1 if problems else 0)


@workflow.command()
@click.argument("name", metavar="[RULE]", required=False)
def explain(name: str | None) -> None:
    """What a rule of the checker wants, with a bad and a good example; without RULE a list."""
    if name is None:
        widest = max(map(len, RULES))
        for rule in RULES.values():
            click.echo(f"{rule.name:<{widest}}  {rule.about}")
        return
    if name not in RULES:
        suggestion = nearest(name, RULES)
        raise click.ClickException(
            f"There is no rule {name}. "
            + (f"Did you mean {suggestion}?" if suggestion else "See: redress workflow explain")
        )
    click.echo(f"{name}: {RULES[name].about}")
    for title, example in (("Bad", RULES[name].bad), ("Good", RULES[name].good)):
        click.echo(f"\n{title}:\n{_cut(example)}")


@workflow.command()
@click.argument("name")
def show(name: str) -> None:
    """What can happen in each state of a workflow, in plain words."""
    definition = named(name)
    article = "an" if definition.subject == "item" else "a"
    click.echo(f"{definition.label} ({definition.name}), for {article} {definition.subject}")
    click.echo(f"Version {definition.hash}")
    for state in definition.states.values():
        notes = [f"ends {state.final}"] if state.final else []
        notes += [f"waits for {state.waits_for}"] if state.waits_for else []
        notes += ["begins here"] if state.name == definition.initial else []
        click.echo(f"\n{state.label} ({state.name}){': ' if notes else ''}{', '.join(notes)}")
        for line in definition.lines_from[state.name]:
            click.echo(f"  {_say_line(definition, line)}")


workflow.add_command(draw)


@workflow.command()
def schema() -> None:
    """The JSON Schema of workflow files, for editors (config/workflow.schema.json)."""
    click.echo(write_schema(catalogue_of_environment()), nl=False)


def _problems(paths: tuple[Path, ...]) -> tuple[list[Problem], int]:
    """What is wrong with the files, and how many there are."""
    files = [
        file
        for path in paths or (folder(),)
        for file in (files_of(path) if path.is_dir() else [path])
    ]
    try:
        found = read_with_files(files, catalogue_of_environment())
        choices = None
        if not paths:
            claims_file = os.environ.get("CLAIMS_FILE") or PROJECT / "config" / "claims.yaml"
            definitions = {name: definition for name, (definition, _) in found.items()}
            choices = read_choices_file(Path(claims_file), definitions)
    except WorkflowProblems as error:
        return list(error.problems), len(files)
    return problems_of(prove_shop(found, catalogue_of_environment(), choices)), len(files)


def _say_problems(problems: list[Problem], count: int) -> None:
    for problem in problems:
        click.echo(str(problem))
        click.echo("".join(f"    {line}\n" for line in _excerpt(problem)), nl=False)
    if problems:
        click.echo(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}.")
    else:
        click.echo(f"{count} workflow{'' if count == 1 else 's'}: sound.")


def _cut(example: str) -> str:
    """The first lines of an example; what is not Unicode in it is shown as an escape."""
    lines = example.encode(errors="surrogateescape").decode(errors="backslashreplace").splitlines()
    more = len(lines) - _MOST_LINES
    shown = [f"    {line}" for line in lines[:_MOST_LINES]]
    return "\n".join([*shown, f"    … and {more} more lines"] if more > 0 else shown)


def _excerpt(problem: Problem) -> list[str]:
    """The line of the file with a caret under the place, as much of it as fits."""
    lines = Path(problem.file).read_bytes().decode(errors="replace").split("\n")
    if problem.line > len(lines):
        return []
    line = "".join(c if c.isprintable() else " " for c in lines[problem.line - 1])
    start = max(0, problem.column - 1 - _WIDEST * 2 // 3)
    return [line[start : start + _WIDEST], " " * (problem.column - 1 - start) + "^"]


def _say_line(definition: Definition, line: Transition) -> str:
    event = definition.events[line.event]
    said = [f"{event.label} ({_sender(event)}) → {definition.states[line.target].label}"]
    if line.when:
        said.append(f"if {' '.join(line.when.split())}")
    said += [f"do {name}" for name in line.do]
    said += [f"{definition.effects[name].run} ({name})" for name in line.effects]
    said += [f"tells the items {line.send_items}"] if line.send_items else []
    said += [f"tells the reclamation {line.send_reclamation}"] if line.send_reclamation else []
    return ", ".join(said)


def _sender(event: Event) -> str:
    if event.by:
        return ", ".join(sorted(event.by)) + (", a second person" if event.second_person else "")
    if event.by_clock:
        return clock_words(event)
    if event.on_enter:
        return "at once"
    if event.on_change:
        return "when facts change"
    return f"from its {event.sent_by}" if event.sent_by else "an outcome"
