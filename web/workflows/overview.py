"""The list of workflows: those of the folder, and older ones that cases still go through."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from claims.queries.workflows import VersionUse
from claims.rules import Rules
from web.badges import Badge, tone_of
from workflows.definition import Definition, Place, Transition


@dataclass(frozen=True, slots=True)
class Standing:
    """How many open cases stand in a state."""

    state: str
    badge: Badge
    cases: int


@dataclass(frozen=True, slots=True)
class WorkflowUse:
    definition: Definition | None
    """None where the folder has it no longer."""
    name: str
    label: str
    subject: str
    versions: Sequence[VersionUse]
    standings: Sequence[Standing]

    @property
    def open_cases(self) -> int:
        return sum(standing.cases for standing in self.standings)


def overview_of(rules: Rules, versions: Sequence[VersionUse]) -> list[WorkflowUse]:
    """In the order of the folder; those that are only in the database come last."""
    names = dict.fromkeys([*rules.definitions, *(version.name for version in versions)])
    return [_use(name, rules, [v for v in versions if v.name == name]) for name in names]


def _use(name: str, rules: Rules, versions: Sequence[VersionUse]) -> WorkflowUse:
    definition = rules.definitions.get(name)
    counted: dict[str, int] = {}
    for version in versions:
        for state, cases in version.states.items():
            counted[state] = counted.get(state, 0) + cases
    return WorkflowUse(
        definition=definition,
        name=name,
        label=definition.label if definition else name,
        subject=definition.subject if definition else versions[0].subject,
        versions=versions,
        standings=[
            Standing(state, _badge(definition, state), counted[state])
            for state in _in_order(counted, definition)
        ],
    )


def _in_order(names: Iterable[str], definition: Definition | None) -> list[str]:
    """As they stand in the file; those it no longer has come last."""
    order = list(definition.states) if definition else []
    return sorted(names, key=lambda name: order.index(name) if name in order else len(order))


def _badge(definition: Definition | None, name: str) -> Badge:
    state = definition.states.get(name) if definition else None
    return Badge(state.label, tone_of(state)) if state else Badge(name, "closed")


def rows_of(definition: Definition) -> list[tuple[Transition, ...]]:
    """The table of transitions as the file has it: one row for a line that leads from several."""
    rows: dict[Place, list[Transition]] = {}
    for line in definition.transitions:
        rows.setdefault(line.place, []).append(line)
    return [tuple(lines) for lines in rows.values()]


def does(line: Transition, definition: Definition) -> list[str]:
    """What a line sets off: commands, effects with what they run, and events of other cases."""
    said = [*line.do, *(f"{name} ({definition.effects[name].run})" for name in line.effects)]
    if line.send_items:
        said.append(f"sends {line.send_items} to the items")
    if line.send_reclamation:
        said.append(f"sends {line.send_reclamation} to the reclamation")
    return said
