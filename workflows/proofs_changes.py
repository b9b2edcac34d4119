"""Proofs about events of change: the engine asks their lines when facts of the case change."""

from workflows.conditions import mentions
from workflows.definition import Transition
from workflows.draft import Draft

_WHY = {
    "clock": "changes by itself, and nothing tells of it",
    "elsewhere": "changes by what happens to other reclamations, and nothing tells of it",
    "actor": "belongs to whoever acts, and nobody does here",
}
_INSTEAD = {
    "clock": "Use an event with after: or at:.",
    "elsewhere": "Ask it where a person or the clock acts.",
    "actor": "Ask it in a line of an event with by:.",
}


def prove_changes(draft: Draft) -> None:
    """Each line of an on-change event asks something, and something that is told of; a date at
    which the clock rings stays where it is as long as nothing happens."""
    facts = draft.catalogue.facts[draft.subject]
    for event in draft.events.values():
        for name in mentions(event.at, draft.variables()) if event.at else ():
            if facts[name].changes == "clock":
                draft.findings.add(
                    "unwatched-fact",
                    event.place,
                    f"{event.name} would ring at a date that {name} moves on and on.",
                    "Use after: with a span.",
                )
    for line in draft.lines:
        if not draft.events[line.event].on_change:
            continue
        if line.when is None:
            draft.findings.add(
                "change-without-condition",
                line.place,
                f"{line.event} waits for facts to change, but this line asks for none.",
                "Add when: with the condition, or make the event on-enter.",
            )
        else:
            condition = draft.catalogue.conditions.get(line.when)
            named = condition.facts if condition else mentions(line.when, draft.variables())
            _is_told_of(draft, line, line.when, named)


def _is_told_of(draft: Draft, line: Transition, when: str, named: tuple[str, ...]) -> None:
    facts = draft.catalogue.facts[draft.subject]
    for name in named:
        changes = facts[name].changes
        if changes in _WHY:
            draft.findings.add(
                "unwatched-fact",
                line.when_place or line.place,
                f"{line.event} waits for {name}, which {_WHY[changes]}.",
                _INSTEAD[changes],
            )
    if named and "items." not in when and all(facts[name].changes == "never" for name in named):
        draft.findings.add(
            "unwatched-fact",
            line.when_place or line.place,
            f"{line.event} waits for {' and '.join(named)}, which never changes.",
            "Make the event on-enter.",
        )
