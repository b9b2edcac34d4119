"""The shop's workflow files as commands find them: the folder, all of it, one by name or path."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from config.extensions import catalogue_of_environment
from config.settings import PROJECT
from workflows.definition import Definition
from workflows.problems import WorkflowProblems, did_you_mean
from workflows.reading import read_files, read_folder


def folder() -> Path:
    """WORKFLOWS_DIR, else the folder of the project."""
    return Path(os.environ.get("WORKFLOWS_DIR") or PROJECT / "config" / "workflows")


def all_of_the_folder() -> dict[str, Definition]:
    """Every workflow of the shop by its name; a sentence where the folder is not sound."""
    with _told():
        return read_folder(folder(), catalogue_of_environment())


def named(name: str) -> Definition:
    """A workflow of the shop; a sentence, with the nearest name, where there is none."""
    definitions = all_of_the_folder()
    if name not in definitions:
        suggestion = did_you_mean(name, definitions) or ""
        raise click.ClickException(f"There is no workflow {name}. {suggestion}".strip())
    return definitions[name]


def named_or_file(name: str) -> Definition:
    """A workflow of the shop by its name, or the one in a file by its path."""
    if not name.endswith((".yaml", ".yml")) and os.sep not in name:
        return named(name)
    with _told():
        definitions = read_files([Path(name)], catalogue_of_environment())
    return next(iter(definitions.values()))


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except WorkflowProblems as error:
        raise click.ClickException(f"{error}\nSee: redress workflow check") from None
    except OSError as error:
        raise click.ClickException(f"{error.filename} cannot be read: {error.strerror}.") from None
