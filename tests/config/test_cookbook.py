"""The examples of docs/cookbook.md are sound, do what they promise, and stand in it."""

import re

import pytest
from click.testing import CliRunner

from claims.catalogue import CATALOGUE
from config.cli.workflow import workflow
from config.cli.workflow_new import EXAMPLES
from config.settings import PROJECT
from workflows.reading import files_of, read_folder

TEXT = (PROJECT / "docs" / "cookbook.md").read_text(encoding="utf-8")
NAMES = [file.stem for file in files_of(EXAMPLES)]
SHOWN = re.findall(r"^```yaml of=(\S+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def test_they_are_sound_together() -> None:
    result = CliRunner().invoke(workflow, ["check", str(EXAMPLES)])

    assert (result.exit_code, result.output) == (0, f"{len(NAMES)} workflows: sound.\n")


def test_they_do_what_their_tests_say() -> None:
    result = CliRunner().invoke(workflow, ["test", str(EXAMPLES)])

    assert (result.exit_code, "FAIL" in result.output) == (0, False), result.output
    tested = {file.stem for file in files_of(EXAMPLES / "tests")}
    assert tested == {*NAMES, "claims"}


def test_each_is_told_in_the_cookbook() -> None:
    told = {name for name, _ in SHOWN}

    assert told == {*NAMES} - {"item-first"}
    assert len(re.findall(r"^## \d+\. ", TEXT, re.MULTILINE)) == len(SHOWN)
    assert TEXT.count("\n**Change:**") == len(SHOWN)


@pytest.mark.parametrize(("name", "lines"), SHOWN, ids=[name for name, _ in SHOWN])
def test_what_is_shown_stands_in_the_file(name: str, lines: str) -> None:
    text = (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8").splitlines()

    assert [line for line in lines.splitlines() if line not in text] == []


def test_they_use_what_the_language_has() -> None:
    """A reader finds an example of each kind of sender, clock and input."""
    definitions = read_folder(EXAMPLES, CATALOGUE).values()
    events = [event for each in definitions for event in each.events.values()]

    assert {event.sent_by for event in events if event.sent_by} == {"items", "reclamation"}
    assert any(event.on_enter for event in events)
    assert any(event.on_change for event in events)
    assert any(event.at for event in events)
    assert any(event.pauses_for for event in events)
    assert any(event.second_person for event in events)
    inputs = {field.type for event in events for field in event.input}
    assert inputs >= {"integer", "money", "choice", "text", "date", "file"}
    used = {use.run for each in definitions for use in each.effects.values()}
    assert used == {*CATALOGUE.effects} - {"parts.order"}
