"""Every rule that can be reported is explained, and its examples break it and keep it."""

import ast
from pathlib import Path

import pytest

from claims.catalogue import CATALOGUE
from config.settings import PROJECT
from workflows.example import ITEM, RECLAMATION
from workflows.problems import WorkflowProblems
from workflows.reading import read_files
from workflows.rule import Rule
from workflows.rules import RULES

NAMED_AT = {"add": 0, "Mistake": 0, "Problem": 0, "resolve": 2}
"""At which place each call that reports something takes the rule."""


def reported_rules() -> set[str]:
    rules: set[str] = set()
    for file in (PROJECT / "workflows").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call):
                continue
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name == "add" and "findings" not in ast.unparse(called):
                continue
            for given in node.args[NAMED_AT[name] :][:1] if name in NAMED_AT else []:
                branches = [given.body, given.orelse] if isinstance(given, ast.IfExp) else [given]
                rules |= {each.value for each in branches if isinstance(each, ast.Constant)}
    return {rule for rule in rules if isinstance(rule, str)}


def rules_broken(folder: Path, item: str) -> set[str]:
    files = [folder / "reclamation.yaml", folder / "item.yaml"]
    files[0].write_text(RECLAMATION)
    files[1].write_bytes(item.encode(errors="surrogateescape"))
    try:
        read_files(files, CATALOGUE)
    except WorkflowProblems as error:
        return {problem.rule for problem in error.problems}
    return set()


def test_every_rule_that_is_reported_is_explained_and_no_other() -> None:
    assert reported_rules() == set(RULES)


def test_the_good_examples_are_sound(tmp_path: Path) -> None:
    assert rules_broken(tmp_path, ITEM) == set()


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_the_bad_example_breaks_this_rule_and_no_other(rule: Rule, tmp_path: Path) -> None:
    assert ITEM.count(rule.good) == 1

    assert rules_broken(tmp_path, ITEM.replace(rule.good, rule.bad)) == {rule.name}
