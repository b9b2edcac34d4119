"""docs/workflows.md says what is so: its examples load, and it names all that there is."""

import re
from functools import cache

import pytest

from claims.catalogue import CATALOGUE
from claims.reading_choices import read_choices
from config.settings import PROJECT
from workflows.definition import Definition
from workflows.draft import Draft
from workflows.problems import Findings
from workflows.reading import problems_in, read_folder
from workflows.reading_events import read_events
from workflows.reading_lines import read_effects
from workflows.source import Mapping, read_source

TEXT = (PROJECT / "docs" / "workflows.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml(?: (\w+))?\n(.*?)```", TEXT, re.DOTALL)


@cache
def definitions() -> dict[str, Definition]:
    return read_folder(PROJECT / "config" / "workflows", CATALOGUE)


def test_there_is_an_example_of_each_kind() -> None:
    assert {kind for kind, _ in BLOCKS} == {"workflow", "events", "effects", "claims"}


@pytest.mark.parametrize("text", [text for kind, text in BLOCKS if kind == "workflow"])
def test_the_workflows_of_the_reference_are_sound(text: str) -> None:
    assert [str(problem) for problem in problems_in(text, "workflows.md", CATALOGUE)] == []


@pytest.mark.parametrize(
    ("kind", "text"), [block for block in BLOCKS if block[0] in {"events", "effects"}]
)
def test_the_fragments_of_the_reference_read_well(kind: str, text: str) -> None:
    findings = Findings("workflows.md")
    root = read_source(text, findings)
    assert isinstance(root, Mapping)
    draft = Draft(text, findings, CATALOGUE)

    if kind == "events":
        read_events(draft, root.entries["events"][1])
    else:
        read_effects(draft, root.entries["effects"][1])

    # The events that the outcomes fire stand elsewhere in a whole file.
    assert [str(each) for each in findings.in_order() if each.rule != "unknown-event"] == []


@pytest.mark.parametrize("text", [text for kind, text in BLOCKS if kind == "claims"])
def test_the_choices_of_the_reference_are_sound(text: str) -> None:
    choices = read_choices(text, "workflows.md", definitions())

    assert choices.workflow_for("faulty", "refund", "MAIN") == "item-faulty"
    assert choices.workflow_for("faulty", "refund", "OUTLET") == "item-mark-only"


def test_all_of_the_catalogue_is_named() -> None:
    names = {name for facts in CATALOGUE.facts.values() for name in facts}
    names |= {*CATALOGUE.commands, *CATALOGUE.effects, *CATALOGUE.conditions}

    assert {name for name in names if f"`{name}`" not in TEXT} == set()


def test_every_proof_is_named() -> None:
    files = (PROJECT / "workflows").glob("proofs*.py")
    proofs = "".join(file.read_text() for file in files)
    rules = set(re.findall(r'(?:findings\.add|Problem)\(\s*"([a-z-]+)"', proofs))

    assert {rule for rule in rules if f"`{rule}`" not in TEXT} == set()
    assert len(rules) > 30
