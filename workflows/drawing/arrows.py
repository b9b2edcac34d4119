"""Which arrows a drawing has, and which of them are drawn pale, without words."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from workflows.definition import Definition, Transition
from workflows.drawing.marks import Marks
from workflows.drawing.words import is_automatic, line_parts

_MANY = 4
_MOST_WITH_WORDS = 100
"""Graphviz takes seconds for more, and nobody could read them."""
_MOST = 500


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
    is_pale: bool
    """Without words, since its end says them."""


def arrows(definition: Definition) -> list[Arrow]:
    """The lines gathered by source and target, in the order of the file."""
    gathered: dict[tuple[str, str], list[Transition]] = {}
    for line in definition.transitions:
        gathered.setdefault((line.source, line.target), []).append(line)
    return [Arrow(*ends, tuple(lines)) for ends, lines in gathered.items()]


def told_arrows(definition: Definition, marks: Marks) -> list[Told]:
    """Every arrow with its words, each event once; of a large workflow as many as can be drawn."""
    common = set(_common(definition))
    told = [
        _told(definition, arrow, marks.dates_of(*arrow.ends), common)
        for arrow in arrows(definition)
    ]
    if len(told) <= _MOST_WITH_WORDS:
        return told
    told.sort(key=lambda each: not (each.is_taken or each.arrow.is_happy))
    return [each if each.is_taken else replace(each, words=()) for each in told[:_MOST]]


def left_out(definition: Definition) -> str:
    """What a drawing of a large workflow leaves out, as a sentence; else nothing."""
    count = len(arrows(definition))
    if count <= _MOST_WITH_WORDS:
        return ""
    if count <= _MOST:
        return f"{count} lines are too many for words on them."
    return f"{_MOST} of {count} lines are drawn, without words on them."


def _told(
    definition: Definition,
    arrow: Arrow,
    moves: Sequence[tuple[str | None, str]],
    common: Set[tuple[str, str]],
) -> Told:
    told: dict[tuple[str, ...], list[str]] = {}
    for line in arrow.lines:
        dates = [date for event, date in moves if event == line.event]
        if dates or _way(line) not in common:
            told[tuple(line_parts(definition, line))] = dates
    known = {line.event for line in arrow.lines}
    others = [date for event, date in moves if event not in known]
    said = [each for parts, dates in told.items() for each in (*parts, *dates)]
    words = (*said, *others)
    return Told(arrow, words, is_taken=bool(moves), is_pale=not words)


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
