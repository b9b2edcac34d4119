"""Which line an event may take, whatever the facts are that are not known.

The facts of one path that stay as they are (the worth of the item, its reason, its order) are
chosen once: a *world*. Everything else is tried anew at each step.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod

from workflows.catalogue import Catalogue, FactType
from workflows.conditions import FACT_OF_INPUT, ConditionFailed, Expression
from workflows.definition import Definition, Event, Transition
from workflows.product.conditions import Guard, around, bound_of, guard_of, values
from workflows.product.money import Money, Share
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
MOST_TRIALS = 4000
_OF_MONEY = frozenset({LEFT, HELD, PROPOSED})
_INPUT_AMOUNT = f"input.{AMOUNT}"

World = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Answer:
    """One line that may be taken; `line` is None where none is, or its checks refuse.

    `amount` is a witness in major units, where the line takes an amount that is typed in.
    """

    line: Transition | None
    share: Share = Share.NONE
    is_over: bool = False
    """The amount is more than what is left."""
    is_large: bool = False
    """The amount is above the limit of somebody who may fire the event."""
    amount: float | None = None
    left: float | None = None
    """What was left when it was more."""


class Group:
    """The lines of one event out of one state, in their order."""

    def __init__(self, lines: tuple[Transition, ...], event: Event, known: "Known") -> None:
        self.lines, self.event, self.known = lines, event, known
        variables = known.variables(event)
        self.guards: list[Guard | None] = [
            None if line.when is None else known.guard(line.when, variables) for line in lines
        ]
        amounts = [each for each in event.input if each.name == AMOUNT and each.type == "money"]
        self.has_amount = bool(amounts)
        bounds = [(each.min, each.max) for each in amounts] or [(None, None)]
        self.least, self.most = (
            None if text is None else bound_of(text, known.variables(None)) for text in bounds[0]
        )
        self.plain = [guard for guard in self.guards if guard and guard.expression]
        self.loose = list(
            dict.fromkeys(guard.text for guard in self.guards if guard and not guard.expression)
        )
        self.uses_money = any(known.doings(line) for line in lines)
        self.mentions = tuple(
            dict.fromkeys(
                [name for guard in self.plain for name in guard.mentions]
                + [name for bound in (self.least, self.most) if bound for name in bound.mentions]
            )
        )
        asks_amount = self.has_amount and (self.uses_money or _INPUT_AMOUNT in self.mentions)
        self.tries_amounts = asks_amount and known.has_money
        self.knows_money = known.has_money and (
            asks_amount or self.uses_money or bool(_OF_MONEY & {*self.mentions})
        )
        self._found: dict[tuple[object, ...], tuple[Answer, ...]] = {}

    def answers(self, world: World, money: Money) -> tuple[Answer, ...]:
        """What may be taken; each kind of answer once."""
        relevant = tuple(
            world["?faces"] if name == "items" else world[name]
            for name in (*self.mentions, WORTH)
            if name in world
        )
        key = (relevant, money if self.knows_money else None)
        if key not in self._found:
            found: dict[tuple[object, ...], Answer] = {}
            for answer in self._tried(world, money):
                line = id(answer.line)
                found.setdefault((line, answer.share, answer.is_over, answer.is_large), answer)
            self._found[key] = tuple(found.values())
        return self._found[key]

    def _tried(self, world: World, money: Money) -> Iterator[Answer]:
        if not self.plain and not self.loose and not self.knows_money:
            yield Answer(self.lines[0])
            return
        for facts in self._facts(world, money):
            line = next(
                (
                    line
                    for line, guard in zip(self.lines, self.guards, strict=True)
                    if guard is None or guard.holds(facts)
                ),
                None,
            )
            answer = self._checked(line, facts, money)
            if answer.is_over or not facts.get("?others"):
                yield answer

    def _checked(self, line: Transition | None, facts: World, money: Money) -> Answer:
        """The line with its amount, if its commands and effects accept it."""
        doings = self.known.doings(line) if line else ()
        if line is None or not doings:
            return Answer(line)
        if self._is_refused(doings, money):
            return Answer(None)
        is_typed = doings[0] in {"propose", "mark"} or (doings[0] == "pay" and not money.proposed)
        return self._with_amount(line, doings[0], facts, money) if is_typed else Answer(line)

    def _is_refused(self, doings: Sequence[Doing], money: Money) -> bool:
        decides = "found-paid" in doings or "found-not-paid" in doings
        is_second = doings[0] == "propose" and money.proposed is not Share.NONE
        return (decides and not money.is_unclear) or is_second

    def _with_amount(self, line: Transition, doing: Doing, facts: World, money: Money) -> Answer:
        if not self.has_amount or money.total is Share.ALL:
            return Answer(None)
        amount, left = float(str(facts[_INPUT_AMOUNT])), float(str(facts[LEFT]))
        if amount <= 0 and doing != "mark":
            return Answer(None)
        if amount > left:
            over = Answer(line, is_over=True, amount=amount, left=left)
            return over if money.total is Share.NONE else Answer(None)
        share = Share.ALL if amount == left else Share.PART if amount > 0 else Share.NONE
        return Answer(line, share, False, facts.get("?large") is True, amount)

    def _facts(self, world: World, money: Money) -> Iterator[World]:
        names, tried = self._dimensions(world)
        for chosen in product(*tried):
            facts = {**world, **dict(zip(names, chosen, strict=True))}
            for with_money in self._with_money(facts, money):
                for with_person in self._with_people(with_money):
                    yield from self._with_amounts(with_person)

    def _dimensions(self, world: World) -> tuple[list[str], list[Sequence[object]]]:
        tried: dict[str, Sequence[object]] = {}
        for name in self.mentions:
            if name in world or name in _OF_MONEY or name in {_INPUT_AMOUNT, MAY_REFUND}:
                continue
            about = [guard for guard in self.plain if name in guard.mentions]
            options = [each.of for each in self.event.input if f"input.{each.name}" == name]
            kind = dict(self.known.variables(self.event))[name]
            tried[name] = options[0] if options and options[0] else values(kind, about)
        if prod(len(of) for of in tried.values()) > MOST_TRIALS:
            tried = {name: of[:2] for name, of in tried.items()}
        for text in self.loose:
            tried[f"?{text}"] = [True, False]
        return list(tried), list(tried.values())

    def _with_money(self, facts: World, money: Money) -> Iterator[World]:
        if not self.knows_money:
            yield facts
            return
        worth = float(str(facts[WORTH]))
        lefts: list[float]
        match money.total:
            case Share.NONE:
                # Another claim on the same pieces may have had a part of their worth.
                lefts = [worth, *self._lefts_by_others(worth)]
            case Share.PART:
                lefts = [round(worth / 2, 2)]
            case Share.ALL:
                lefts = [0.0]
        if money.total is not Share.ALL and any(LEFT in guard.mentions for guard in self.plain):
            lefts += [number for number in self._numbers() if 0 < number < worth]
        for left in lefts:
            held = round(worth - left, 2) if money.total else 0.0
            others = money.paid or money.asked
            proposed = 0.0 if not money.proposed else round(held / 2, 2) if others else held
            by_others = left in self._lefts_by_others(worth) and money.total is Share.NONE
            yield {**facts, LEFT: left, HELD: held, PROPOSED: proposed, "?others": by_others}

    def _lefts_by_others(self, worth: float) -> tuple[float, ...]:
        """What another claim on the same pieces may have left: only to see what bounds an amount.

        A path of its own begins with all that the pieces are worth.
        """
        return (round(worth / 2, 2), 0.01) if self.tries_amounts else ()

    def _with_people(self, facts: World) -> Iterator[World]:
        limits = self.known.catalogue.alone_up_to
        if not self.knows_money or WORTH not in facts:
            yield facts
            return
        worth = float(str(facts[WORTH]))
        people = sorted(self.event.by - self.known.catalogue.no_person)
        if limits and people:
            for role in people:
                limit = limits.get(role)
                yield {**facts, MAY_REFUND: 2 * worth if limit is None else limit, "?limit": limit}
        elif MAY_REFUND in self.mentions:
            for may in (2 * worth, 0.0, *self._numbers()):
                yield {**facts, MAY_REFUND: may}
        else:
            yield facts

    def _with_amounts(self, facts: World) -> Iterator[World]:
        if not self.tries_amounts:
            yield facts
            return
        left, limit = float(str(facts[LEFT])), facts.get("?limit")
        limits = [float(str(limit))] if limit is not None else []
        amounts = [left, round(left / 2, 2), *self._numbers(), left + 0.01]
        amounts += around(limits)
        for amount in dict.fromkeys([*amounts, 0.0]):
            if self._fits(amount, facts):
                is_large = bool(limits) and amount > limits[0]
                yield {**facts, _INPUT_AMOUNT: amount, "?large": is_large}

    def _numbers(self) -> list[float]:
        return around({number for guard in self.plain for number in guard.numbers})

    def _fits(self, amount: float, facts: World) -> bool:
        low, high = _worked_out(self.least, facts), _worked_out(self.most, facts)
        return (low is None or amount >= low) and (high is None or amount <= high)


def _worked_out(bound: Expression | None, facts: World) -> float | None:
    try:
        return None if bound is None else float(str(bound.evaluate(facts)))
    except (ConditionFailed, ValueError):
        return None


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
        return Guard(text) if named else guard_of(text, variables, self._of_items)

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
    return guard.expression is None or guard.holds(world)


def _is_of_money(guard: Guard) -> bool:
    return any(
        name in {WORTH, LEFT, HELD, PROPOSED, MAY_REFUND, _INPUT_AMOUNT} for name in guard.mentions
    )
