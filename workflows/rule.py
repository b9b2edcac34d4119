"""What a rule of the checker is, for people who have just broken it."""

from dataclasses import dataclass
from typing import Literal

from workflows.definition import Subject

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with an example of each kind, both parts of `workflows.example.ITEM`.

    Where `part_of` says so they are parts of `workflows.example.RECLAMATION`.

    `good` stands there exactly once; with `bad` in its place the file breaks this rule and no
    other. A byte that is not UTF-8 is written in `bad` as Python's surrogateescape does.
    """

    name: str
    about: str
    bad: str
    good: str
    level: Level = "error"
    """A warning is about the shop as it is just now, not about the file; it refuses nothing."""
    part_of: Subject = "item"
