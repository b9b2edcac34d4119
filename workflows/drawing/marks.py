"""What can be marked in a drawing: where a case is, the way it went, how many cases stand where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from workflows.definition import Definition


@dataclass(frozen=True, slots=True)
class Standing:
    """The open cases of one state, and how long they have been in it."""

    cases: int
    oldest: timedelta
    median: timedelta


@dataclass(frozen=True, slots=True)
class Step:
    """One move of a case; `when` is written on the arrow as it stands here."""

    source: str | None
    target: str
    event: str | None = None
    when: str = ""


@dataclass(frozen=True, slots=True)
class Marks:
    """All of it; the empty one draws the workflow alone."""

    state: str | None = None
    """Where the case is now."""
    steps: Sequence[Step] = ()
    """The way it went, in order. Steps over lines that this version has not are not drawn."""
    standings: Mapping[str, Standing] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    """State to an address; SVG only."""

    def dates_of(self, source: str, target: str) -> list[tuple[str | None, str]]:
        """The moves from one state to another: which event, and its number and date in words."""
        return [
            (step.event, f"{place}: {step.when}".removesuffix(": "))
            for place, step in enumerate((step for step in self.steps if step.source), 1)
            if (step.source, step.target) == (source, target)
        ]

    @property
    def visited(self) -> set[str]:
        """Every state the case was in."""
        stops = {self.state, *(step.source for step in self.steps)}
        return {name for name in stops | {step.target for step in self.steps} if name}


NOTHING = Marks()


class UnknownState(ValueError):
    """A state to be marked is none of the definition's; the sentence names those it has."""

    def __init__(self, definition: Definition, name: str) -> None:
        known = ", ".join(definition.states)
        super().__init__(f"{definition.name} has no state {name}; there are {known}.")


def check(definition: Definition, marks: Marks) -> None:
    """Raise UnknownState for a present state that the definition has not, and ValueError for an
    address that is no path of our own: a link must never run anything or lead elsewhere."""
    if marks.state and marks.state not in definition.states:
        raise UnknownState(definition, marks.state)
    for address in marks.links.values():
        if not address.startswith("/") or address.startswith("//") or not address.isprintable():
            raise ValueError(f"{address!r} is no address in a drawing; they are paths such as /a.")
