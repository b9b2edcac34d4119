"""`transitions` as the machine inside: it walks the lines, and that is all it is allowed to do.

One machine per definition, without a model and without automatic transitions; each decision runs
on a throwaway subject. It is handed bound callables only: the library resolves a *string* by
importing it as a dotted path, so a string that gets this far is refused.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from transitions import EventData, Machine

from workflows.catalogue import Facts
from workflows.definition import Definition, Transition

Holds = Callable[[Transition, Facts], bool]


class StringCallback(Exception):
    """Something in a machine named a callable by text; nothing is ever imported by its name."""


@dataclass(slots=True)
class Walk:
    """The throwaway subject of one decision: where it stands, what it tried, what it took."""

    state_: str
    facts: Facts
    failed: list[Transition] = field(default_factory=list)
    taken: Transition | None = None


class _BoundMachine(Machine):
    @staticmethod
    def resolve_callable(func: Any, event_data: EventData) -> Any:  # noqa: ARG004
        if isinstance(func, str) or not callable(func):
            raise StringCallback(f"{func!r} is no callable of the engine; it is not looked up.")
        return func


@dataclass(frozen=True, slots=True)
class _Guard:
    """One line's condition as the machine calls it."""

    line: Transition
    holds: Holds

    def test(self, event: EventData) -> bool:
        walk: Any = event.model
        if self.line.when is None or self.holds(self.line, walk.facts):
            return True
        walk.failed.append(self.line)
        return False

    def take(self, event: EventData) -> None:
        walk: Any = event.model
        walk.taken = self.line


def build_machine(definition: Definition, holds: Holds) -> Machine:
    """The machine of a sound definition; `holds` says whether a line's condition is true."""
    machine = _BoundMachine(
        model=None,
        states=list(definition.states),
        initial=definition.initial,
        auto_transitions=False,
        send_event=True,
        queued=False,
        # No name of a workflow has an underscore, so no event can collide with the attribute.
        model_attribute="state_",
    )
    for line in definition.transitions:
        guard = _Guard(line, holds)
        machine.add_transition(
            line.event,
            line.source,
            line.target,
            conditions=[guard.test],
            before=[guard.take],
        )
    return machine


def walk(machine: Machine, state: str, event: str, facts: Facts) -> Walk:
    """Fires the event at a throwaway subject in this state; it must be one of the state's."""
    subject = Walk(state, facts)
    machine.events[event].trigger(subject)
    return subject
