"""docs/tutorial.md is run as it is written: files are made, commands typed, answers compared.

Blocks say what is done with them: `file=` is written, `add=` goes to the end of the tables of the
same names, `first=` to their beginning, `whole=` is what the file must be by then. In `console`
stand commands behind `$`, what is typed behind `NAME>`, and the lines that are answered, in order.
"""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from config.cli.workflow import workflow
from config.settings import PROJECT

TEXT = (PROJECT / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(yaml \w+=\S+|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TYPED = re.compile(r"^\w+> (.+)$", re.MULTILINE)
VARIES = re.compile(r"\d+\.\d+(?= s\b)|\d+(?= tests? )")
"""Seconds, and how many tests are found to be worth writing."""
TABLE = re.compile(r"^(\w[\w-]*):\n((?:[ ].*\n|\n)*)", re.MULTILINE)


@dataclass(frozen=True)
class Typed:
    command: str
    answer: str
    status: int


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as the repository is before the tutorial, to stand in."""
    shutil.copytree(PROJECT / "config" / "workflows", tmp_path / "config" / "workflows")
    shutil.copy(PROJECT / "config" / "claims.yaml", tmp_path / "config")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKFLOWS_DIR", "config/workflows")
    monkeypatch.setenv("CLAIMS_FILE", "config/claims.yaml")
    return tmp_path


def test_every_step_does_what_the_tutorial_says(shop: Path) -> None:
    answers = []
    for what, body in BLOCK.findall(TEXT):
        if what == "console":
            answers += list(_typed(body))
        else:
            kind, _, name = what.removeprefix("yaml ").partition("=")
            _edited(shop / name, kind, body)

    assert [each.status for each in answers if each.command.startswith("redress workflow check")] \
        == [1, 0, 0, 1, 0, 0]  # fmt: skip
    assert (shop / "item-scratched.svg").read_text(encoding="utf-8").startswith("<svg")
    assert len(answers) > 10


def test_what_it_links_to_is_there() -> None:
    links = re.findall(r"\]\(([\w./-]+\.md)[#)]", TEXT)

    assert {link for link in links if not (PROJECT / "docs" / link).is_file()} == set()


def _edited(file: Path, kind: str, body: str) -> None:
    if kind == "file":
        file.write_text(body, encoding="utf-8")
    elif kind == "whole":
        assert body == file.read_text(encoding="utf-8")
    else:
        text = file.read_text(encoding="utf-8")
        for name, lines in TABLE.findall(body):
            text = _with(text, name, lines.strip("\n") + "\n", at_end=kind == "add")
        file.write_text(text, encoding="utf-8")


def _with(text: str, name: str, lines: str, *, at_end: bool) -> str:
    """The text with lines added to one of its tables, as one would in an editor."""
    for table in TABLE.finditer(text):
        if table[1] == name:
            at = table.start(2) + (len(table[2].rstrip("\n")) + 1 if at_end else 0)
            return text[:at] + lines + text[at:]
    raise AssertionError(f"There is no table {name} to add to.")


def _typed(body: str) -> Iterator[Typed]:
    for told in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, _, expected = told.partition("\n")
        typed = _run(command, "".join(f"{line}\n" for line in TYPED.findall(expected)))
        rest = iter(VARIES.sub("…", typed.answer).splitlines())
        for line in VARIES.sub("…", expected).splitlines():
            assert line in rest, f"$ {command}\ndoes not answer\n{line}\nbut\n{typed.answer}"
        yield typed


def _run(command: str, stdin: str) -> Typed:
    words = shlex.split(command)
    if words[:2] != ["redress", "workflow"]:
        done = subprocess.run(words, capture_output=True, text=True, timeout=10, check=True)
        return Typed(command, done.stdout, done.returncode)
    result = CliRunner().invoke(workflow, words[2:], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return Typed(command, result.output, result.exit_code)
