"""Proofs about conditions: between them nothing is lost, and none of them is idle.

A button that no line takes is merely closed, which is what conditions are for; but a hole
*between* two ranges of one fact is hardly meant. What comes from a clock or from the items of a
reclamation cannot be told "no": it must find a line whatever the case is.

So that no file takes long, at most 20 conditions of one state and event are tried together, and
200 in all; what is beyond goes unproved.
"""

from collections.abc import Sequence

from workflows.definition import Event, Transition
from workflows.draft import Draft
from workflows.guards import Seen, look_at
from workflows.sampling import Name, name_of_input

MOST_TOGETHER = 20
MOST_IN_ALL = 200


def prove_guards(draft: Draft) -> None:
    """Notes holes, overlaps, idle lines and conditions that are always the same."""
    facts = {Name(name, fact.type) for name, fact in draft.catalogue.facts[draft.subject].items()}
    tried: set[tuple[str | None, ...]] = set()
    for lines in _groups(draft):
        if not any(line.when for line in lines) or len(lines) > MOST_TOGETHER:
            continue
        tried.add(tuple(line.when for line in lines))
        if sum(len(conditions) for conditions in tried) > MOST_IN_ALL:
            return
        event = draft.events[lines[0].event]
        readable = [line for line in lines if line.when not in draft.catalogue.conditions]
        seen = _look(draft, event, readable, facts)
        _never_or_always(draft, readable, seen)
        _covered(draft, readable, seen)
        if len(readable) < len(lines):
            continue
        _overlaps(draft, lines, seen)
        if _may_not_be_lost(event) and all(line.when for line in lines):
            _nothing_is_lost(draft, lines, seen)
        elif event.by or event.sent_by or event.by_clock:
            _no_holes(draft, lines, seen)


def case_without_line(draft: Draft, lines: Sequence[Transition]) -> str | None:
    """A case that none of these lines of one state and event takes, if one was found."""
    facts = {Name(name, fact.type) for name, fact in draft.catalogue.facts[draft.subject].items()}
    if any(line.when in draft.catalogue.conditions for line in lines):
        return None
    return _look(draft, draft.events[lines[0].event], lines, facts).nowhere


def _groups(draft: Draft) -> list[list[Transition]]:
    groups: dict[tuple[str, str], list[Transition]] = {}
    for line in draft.lines:
        groups.setdefault((line.source, line.event), []).append(line)
    return list(groups.values())


def _look(draft: Draft, event: Event, lines: Sequence[Transition], facts: set[Name]) -> Seen:
    kinds = draft.variables(event)
    inputs = {name_of_input(field, kinds[f"input.{field.name}"]) for field in event.input}
    doings = [(line.target, line.do, line.effects) for line in lines]
    return look_at(
        tuple(line.when for line in lines),
        tuple(doings.index(doing) for doing in doings),
        frozenset(facts | inputs),
    )


def _may_not_be_lost(event: Event) -> bool:
    return event.by_clock or event.sent_by == "items"


def _never_or_always(draft: Draft, lines: Sequence[Transition], seen: Seen) -> None:
    for number in (*seen.never, *seen.always):
        how = "never holds" if number in seen.never else "always holds"
        draft.findings.add(
            "constant-condition",
            lines[number].when_place or lines[number].place,
            f"The condition {_short(lines[number].when)} {how}, whatever the case is.",
            "Correct it, or leave the line out."
            if number in seen.never
            else "Leave out when: for the line that is taken otherwise.",
        )


def _covered(draft: Draft, lines: Sequence[Transition], seen: Seen) -> None:
    for number, takers, witness in seen.covered:
        draft.findings.add(
            "dead-line",
            lines[number].place,
            f"This line is never taken: wherever it holds, such as with {witness}, "
            f"{_line_numbers(lines, takers)} takes {lines[number].event} before it.",
            "Put the narrower condition first.",
        )


def _overlaps(draft: Draft, lines: Sequence[Transition], seen: Seen) -> None:
    for first, second, witness in seen.overlaps:
        draft.findings.add(
            "guard-overlap",
            lines[second].place,
            f"With {witness} this line and line {lines[first].place.line} both hold, and each "
            f"holds alone elsewhere; line {lines[first].place.line} is taken, for it comes first.",
            "Let the two ranges meet without an overlap, or leave out the condition of the last.",
        )


def _nothing_is_lost(draft: Draft, lines: Sequence[Transition], seen: Seen) -> None:
    reported = {(problem.rule, problem.line, problem.column) for problem in draft.findings.found}
    state = draft.states[lines[0].source]
    if seen.nowhere is None or ("stranded", state.place.line, state.place.column) in reported:
        return
    event = draft.events[lines[0].event]
    who = "the clock rings in vain" if event.by_clock else "what the item tells is lost"
    draft.findings.add(
        "guard-gap",
        lines[-1].place,
        f"With {seen.nowhere} no line takes {event.name}: {who}.",
        "Add a last line without when:.",
    )


def _no_holes(draft: Draft, lines: Sequence[Transition], seen: Seen) -> None:
    for first, second, witness in seen.holes:
        draft.findings.add(
            "guard-gap",
            lines[second].place,
            f"With {witness} no line takes {lines[second].event}: it lies between this line and "
            f"line {lines[first].place.line}.",
            "Let the two ranges meet, or add a line for what lies between.",
        )


def _line_numbers(lines: Sequence[Transition], numbers: Sequence[int]) -> str:
    named = [str(lines[number].place.line) for number in numbers]
    return f"line {' or '.join(named)}"


def _short(text: str | None) -> str:
    said = " ".join((text or "").split())
    return said if len(said) <= 120 else f"{said[:120]}…"
