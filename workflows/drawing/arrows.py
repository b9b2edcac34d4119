"""Which arrows a drawing has, and which of them are drawn pale, without words."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from workflows.definition import Definition, Transition
from workflows.drawing.marks import Marks
from workflows.drawing.words import is_automatic, line_parts

_MANY = 4


@dataclass(frozen=True, slots=True)
class Arrow:
    """All lines from one state to another, drawn as one."""

    source: str
    target: str
    lines: tuple[Transition, ...]

    @property
    def ends(self) -> tuple[str, str]:
        return self.source, self.target

    @property
    def is_happy(self) -> bool:
        return any(line.happy for line in self.lines)

    def is_clock(self, definition: Definition) -> bool:
        return all(definition.events[line.event].by_clock for line in self.lines)

    def is_automatic(self, definition: Definition) -> bool:
        return all(is_automatic(definition.events[line.event]) for line in self.lines)


@dataclass(frozen=True, slots=True)
class Told:
    """An arrow and what is written on it; pale where its end says it instead."""

    arrow: Arrow
    words: tuple[str, ...]
    """Each event once: its label, condition, clock and effects, and when the case took it."""
    is_taken: bool

    @property
    def is_pale(self) -> bool:
        return not self.words


def arrows(definition: Definition) -> list[Arrow]:
    """The lines gathered by source and target, in the order of the file."""
    gathered: dict[tuple[str, str], list[Transition]] = {}
    for line in definition.transitions:
        gathered.setdefault((line.source, line.target), []).append(line)
    return [Arrow(*ends, tuple(lines)) for ends, lines in gathered.items()]


def told_arrows(definition: Definition, marks: Marks) -> list[Told]:
    """Every arrow with its words, each event once."""
    common = set(_common(definition))
    return [
        _told(definition, arrow, marks.dates_of(*arrow.ends), common)
        for arrow in arrows(definition)
    ]


def _told(
    definition: Definition,
    arrow: Arrow,
    moves: Sequence[tuple[str | None, str]],
    common: Set[tuple[str, str]],
) -> Told:
    words: dict[tuple[str, ...], list[str]] = {}
    for line in arrow.lines:
        dates = [date for event, date in moves if event == line.event]
        if dates or _way(line) not in common:
            words[tuple(line_parts(definition, line))] = dates
    known = {line.event for line in arrow.lines}
    others = [date for event, date in moves if event not in known]
    said = [each for parts, dates in words.items() for each in (*parts, *dates)]
    return Told(arrow, (*said, *others), is_taken=bool(moves))


def common_ways(definition: Definition) -> Mapping[str, list[str]]:
    """What is written in a state that many others lead to by the same event, such as Withdrawn:
    words on each of those arrows would hide everything else."""
    ways: dict[str, list[str]] = {}
    for (event, target), lines in _common(definition).items():
        said = definition.events[event].label
        ways.setdefault(target, []).append(f"{said}, from {len(lines)} states")
    return ways


def _way(line: Transition) -> tuple[str, str]:
    return line.event, line.target


def _common(definition: Definition) -> dict[tuple[str, str], list[Transition]]:
    """Lines that many states have alike: same event, same target."""
    gathered: dict[tuple[str, str], list[Transition]] = {}
    for line in definition.transitions:
        if not line.happy and line.source != line.target:
            gathered.setdefault(_way(line), []).append(line)
    return {
        way: lines
        for way, lines in gathered.items()
        if len({line.source for line in lines}) >= _MANY
    }
