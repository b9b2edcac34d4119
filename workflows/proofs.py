"""What can be proved of a workflow before any case runs by it.

Each proof reads the draft and notes what it refutes. Those that argue from what is absent keep
silent while something could not be read (`Draft.is_complete`), for they would accuse the wrong
line.
"""

from collections.abc import Sequence

from workflows.definition import Definition, Event, Place, Transition
from workflows.draft import Draft
from workflows.problems import Problem, did_you_mean
from workflows.proofs_changes import prove_changes
from workflows.proofs_clocks import is_sure, prove_clocks
from workflows.proofs_effects import prove_effects
from workflows.proofs_guards import prove_guards
from workflows.proofs_inputs import prove_inputs
from workflows.proofs_outcomes import outcome_events, prove_outcomes, states_under_way
from workflows.proofs_people import prove_people
from workflows.proofs_words import prove_words
from workflows.ways import closure, way


def prove(draft: Draft, states: Place) -> None:
    """Notes every refuted claim in the draft's findings; `states` is where its table stands."""
    _ends_somewhere(draft, states)
    _final_states_have_no_way_out(draft)
    _no_line_is_dead(draft)
    _no_automatic_circle(draft)
    prove_words(draft)
    prove_inputs(draft)
    prove_clocks(draft)
    prove_changes(draft)
    prove_people(draft)
    prove_effects(draft)
    if draft.is_complete and draft.initial:
        _every_state_is_reached(draft)
        _every_state_can_end(draft)
        _everything_is_used(draft)
        _every_event_has_a_sender(draft)
        prove_outcomes(draft)
        _nobody_is_stranded(draft)
        prove_guards(draft)


def prove_together(workflows: Sequence[tuple[Definition, str]]) -> list[Problem]:
    """What items and reclamations send each other must be an event of every counterpart."""
    problems: dict[Problem, None] = {}
    for definition, file in workflows:
        for line in definition.transitions:
            for event, receiver in (
                (line.send_items, "item"),
                (line.send_reclamation, "reclamation"),
            ):
                if event is None:
                    continue
                sender = "items" if receiver == "reclamation" else "reclamation"
                for other, _ in workflows:
                    taken = [e.name for e in other.events.values() if e.sent_by == sender]
                    if other.subject == receiver and event not in taken:
                        sentence = f"{other.name} has no event {event} with from: {sender}."
                        place = line.place
                        found = Problem(
                            "sent-in-vain",
                            place.file or file,
                            place.line,
                            place.column,
                            sentence,
                            did_you_mean(event, taken),
                        )
                        problems[found] = None
    return list(problems)


def _label(draft: Draft, state: str) -> str:
    return f"{state} ({draft.states[state].label})"


def _ends_somewhere(draft: Draft, states: Place) -> None:
    if not any(state.final for state in draft.states.values()):
        draft.findings.add(
            "no-final-state",
            states,
            "No state is final, so no case can ever end.",
            "Add final: good or final: bad to the states where a case ends.",
        )
    initial = draft.states.get(draft.initial or "")
    if initial and initial.final:
        draft.findings.add(
            "final-initial", initial.place, f"A case would begin in {initial.name}, which is final."
        )


def _final_states_have_no_way_out(draft: Draft) -> None:
    for line in draft.lines:
        if draft.states[line.source].final:
            draft.findings.add(
                "final-has-way-out",
                line.place,
                f"{_label(draft, line.source)} is final; nothing leads out of it.",
            )


def _no_line_is_dead(draft: Draft) -> None:
    earlier_lines: dict[tuple[str, str], dict[str | None, Transition]] = {}
    for line in draft.lines:
        by_condition = earlier_lines.setdefault((line.source, line.event), {})
        for earlier in by_condition.values():
            if earlier.when in {None, line.when}:
                why = "whatever the case" if earlier.when is None else "under the same condition"
                draft.findings.add(
                    "dead-line",
                    line.place,
                    f"This line is never taken: line {earlier.place.line} takes {line.event} "
                    f"from {line.source} {why}.",
                    "Lines without when: come last.",
                )
                break
        by_condition.setdefault(line.when, line)


def _no_automatic_circle(draft: Draft) -> None:
    automatic = [
        line
        for line in draft.lines
        if draft.events[line.event].on_enter or draft.events[line.event].at
    ]
    onwards: dict[str, dict[str, None]] = {}
    for line in automatic:
        onwards.setdefault(line.source, {})[line.target] = None
    reported: set[str] = set()
    for line in automatic:
        path = None if line.source in reported else way(onwards, line.target, line.source)
        if path is None:
            continue
        reported.update(path, {line.source})
        circle = " → ".join([line.source, *path])
        draft.findings.add(
            "automatic-circle",
            line.place,
            f"The case would run in a circle without a wait: {circle}.",
        )


def _every_state_is_reached(draft: Draft) -> None:
    if draft.states[draft.initial or ""].final:
        return
    reached = closure({draft.initial or ""}, [(line.source, line.target) for line in draft.lines])
    used = _used(draft)
    for state in draft.states.values():
        if state.name in reached:
            continue
        is_used = state.name in used
        draft.findings.add(
            "unreachable-state" if is_used else "unused-state",
            state.place,
            f"No way leads from {draft.initial} to {_label(draft, state.name)}."
            if is_used
            else f"No transition names {_label(draft, state.name)}.",
        )


def _every_state_can_end(draft: Draft) -> None:
    if not any(state.final for state in draft.states.values()):
        return
    ending, used = _ending(draft), _used(draft)
    for state in draft.states.values():
        if state.name in used and state.name not in ending:
            draft.findings.add(
                "cannot-end",
                state.place,
                f"From {_label(draft, state.name)} no way leads to a final state.",
            )


def _used(draft: Draft) -> set[str]:
    return {name for line in draft.lines for name in (line.source, line.target)}


def _ending(draft: Draft) -> set[str]:
    """The states from which a case can end."""
    final = {state.name for state in draft.states.values() if state.final}
    return closure(final, [(line.target, line.source) for line in draft.lines])


def _everything_is_used(draft: Draft) -> None:
    fired = {line.event for line in draft.lines}
    for event in draft.events.values():
        if event.name not in fired:
            draft.findings.add(
                "unused-event", event.place, f"No transition is taken by {event.name}."
            )
    asked = {name for line in draft.lines for name in line.effects}
    for effect in draft.effects.values():
        if effect.name not in asked:
            draft.findings.add(
                "unused-effect", effect.place, f"No transition has effect: {effect.name}."
            )


def _every_event_has_a_sender(draft: Draft) -> None:
    outcomes = outcome_events(draft)
    for event in draft.events.values():
        has_sender = bool(
            event.by or event.by_clock or event.on_enter or event.on_change or event.sent_by
        )
        if not has_sender and event.name not in outcomes:
            draft.findings.add(
                "nobody-fires",
                event.place,
                f"Nobody fires {event.name}.",
                "Add by:, after:, on-enter: or from:, or name it as an outcome of an effect.",
            )
        if has_sender and event.name in outcomes:
            draft.findings.add(
                "several-senders",
                event.place,
                f"{event.name} is an outcome of {outcomes[event.name]} and has another sender too.",
                "Give each sender an event of its own.",
            )


def _nobody_is_stranded(draft: Draft) -> None:
    under_way, ending, ways_out = states_under_way(draft), _ending(draft), draft.lines_by_state()
    for state in draft.states.values():
        if state.final or state.name not in ending:
            continue
        outcomes = under_way.get(state.name, frozenset())
        if not any(_is_sure_way_out(draft, line, outcomes) for line in ways_out[state.name]):
            draft.findings.add(
                "stranded",
                state.place,
                f"A case in {_label(draft, state.name)} could wait for ever.",
                "Give it a button (by:) or a deadline (after:) that leads on.",
            )


def _is_sure_way_out(draft: Draft, line: Transition, outcomes: frozenset[str]) -> bool:
    """Whether a person, the clock, the engine, a worker or the items will move the case on."""
    event: Event = draft.events[line.event]
    if line.target == line.source:
        return False
    if event.by - draft.catalogue.no_person or event.sent_by == "items":
        return True
    if event.by_clock:
        return line.when is None and is_sure(draft, line)
    if event.on_enter:
        return line.when is None
    return event.name in outcomes
