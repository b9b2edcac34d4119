"""One workflow against its catalogue, as the proofs read it: its groups of lines, its worlds."""

from collections.abc import Sequence
from functools import cached_property
from itertools import product
from math import prod

from workflows.catalogue import Catalogue, FactType
from workflows.conditions import FACT_OF_INPUT
from workflows.definition import Definition, Event, Transition
from workflows.product.answers import Group, World
from workflows.product.conditions import Guard, around, guard_of, is_true, values
from workflows.product.words import (
    AMOUNT,
    COMMANDS,
    HELD,
    KNOWN_TOGETHER,
    LEFT,
    MAY_REFUND,
    OF_THE_CLAIM,
    PROPOSED,
    WORTH,
    Doing,
)

MOST_WORLDS = 24
_OF_MONEY = frozenset({WORTH, LEFT, HELD, PROPOSED, MAY_REFUND, f"input.{AMOUNT}"})


class Known:
    """One workflow against its catalogue: its groups of lines, and the worlds it may live in."""

    def __init__(self, definition: Definition, catalogue: Catalogue) -> None:
        self.definition, self.catalogue = definition, catalogue
        self._facts: dict[str, FactType] = {
            name: fact.type for name, fact in catalogue.facts[definition.subject].items()
        }
        of_items = catalogue.item_fields if definition.subject == "reclamation" else {}
        self._of_items = frozenset((name, fact.type) for name, fact in of_items.items())
        self._variables: dict[str, frozenset[tuple[str, FactType]]] = {}
        self._doings: dict[int, tuple[Doing, ...]] = {}
        self._groups: dict[tuple[str, str], Group] = {}

    @property
    def has_money(self) -> bool:
        return WORTH in self._facts

    def variables(self, event: Event | None) -> frozenset[tuple[str, FactType]]:
        key = event.name if event and event.input else ""
        if key not in self._variables:
            more = (
                {f"input.{each.name}": FACT_OF_INPUT[each.type] for each in event.input}
                if event
                else {}
            )
            self._variables[key] = frozenset({**self._facts, **more}.items())
        return self._variables[key]

    def guard(self, text: str, variables: frozenset[tuple[str, FactType]]) -> Guard:
        named = self.catalogue.conditions.get(text)
        return Guard(text, loose=(text,)) if named else guard_of(text, variables, self._of_items)

    def doings(self, line: Transition) -> tuple[Doing, ...]:
        """What a line does to money, in the order in which it is done."""
        if not self.has_money:
            return ()
        if id(line) not in self._doings:
            said = [COMMANDS[name] for name in line.do if name in COMMANDS]
            for name in line.effects:
                kind = self.catalogue.effects.get(self.definition.effects[name].run)
                said += ["pay"] if kind and kind.moves_money else []
            self._doings[id(line)] = tuple(said)
        return self._doings[id(line)]

    def entering(self, state: str) -> Group | None:
        """All on-enter lines out of a state, in the order in which the engine tries them."""
        if (state, "") not in self._groups:
            events = self.definition.events
            lines = tuple(x for x in self.definition.lines_from[state] if events[x.event].on_enter)
            if not lines:
                return None
            self._groups[state, ""] = Group(lines, events[lines[0].event], self)
        return self._groups[state, ""]

    def group(self, state: str, event: str) -> Group | None:
        """The lines of an event out of a state, if there are any."""
        if (state, event) not in self._groups:
            lines = tuple(x for x in self.definition.lines_from[state] if x.event == event)
            if not lines:
                return None
            self._groups[state, event] = Group(lines, self.definition.events[event], self)
        return self._groups[state, event]

    @cached_property
    def worlds(self) -> tuple[World, ...]:
        """Choices of what stays as it is for the length of a path."""
        guards = [
            self.guard(line.when, self.variables(self.definition.events[line.event]))
            for line in self.definition.transitions
            if line.when
        ]
        tried: dict[str, Sequence[object]] = {}
        if self.has_money:
            tried[WORTH] = self._worths(guards)
        for name in dict.fromkeys(name for guard in guards for name in guard.mentions):
            fact = self.catalogue.facts[self.definition.subject].get(name)
            if fact is None or name in tried or name in KNOWN_TOGETHER:
                continue
            if fact.changes == "never" or name in OF_THE_CLAIM:
                about = [guard for guard in guards if name in guard.mentions]
                several = values(fact.type, about)
                if len(several) * prod(len(of) for of in tried.values()) <= MOST_WORLDS:
                    tried[name] = several
        every = [dict(zip(tried, chosen, strict=True)) for chosen in product(*tried.values())]
        alike: dict[tuple[object, ...], World] = {}
        for world in every:
            alike.setdefault(tuple(_seen_by(guard, world) for guard in guards), world)
        different = list(alike.values())
        step = max(1, -(-len(different) // MOST_WORLDS))
        return tuple(different[::step])

    def _worths(self, guards: list[Guard]) -> list[float]:
        """One item that is worth more than all that is compared, then those around constants."""
        numbers = {n for guard in guards for n in guard.numbers if _is_of_money(guard)}
        most = max([*numbers, *self.catalogue.alone_up_to.values(), 0.0])
        large = 20.0 if most <= 0 else float(int(most) * 2 + 100)
        own = {n for guard in guards if WORTH in guard.mentions for n in guard.numbers}
        return [large, *(near for near in around(own) if near != large and near > 0)]


def _seen_by(guard: Guard, world: World) -> object:
    """What a condition makes of a world: its truth, or where it asks more than is fixed, all."""
    if any(name not in world for name in guard.mentions):
        return tuple(world[name] for name in guard.mentions if name in world)
    return guard.expression is None or is_true(guard.expression, world)


def _is_of_money(guard: Guard) -> bool:
    return any(name in _OF_MONEY for name in guard.mentions)
