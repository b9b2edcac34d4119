"""`redress workflow versions` and `diff`: which versions there are, and how they differ."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy.orm import Session

from config.cli.workflow_files import named, named_or_file
from workflows.definition import Definition
from workflows.differences import About, Difference, compare

SHORT = 12
"""Characters of a hash that people are shown; any four that are unique are enough to say it."""
TITLES: dict[About, str] = {
    "workflow": "The workflow",
    "state": "States",
    "event": "Events",
    "deadline": "Deadlines",
    "input": "Forms",
    "effect": "Effects",
    "line": "Lines",
}


@click.command()
@click.argument("name")
def versions(name: str) -> None:
    """Every version of a workflow: since when, and how many open cases stand in which state."""
    from claims.queries.workflows import VersionUse, versions_in_use

    with _database() as (session, folder):
        current = folder.get(name)
        uses = list(versions_in_use(session, name))
    if current is None and not uses:
        named(name)  # says which name was meant
    if current is not None:
        click.echo(f"{current.label} ({name}), for {_article(current)} {current.subject}")
        if current.hash not in {use.hash for use in uses}:
            click.echo(f"{current.hash[:SHORT]}  current, no case has begun with it yet")

    def said(use: VersionUse) -> str:
        states = ", ".join(f"{state} {count}" for state, count in use.states.most_common())
        marks = "  current" if current is not None and use.hash == current.hash else ""
        since = f"since {use.first_used_at:%Y-%m-%d %H:%M} UTC"
        is_open = f"{use.open_cases} open: {states}" if use.open_cases else "no open case"
        return f"{use.hash[:SHORT]}  {since}{marks}  {is_open}"

    for use in uses:
        click.echo(said(use))
    if current is None:
        click.echo(f"The folder has no {name} any more; no case begins with it.")


@click.command()
@click.argument("old")
@click.argument("new")
def diff(old: str, new: str) -> None:
    """What differs between two versions, in words.

    OLD and NEW are each a file, a NAME (as the folder has it now), or NAME@HASH: a version that
    cases are or were pinned to, by the first characters of its hash.
    """
    before, after = _version(old), _version(new)
    found = compare(before, after)
    if not found:
        click.echo("Nothing differs but how it is written.")
    for about, title in TITLES.items():
        _say(title, [each for each in found if each.about == about])


def _say(title: str, found: list[Difference]) -> None:
    if found:
        click.echo(f"{title}:")
    for each in found:
        click.echo(f"  {each.sentence}")


def _version(wanted: str) -> Definition:
    name, at, version = wanted.partition("@")
    if not at or Path(wanted).exists():
        return named_or_file(wanted)
    from claims.migrating.versions import find_version
    from config.bootstrap import build
    from config.settings import load

    redress = build(load())
    try:
        with redress.sessions() as session:
            return find_version(session, redress.rules, name, version)
    finally:
        redress.engine.dispose()


@contextmanager
def _database() -> Iterator[tuple[Session, dict[str, Definition]]]:
    """A session, and the workflows as the folder has them now."""
    from config.bootstrap import build
    from config.settings import load

    redress = build(load())
    try:
        with redress.sessions() as session:
            yield session, dict(redress.rules.definitions)
    finally:
        redress.engine.dispose()


def _article(definition: Definition) -> str:
    return "an" if definition.subject == "item" else "a"
