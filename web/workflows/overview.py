"""The list of workflows: those of the folder, and older ones that cases still go through."""

from collections.abc import Sequence
from dataclasses import dataclass

from claims.queries.workflows import VersionUse
from claims.rules import Rules
from web.badges import Badge, tone_of
from workflows.definition import Definition


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
            Standing(state, _badge(definition, state), cases) for state, cases in counted.items()
        ],
    )


def _badge(definition: Definition | None, name: str) -> Badge:
    state = definition.states.get(name) if definition else None
    return Badge(state.label, tone_of(state)) if state else Badge(name, "closed")
