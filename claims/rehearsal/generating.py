"""Finding tests for what no test reaches: a search over what can be done, in rehearsals."""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from claims.refusals import Refused
from claims.rehearsal.beginnings import beginnings
from claims.rehearsal.coverage import Coverage, Point
from claims.rehearsal.given import RECLAMATION, Given
from claims.rehearsal.memory import Memory
from claims.rehearsal.moves import moves
from claims.rehearsal.playing import opening, play, seen_now, taking
from claims.rehearsal.rehearsal import Rehearsal
from claims.rehearsal.trials import Edit, Expected, Fire, Placed, Step, Trial
from claims.rules import Rules
from workflows.definition import Definition, Place

PATIENCE = 20.0
"""Seconds after which the search is content with what it has."""
A_LOT = 999_900
"""More, in minor units, than anyone refunds alone."""
NOWHERE = Place(1, 1)


@dataclass(frozen=True, slots=True)
class _Way:
    """Steps from a beginning, and what they reach."""

    given: Given
    steps: tuple[Step, ...]
    points: frozenset[Point]


def generate(rules: Rules, coverage: Coverage) -> list[Trial]:
    """Tests that pass and reach more, counted in `coverage`; as few as are found to be enough."""
    wanted = set(coverage.missing)
    ways: list[_Way] = []
    end = time.monotonic() + PATIENCE
    for given in beginnings(coverage.definition, rules):
        if not wanted:
            break
        for way in _search(rules, coverage.definition, given, wanted, end):
            wanted -= way.points
            ways.append(way)
    trials: list[Trial] = []
    for way in _enough(ways, set(coverage.missing)):
        new = [point for point in coverage.missing if point in way.points]
        if not new:
            continue
        lines = [point for point in new if point.kind != "outcome"]
        trial = _trial(rules, coverage.definition, way, (lines or new)[-1])
        if not play(rules, trial, coverage).wrong:
            trials.append(trial)
    return trials


@dataclass(frozen=True, slots=True)
class _Node:
    moment: tuple[Memory, datetime]
    way: _Way


def _search(
    rules: Rules, definition: Definition, given: Given, wanted: set[Point], end: float
) -> Iterator[_Way]:
    """Ways to what is wanted, the nearest first; a situation is looked at once."""
    begun = Coverage(definition)
    try:
        rehearsal = opening(rules, given, begun)
    except Refused:
        return
    start = _Way(given, (), frozenset(begun.reached))
    if start.points & wanted:
        yield start
    left = wanted - start.points
    seen = {_situation(rehearsal)}
    nodes = deque([_Node(rehearsal.remember(), start)])
    while nodes and left and time.monotonic() < end:
        node = nodes.popleft()
        rehearsal.go_back(node.moment)
        for step in list(moves(rehearsal, definition)):
            rehearsal.go_back(node.moment)
            reached = Coverage(definition)
            refused = taking(rehearsal, step, reached)
            points = node.way.points | frozenset(reached.reached)
            way = _Way(given, (*node.way.steps, _as_expected(step, refused)), points)
            if left & points:
                left -= points
                yield way
            if refused is None and (now := _situation(rehearsal)) not in seen:
                seen.add(now)
                nodes.append(_Node(rehearsal.remember(), way))


def _as_expected(step: Step, refused: Refused | None) -> Step:
    if refused is not None and isinstance(step, Fire | Edit):
        return replace(step, refused=refused.reasons[0].rstrip(".") if refused.reasons else None)
    return step


def _situation(rehearsal: Rehearsal) -> tuple[object, ...]:
    """What matters for what can happen next; amounts and times do not, beyond being there."""
    money, items = rehearsal.money(), rehearsal.reclamation.items
    return (
        rehearsal.state(RECLAMATION),
        tuple((item.state, item.received is not None, bool(item.evidence)) for item in items),
        tuple((e.case, e.use, e.status) for e in (*rehearsal.waiting, *rehearsal.unclear)),
        tuple((d.case, d.event, d.due_at is None) for d in rehearsal.deadlines),
        money.under_way > 0,
        money.refunded > 0,
    )


def _enough(ways: list[_Way], wanted: set[Point]) -> Iterator[_Way]:
    """Those that reach all that any of them does: each time the one that adds most."""
    rest = list(ways)
    while rest:
        best = max(rest, key=lambda way: (len(way.points & wanted), -len(way.steps)))
        if not best.points & wanted:
            return
        wanted = wanted - best.points
        rest.remove(best)
        yield best


def _trial(rules: Rules, definition: Definition, way: _Way, point: Point) -> Trial:
    rehearsal = Rehearsal(rules, way.given)
    for step in way.steps:
        taking(rehearsal, step, None)
    main = RECLAMATION if definition.subject == "reclamation" else 1
    looked_at = ["state", "effects"]
    if rehearsal.money(None if main == RECLAMATION else main).refunded:
        looked_at.insert(1, "refunded")
    then = [Expected(what, seen_now(rehearsal, what, main), NOWHERE, main) for what in looked_at]
    if rehearsal.incidents:
        then.append(Expected("incidents", len(rehearsal.incidents), NOWHERE))
    name = f"{point.words[0].upper()}{point.words[1:]}"
    return Trial(
        name, NOWHERE, way.given, tuple(Placed(s, NOWHERE) for s in way.steps), tuple(then)
    )
