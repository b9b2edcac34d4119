"""The way from one version to another: what of it is the same for all cases in a state."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workflows.catalogue import Catalogue
from workflows.definition import Definition, Event, Transition


@dataclass(frozen=True)
class Crossing:
    """From `old` to `new`; a state that `states` does not name keeps its name.

    `old` is None where the present checker no longer takes the text of that version; such cases
    can be moved all the same, and nothing is taken for granted about how they stood.
    """

    old: Definition | None
    new: Definition
    states: Mapping[str, str]
    catalogue: Catalogue

    def target(self, state: str) -> str:
        return self.states.get(state, state)

    def hears(self, state: str, event: str) -> bool:
        return event in events_out_of(self.new, state)

    def heard(self, state: str, event: str) -> bool:
        """Whether the old version heard it; where nobody can tell, it is taken to have."""
        return self.old is None or event in events_out_of(self.old, state)

    def pays(self, definition: Definition, state: str) -> list[Event]:
        """Events by which a person there lets money out: they approve what is proposed."""
        return [
            definition.events[line.event]
            for line in definition.lines_from.get(state, ())
            if self._moves_money(definition, line) and self._is_for_people(definition, line)
        ]

    def rests(self, definition: Definition, state: str) -> bool:
        """Whether a case in this state can go on with no effect under way: a button or a clock.

        An on-change event is not enough: the facts may have changed before the case came here.
        """
        return any(
            self._is_for_people(definition, line)
            or definition.events[line.event].by_clock
            or definition.events[line.event].sent_by is not None
            for line in definition.lines_from.get(state, ())
        )

    def passes_through(self, state: str) -> bool:
        """Whether no case ever stays in this state of the new version."""
        lines = self.new.lines_from[state]
        return any(self.new.events[line.event].on_enter and line.when is None for line in lines)

    def _is_for_people(self, definition: Definition, line: Transition) -> bool:
        return bool(definition.events[line.event].by - self.catalogue.no_person)

    def _moves_money(self, definition: Definition, line: Transition) -> bool:
        kinds = (self.catalogue.effects.get(definition.effects[u].run) for u in line.effects)
        return any(kind is not None and kind.moves_money for kind in kinds)


def events_out_of(definition: Definition, state: str) -> set[str]:
    return {line.event for line in definition.lines_from.get(state, ())}


def sent(lines: Iterable[Transition], to: str) -> set[str]:
    """What a workflow sends to the other side: `items` or `reclamation`."""
    events = (line.send_items if to == "items" else line.send_reclamation for line in lines)
    return {event for event in events if event is not None}
