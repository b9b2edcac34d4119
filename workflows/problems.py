"""What is wrong with a file: where, by which rule, in a sentence, and what would be right.

Every reader of YAML here collects into `Findings` and raises once, with everything it found.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from workflows.definition import Place

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong. `suggestion` is a whole sentence ("Did you mean received?") or None."""

    rule: str
    file: str
    line: int
    column: int
    sentence: str
    suggestion: str | None = None

    def __str__(self) -> str:
        said = f"{self.file}:{self.line}:{self.column} {self.rule} {self.sentence}"
        return f"{said} {self.suggestion}" if self.suggestion else said


class WorkflowProblems(Exception):
    """Everything that is wrong, at once, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(slots=True)
class Findings:
    """Collects the problems of one file; the same one twice counts once."""

    file: str
    found: dict[Problem, None] = field(default_factory=dict)

    def add(self, rule: str, place: Place, sentence: str, suggestion: str | None = None) -> None:
        sentence = _UNSEEN.sub(lambda mark: f"\\x{ord(mark[0]):02x}", sentence)
        problem = Problem(
            rule, place.file or self.file, place.line, place.column, sentence, suggestion
        )
        self.found[problem] = None

    def in_order(self) -> list[Problem]:
        """Those of the file itself first, each file from its top to its end."""
        return sorted(
            self.found,
            key=lambda each: (each.file != self.file, each.file, each.line, each.column),
        )


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant, if one is near enough to be sure."""
    matches = get_close_matches(word, list(known), n=1, cutoff=0.7)
    return matches[0] if matches else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A near name as a question; otherwise the few names that there are; otherwise nothing."""
    names = list(known)
    near = nearest(word, names)
    if near:
        return f"Did you mean {near}?"
    if 0 < len(names) <= 12:
        return f"There is {', '.join(names)}."
    return None
