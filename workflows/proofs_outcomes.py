"""Proofs about effects: whatever their outcome is, and whenever it comes, the case can take it."""

from collections.abc import Iterator

from workflows.definition import EffectUse, Transition
from workflows.draft import Draft
from workflows.proofs_guards import case_without_line


def outcome_events(draft: Draft) -> dict[str, str]:
    """The events that workers fire, each with an effect that names it."""
    return {
        event: effect.name
        for effect in draft.effects.values()
        for event in effect.outcomes.values()
    }


def states_under_way(draft: Draft) -> dict[str, frozenset[str]]:
    """For each state in which an effect may be under way, the outcomes it waits for."""
    waiting: dict[str, set[str]] = {}
    for effect, _, state, events in _expectations(draft):
        if events == frozenset(effect.outcomes.values()):
            waiting.setdefault(state, set()).update(events)
    return {state: frozenset(events) for state, events in waiting.items()}


def prove_outcomes(draft: Draft) -> None:
    """Every state in which an outcome can arrive has a line for it that holds in any case."""
    lines_by_state = draft.lines_by_state()
    for effect, line, state, events in _expectations(draft):
        for event in sorted(events):
            lines = [each for each in lines_by_state[state] if each.event == event]
            if not lines:
                draft.findings.add(
                    "unhandled-outcome",
                    line.place,
                    f"{effect.name} asked for here may fire {event} in {state}, "
                    "where no line takes it.",
                    "Let the case wait in a state of its own until the outcome is known."
                    if draft.states[state].final
                    else f"Add a line from {state} with the event {event}.",
                )
            elif all(each.when for each in lines):
                witness = case_without_line(draft, lines)
                draft.findings.add(
                    "outcome-gap",
                    lines[-1].place,
                    f"{event} may find no line in {state}: each has a condition"
                    + (f"; none holds with {witness}." if witness else "."),
                    "Add a last line without when:.",
                )


def _expectations(draft: Draft) -> Iterator[tuple[EffectUse, Transition, str, frozenset[str]]]:
    """Which outcomes may arrive where: the effect, the line that asks, the state, the events.

    From the line's target on, through everything that is not the effect's own outcome. After
    `unknown` the worker may still learn the truth: that state must take the other outcomes.
    """
    lines_by_state = draft.lines_by_state()
    known: dict[tuple[str, str], dict[str, None]] = {}
    for asking in draft.lines:
        for name in asking.effects:
            effect = draft.effects[name]
            if not effect.outcomes:
                continue
            expected = frozenset(effect.outcomes.values())
            if (asking.target, name) not in known:
                known[asking.target, name] = _before(lines_by_state, asking.target, expected)
            reached = known[asking.target, name]
            for state in reached:
                yield effect, asking, state, expected
            unknown = effect.outcomes.get("unknown")
            settled = expected - {unknown}
            for line in (line for state in reached for line in lines_by_state[state]):
                if line.event == unknown and line.target not in reached:
                    yield effect, asking, line.target, settled


def _before(
    lines_by_state: dict[str, list[Transition]], start: str, outcomes: frozenset[str]
) -> dict[str, None]:
    """The states in which the case may be before an outcome comes, in the order of the ways."""
    reached, waiting = {start: None}, [start]
    for state in waiting:
        for line in lines_by_state[state]:
            if line.event not in outcomes and line.target not in reached:
                reached[line.target] = None
                waiting.append(line.target)
    return reached
