"""What the tests of a workflow have reached: lines, conditions both ways, clocks, outcomes."""

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property

from claims.rehearsal.possible import never_taken
from workflows.definition import Definition, Place, Transition
from workflows.engine import Watch


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that a test can reach.

    `kind`: line (it is taken), condition (it fails, so that the line is not taken), deadline (it
    rings), outcome (an effect ends so), never (nothing can take it). That a condition holds is
    its line's being taken.
    """

    kind: str
    words: str
    place: Place


@dataclass
class Coverage:
    """Of one workflow; each line counts once for each state that it leads from."""

    definition: Definition
    reached: Counter[Point] = field(default_factory=Counter)
    _looked_at: list[tuple[Transition, bool]] = field(default_factory=list)

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """All that there is to reach, in the order of the file."""
        points: dict[Point, None] = {}
        for line in self.definition.transitions:
            if line in self._never:
                continue
            points[self._line(line)] = None
            if line.when is not None:
                points[_condition(line)] = None
        for use in self.definition.effects.values():
            if any(use.name in line.effects for line in self.definition.transitions):
                points.update(dict.fromkeys(_outcome(use.name, o, use.place) for o in use.outcomes))
        return tuple(points)

    @cached_property
    def _never(self) -> frozenset[Transition]:
        return never_taken(self.definition)

    @property
    def never(self) -> tuple[Point, ...]:
        """Lines that nothing can take; they do not count."""
        lines = [line for line in self.definition.transitions if line in self._never]
        return tuple(replace(self._line(line), kind="never") for line in lines)

    @property
    def missing(self) -> tuple[Point, ...]:
        return tuple(point for point in self.points if not self.reached[point])

    @property
    def percent(self) -> float:
        """Rounded down to a tenth, so that only all is 100."""
        if not self.points:
            return 100.0
        return (len(self.points) - len(self.missing)) * 1000 // len(self.points) / 10

    @property
    def watch(self) -> Watch:
        """To be set at the workflow's engine; `step_ended` then counts what it was told."""
        return lambda line, holds: self._looked_at.append((line, holds))

    def step_ended(self, *, is_done: bool) -> None:
        """Count what the step has reached; a refused one took no line."""
        for line, holds in self._looked_at:
            if not holds:
                self.reached[_condition(line)] += 1
            elif is_done:
                self.reached[self._line(line)] += 1
        self._looked_at.clear()

    def outcome_came(self, use: str, outcome: str) -> None:
        """Count how an effect of this workflow ended."""
        self.reached[_outcome(use, outcome, self.definition.effects[use].place)] += 1

    def _line(self, line: Transition) -> Point:
        by_clock = self.definition.events[line.event].by_clock
        words = f"{line.event} from {line.source} to {line.target}"
        if line.when:
            words += f", when {' '.join(line.when.split())}"
        return Point("deadline" if by_clock else "line", words, line.place)


def _condition(line: Transition) -> Point:
    when = " ".join((line.when or "").split())
    return Point("condition", f"{line.event} from {line.source} where not {when}", line.place)


def _outcome(use: str, outcome: str, place: Place) -> Point:
    return Point("outcome", f"{use} ends {outcome}", place)
