"""Which line an event may take, whatever the facts are that are not known.

The facts of one path that stay as they are (the worth of the item, its reason, its order) are
chosen once: a *world*. Everything else is tried anew at each step.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from workflows.conditions import ConditionFailed, Expression
from workflows.definition import Event, Transition
from workflows.product.conditions import Guard, around, bound_of, values
from workflows.product.money import Money, Share
from workflows.product.words import AMOUNT, HELD, LEFT, MAY_REFUND, PROPOSED, WORTH, Doing

if TYPE_CHECKING:
    from workflows.product.known import Known

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
            dict.fromkeys(text for guard in self.guards if guard for text in guard.loose)
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
