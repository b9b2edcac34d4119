"""Problems for machines: JSON for scripts, SARIF for the pages of code hosts."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from urllib.parse import quote

from workflows.problems import Problem
from workflows.rules import RULES, is_warning

_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def as_json(problems: Sequence[Problem]) -> str:
    """A list of objects with rule, file, line, column, sentence and suggestion (or null)."""
    return _written([asdict(problem) for problem in problems])


def as_sarif(problems: Sequence[Problem], root: Path) -> str:
    """One SARIF 2.1.0 run; files below `root` are named relative to it, as code hosts want it."""
    names = sorted({problem.rule for problem in problems})
    driver = {"name": "redress", "rules": [_rule(name) for name in names]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, names.index(problem.rule), root) for problem in problems],
    }
    return _written({"$schema": _SARIF, "version": "2.1.0", "runs": [run]})


def _rule(name: str) -> dict[str, object]:
    rule = RULES.get(name)
    level = rule.level if rule else "error"
    described: dict[str, object] = {"id": name, "defaultConfiguration": {"level": level}}
    if rule:
        described["shortDescription"] = {"text": rule.about}
        described["help"] = {"text": f"{rule.about} See: redress workflow explain {name}"}
    return described


def _result(problem: Problem, index: int, root: Path) -> dict[str, object]:
    said = problem.sentence + (f" {problem.suggestion}" if problem.suggestion else "")
    place = {
        "artifactLocation": {"uri": _uri(problem.file, root)},
        "region": {"startLine": problem.line, "startColumn": problem.column},
    }
    return {
        "ruleId": problem.rule,
        "ruleIndex": index,
        "level": "warning" if is_warning(problem) else "error",
        "message": {"text": said},
        "locations": [{"physicalLocation": place}],
    }


def _uri(file: str, root: Path) -> str:
    path = (root / file).resolve()
    if path.is_relative_to(root.resolve()):
        return quote(path.relative_to(root.resolve()).as_posix())
    return path.as_uri()


def _written(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"
