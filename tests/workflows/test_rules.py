"""Every rule that can be reported is explained, and its examples break it and keep it."""

import ast
from pathlib import Path

import pytest

from config.settings import PROJECT
from tests.workflows.example_catalogue import EXAMPLE_CATALOGUE, HOLDERS
from workflows.example import ITEM, RECLAMATION
from workflows.problems import WorkflowProblems
from workflows.product.proving import prove_folder
from workflows.product.verdicts import RULES_OF
from workflows.proofs_people import prove_staff
from workflows.proofs_pinned import PinnedVersion, prove_pinned
from workflows.reading import read_files
from workflows.rule import Rule
from workflows.rules import RULES

NAMED_AT = {"add": 0, "Mistake": 0, "Problem": 0, "resolve": 2}
"""At which place each call that reports something takes the rule."""


def reported_rules() -> set[str]:
    rules: set[str] = set()
    for file in (PROJECT / "workflows").rglob("*.py"):
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


def rules_broken(folder: Path, item: str, reclamation: str = RECLAMATION) -> set[str]:
    files = [folder / "reclamation.yaml", folder / "item.yaml"]
    files[0].write_text(reclamation)
    files[1].write_bytes(item.encode(errors="surrogateescape"))
    try:
        definitions = read_files(files, EXAMPLE_CATALOGUE)
    except WorkflowProblems as error:
        return {problem.rule for problem in error.problems}
    named = [(definition, "") for definition in definitions.values()]
    proofs = prove_folder(named, EXAMPLE_CATALOGUE)
    if refuted := {each.rule for proof in proofs for each in proof.refuted}:
        return refuted
    return {problem.rule for problem in prove_staff(named, HOLDERS, EXAMPLE_CATALOGUE.no_person)}


def rules_broken_by_pinned(item: str) -> set[str]:
    version = PinnedVersion("example-item", "0123456789abcdef", item, cases=3)
    return {problem.rule for problem in prove_pinned([version], EXAMPLE_CATALOGUE)}


def test_every_rule_that_is_reported_is_explained_and_no_other() -> None:
    of_proofs = {rule for rules in RULES_OF.values() for rule in rules}
    assert reported_rules() | of_proofs == set(RULES)


def test_the_good_examples_are_sound(tmp_path: Path) -> None:
    assert rules_broken(tmp_path, ITEM) == set()
    assert rules_broken_by_pinned(ITEM) == set()


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_the_bad_example_breaks_this_rule_and_no_other(rule: Rule, tmp_path: Path) -> None:
    whole = ITEM if rule.part_of == "item" else RECLAMATION
    assert whole.count(rule.good) == 1

    bad = whole.replace(rule.good, rule.bad)
    if rule.part_of == "reclamation":
        assert rules_broken(tmp_path, ITEM, bad) == {rule.name}
        return
    is_of_pinned = rule.name == "pinned-unreadable"
    broken = rules_broken_by_pinned(bad) if is_of_pinned else rules_broken(tmp_path, bad)
    assert broken == {rule.name}
