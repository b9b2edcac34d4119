"""The schema for editors is fresh, takes what is sound, and refuses slips of the pen."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from claims.catalogue import CATALOGUE
from config.settings import PROJECT
from workflows.example import ITEM, RECLAMATION
from workflows.rules import RULES
from workflows.schema import write_schema

FILE = PROJECT / "config" / "workflow.schema.json"
SHIPPED = sorted((PROJECT / "config" / "workflows").glob("*.yaml"))


@cache
def validator() -> Any:
    return Draft202012Validator(json.loads(FILE.read_text(encoding="utf-8")))


def errors(text: str) -> list[str]:
    return [error.message for error in validator().iter_errors(yaml.safe_load(text))]


def test_the_file_is_what_the_readers_and_the_catalogue_say_today() -> None:
    assert FILE.read_text(encoding="utf-8") == write_schema(CATALOGUE), (
        "redress workflow schema > config/workflow.schema.json"
    )


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(json.loads(FILE.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_shipped_workflows_fit_and_name_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert errors(text) == []
    assert text.startswith("# yaml-language-server: $schema=../workflow.schema.json\n")


def test_the_examples_of_the_rules_fit() -> None:
    assert (errors(ITEM), errors(RECLAMATION)) == ([], [])


@pytest.mark.parametrize(
    "rule",
    [
        "unknown-key",
        "missing-key",
        "unknown-word",
        "unknown-role",
        "unknown-command",
        "single-value",
        "nothing",
        "twice",
        "name",
        "span",
        "not-a-mapping",
        "not-by-people",
        "refusal-without-condition",
    ],
)
def test_editors_see_what_the_reader_will_say(rule: str) -> None:
    text = ITEM.replace(RULES[rule].good, RULES[rule].bad)

    assert errors(text) != []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (", unknown: refund-unclear", ""),
        ("with: { letter: refunded }", "with: { leter: refunded }"),
        ("    with: { letter: refunded }\n", ""),
        ("run: refund.pay", "run: refund.pya"),
    ],
)
def test_editors_see_what_an_effect_needs(old: str, new: str) -> None:
    assert errors(ITEM.replace(old, new)) != []


def test_every_key_and_every_word_of_the_catalogue_is_described() -> None:
    schema = FILE.read_text(encoding="utf-8")
    facts = {name for known in CATALOGUE.facts.values() for name in known}

    for name in {*facts, *CATALOGUE.commands, *CATALOGUE.effects, *CATALOGUE.conditions}:
        assert name in schema
