"""Every rule of claims.yaml is explained, and its examples break it and keep it."""

import ast
from functools import cache

import pytest

from claims.catalogue import CATALOGUE
from claims.explained import CLAIMS_RULES, EXAMPLE
from claims.reading_choices import read_choices
from config.settings import PROJECT
from workflows.definition import Definition
from workflows.example import ITEM, RECLAMATION
from workflows.problems import WorkflowProblems
from workflows.reading import read
from workflows.rule import Rule
from workflows.rules import RULES

READERS = (
    "reading_choices.py",
    "reading_calendars.py",
    "money/limits.py",
    "money/reading_refund_terms.py",
)


@cache
def definitions() -> dict[str, Definition]:
    read_ = [read(text, "example.yaml", CATALOGUE) for text in (ITEM, RECLAMATION)]
    return {definition.name: definition for definition in read_}


def broken_by(text: str) -> set[str]:
    try:
        read_choices(text, "claims.yaml", definitions())
    except WorkflowProblems as error:
        return {problem.rule for problem in error.problems}
    return set()


def reported() -> set[str]:
    rules: set[str] = set()
    for file in READERS:
        for node in ast.walk(ast.parse((PROJECT / "claims" / file).read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("findings.add"):
                rules |= {given.value for given in node.args[:1] if isinstance(given, ast.Constant)}
    return rules


def test_every_rule_of_the_file_is_explained() -> None:
    assert reported() <= set(CLAIMS_RULES) | set(RULES)
    assert set(CLAIMS_RULES) <= reported() | {"unknown-reason", "unknown-resolution"}


def test_the_good_example_is_sound() -> None:
    assert broken_by(EXAMPLE) == set()


@pytest.mark.parametrize("rule", CLAIMS_RULES.values(), ids=list(CLAIMS_RULES))
def test_the_bad_example_breaks_this_rule_and_no_other(rule: Rule) -> None:
    assert EXAMPLE.count(rule.good) == 1

    assert broken_by(EXAMPLE.replace(rule.good, rule.bad)) == {rule.name}
