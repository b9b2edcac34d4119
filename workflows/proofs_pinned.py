"""Versions of workflows that open cases are pinned to: whether today's catalogue can run them."""

from collections.abc import Iterable
from dataclasses import dataclass

from workflows.catalogue import Catalogue
from workflows.problems import Problem, WorkflowProblems
from workflows.reading import read_kept


@dataclass(frozen=True, slots=True)
class PinnedVersion:
    name: str
    hash: str
    text: str
    cases: int
    """How many open cases are pinned to it."""


def prove_pinned(versions: Iterable[PinnedVersion], catalogue: Catalogue) -> list[Problem]:
    """What in the kept texts nobody can run any more, each at its place in that text."""
    found: list[Problem] = []
    for version in versions:
        file = f"{version.name}@{version.hash[:12]}"
        try:
            read_kept(version.text, file, catalogue)
        except WorkflowProblems as problems:
            found += [_told(each, version) for each in problems.problems]
    return found


def _told(problem: Problem, version: PinnedVersion) -> Problem:
    cases = "1 open case is" if version.cases == 1 else f"{version.cases} open cases are"
    return Problem(
        "pinned-unreadable",
        problem.file,
        problem.line,
        problem.column,
        f"{problem.sentence} {cases} pinned to this version.",
        "Bring back what is gone, or move them: redress workflow migrate.",
    )
