"""What the papers tell people to type is there, and the packages are those of this folder."""

import importlib
import re
from pathlib import Path

import click
import pytest

from config.cli import main

PROJECT = Path(__file__).parents[2]
PAPERS = [PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]


def commands_in(paper: Path) -> set[str]:
    text = paper.read_text(encoding="utf-8")
    in_line = re.findall(r"`(?:[A-Z_]+=\S+ )*(?:\.venv/bin/)?redress ([a-z][^`|]*)`", text)
    blocks = "\n".join(re.findall(r"^```(?:sh|console|bash)?\n(.*?)^```", text, re.M | re.S))
    return {*in_line, *re.findall(r"^(?:\$ )?(?:\.venv/bin/)?redress ([a-z].*)$", blocks, re.M)}


def targets_in(paper: Path) -> set[str]:
    return set(re.findall(r"`(?:[A-Z_]+=\S+ )*make ([a-z]+)", paper.read_text(encoding="utf-8")))


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_every_command_of_a_paper_exists(paper: Path) -> None:
    unknown = [words for words in commands_in(paper) if not is_command(words.split())]

    assert unknown == []


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_every_target_of_a_paper_exists(paper: Path) -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")

    assert targets_in(paper) <= set(re.findall(r"^([a-z]+):", makefile, re.M))


@pytest.mark.parametrize("name", ["bench", "claims", "config", "tasks", "web", "workflows"])
def test_each_package_is_the_one_of_this_folder(name: str) -> None:
    package = importlib.import_module(name)

    assert Path(str(package.__file__)).parent == PROJECT / name


def is_command(words: list[str]) -> bool:
    command: click.Command = main
    context = click.Context(main)
    while isinstance(command, click.Group):
        if not words or not re.fullmatch(r"[a-z][a-z-]*", words[0]):
            return True
        found = command.get_command(context, words.pop(0))
        if found is None:
            return False
        command = found
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    return all(word in known for word in words if word.startswith("--"))
