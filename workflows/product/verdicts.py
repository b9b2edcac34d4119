"""What was proved, and what was refuted with the shortest list of events that shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from workflows.definition import Definition, Outcome, Place
from workflows.problems import Problem

Property = Literal["refund-twice", "paid-too-much", "above-limit-alone", "stranded"]
PROPERTIES: Mapping[Property, str] = {
    "refund-twice": "no item is refunded twice",
    "paid-too-much": "no more is refunded than was paid",
    "above-limit-alone": "nothing is paid above a limit without a second person",
    "stranded": "no case is stranded, none waits for another for ever, and all that is sent is "
    "taken",
}
RULES_OF: Mapping[Property, tuple[str, ...]] = {
    "refund-twice": ("refund-twice",),
    "paid-too-much": ("unbounded-amount",),
    "above-limit-alone": ("above-limit-alone",),
    "stranded": ("stranded", "wait-for-each-other", "deaf"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """A workflow and the file it stands in."""

    definition: Definition
    file: str


@dataclass(frozen=True, slots=True)
class PathStep:
    """One event that somebody fires, and what it sets off."""

    case: int
    """0 for the reclamation, otherwise the number of the item."""
    event: str
    sender: Literal["person", "clock", "change", "outcome", "import"]
    source: str
    target: str
    place: Place | None
    """Of the line; None for an outcome that no line takes."""
    outcome: Outcome | None = None
    effect: str | None = None
    amount: float | None = None
    takes_all: bool = False
    """The amount is all that is left."""
    follows: tuple[str, ...] = ()
    """What else moved: "the reclamation: item-settled, open → closed"."""

    @property
    def whose(self) -> str:
        return f"item {self.case}" if self.case else "the reclamation"

    def __str__(self) -> str:
        said = f"{self.whose}: {self.event}"
        if self.amount is not None:
            said += f" {self.amount:.2f}"
        if self.outcome:
            said += f" ({self.effect}: {self.outcome})" if self.effect else f" ({self.outcome})"
        return f"{said}, {self.source} → {self.target}"


@dataclass(frozen=True, slots=True)
class Refutation:
    rule: str
    known: Known
    """The workflow of the guilty line."""
    place: Place
    sentence: str
    suggestion: str
    item: Known
    whole: Known | None
    count: int
    """How many items it takes."""
    path: tuple[PathStep, ...]
    facts: Mapping[str, object] = field(default_factory=dict, hash=False)
    """What the items of the path are like: {"item.value": 500.0}."""
    limits: Mapping[str, float] = field(default_factory=dict, hash=False)
    """What each role may refund alone, where it is about that."""

    def problem(self) -> Problem:
        """The finding, with the list of events in its sentence."""
        events = "; ".join(str(step) for step in self.path) or "from the beginning"
        sentence = f"{self.sentence} ({events})"
        place, file = self.place, self.place.file or self.known.file
        return Problem(self.rule, file, place.line, place.column, sentence, self.suggestion)


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found out about one item workflow, with a reclamation workflow or alone."""

    item: Known
    whole: Known | None
    refuted: tuple[Refutation, ...]
    places: int
    """How many places of the product were looked through, after all reductions."""
    is_complete: bool = True
    """False where there were more places than can be looked through."""

    def refuting(self, about: Property) -> list[Refutation]:
        return [each for each in self.refuted if each.rule in RULES_OF[about]]
