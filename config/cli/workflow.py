"""`redress workflow`: what the shop's workflow files say, and what is wrong with them.

Needs no settings and no database: only the files.
"""

import click

from claims.explained import CLAIMS_RULES
from config.cli.workflow_check import check
from config.cli.workflow_draw import draw
from config.cli.workflow_files import all_of_the_folder, named
from config.cli.workflow_migrate import migrate
from config.cli.workflow_new import new
from config.cli.workflow_prove import prove
from config.cli.workflow_reload import reload_
from config.cli.workflow_test import test
from config.cli.workflow_try import try_
from config.cli.workflow_versions import diff, versions
from config.extensions import catalogue_of_environment
from workflows.definition import Definition, Event, Transition
from workflows.drawing import clock_words
from workflows.problems import nearest
from workflows.rules import RULES
from workflows.schema import write_schema

_MOST_LINES = 8


@click.group()
def workflow() -> None:
    """List, check, explain, show and draw the workflows of the shop."""


workflow.add_command(check)
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
@click.argument("name", metavar="[RULE]", required=False)
def explain(name: str | None) -> None:
    """What a rule of the checker wants, with a bad and a good example; without RULE a list."""
    rules = {**CLAIMS_RULES, **RULES}
    if name is None:
        widest = max(map(len, rules))
        for rule in rules.values():
            click.echo(f"{rule.name:<{widest}}  {rule.about}")
        return
    if name not in rules:
        suggestion = nearest(name, rules)
        raise click.ClickException(
            f"There is no rule {name}. "
            + (f"Did you mean {suggestion}?" if suggestion else "See: redress workflow explain")
        )
    click.echo(f"{name}: {rules[name].about}")
    for title, example in (("Bad", rules[name].bad), ("Good", rules[name].good)):
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


def _cut(example: str) -> str:
    """The first lines of an example; what is not Unicode in it is shown as an escape."""
    lines = example.encode(errors="surrogateescape").decode(errors="backslashreplace").splitlines()
    more = len(lines) - _MOST_LINES
    shown = [f"    {line}" for line in lines[:_MOST_LINES]]
    return "\n".join([*shown, f"    … and {more} more lines"] if more > 0 else shown)


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
