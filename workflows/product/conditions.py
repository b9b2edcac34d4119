"""Which conditions can be decided by trying values around their constants, and these values.

A condition is *plain* if it only compares facts and inputs with each other and with constants.
Anything else (a call, a date, arithmetic, a named Python condition) may hold or fail at any time.
"""

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from workflows.aggregates import without_calls
from workflows.catalogue import Facts, FactType
from workflows.conditions import ConditionFailed, Expression, compile_condition, compile_value
from workflows.mistakes import Mistaken
from workflows.product.words import KNOWN_OF_ITEMS

_QUOTED = re.compile(r"'([^'\\]*)'|\"([^\"\\]*)\"")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w.]*)|(?P<text>\x00)"
    r"|(?P<sign>&&|\|\||==|!=|<=|>=|<|>|!(?!=)|[()\[\],]))\s*"
)
Variables = frozenset[tuple[str, FactType]]
_PLAIN: frozenset[FactType] = frozenset({"integer", "money", "text", "yes-no"})


@dataclass(frozen=True, slots=True)
class Guard:
    """One condition; `expression` is None where it cannot be decided by trying."""

    text: str
    expression: Expression | None = None
    numbers: frozenset[float] = frozenset()
    texts: frozenset[str] = frozenset()

    @property
    def mentions(self) -> tuple[str, ...]:
        return self.expression.mentions if self.expression else ()

    def holds(self, facts: Facts) -> bool:
        if self.expression is None:
            return facts[f"?{self.text}"] is True
        return is_true(self.expression, facts)


@lru_cache(maxsize=2048)
def guard_of(text: str, variables: Variables, of_items: Variables = frozenset()) -> Guard:
    """The condition over these facts and inputs, plain or not.

    What a reclamation asks of its items (`of_items`) is plain where the product knows it.
    """
    known = dict(variables)
    try:
        expression = compile_condition(text, known, dict(of_items) or None)
    except Mistaken:
        return Guard(text)
    calls = [each.call for each in expression.aggregates]
    words = _words(without_calls(text, calls), {*known, *(call.variable for call in calls)})
    if words is None:
        return Guard(text)
    if any(name != "items" and known[name] not in _PLAIN for name in expression.mentions):
        return Guard(text)
    if any({*one.inner.mentions} - KNOWN_OF_ITEMS for one in expression.aggregates):
        return Guard(text)
    return Guard(text, expression, *words)


def bound_of(text: str, variables: Variables) -> Expression | None:
    """A money bound, if it can be worked out."""
    try:
        return compile_value(text, dict(variables), "money")
    except Mistaken:
        return None


def is_true(expression: Expression, facts: Facts) -> bool:
    try:
        return expression.evaluate(facts) is True
    except ConditionFailed:
        return False


def _words(text: str, known: Set[str]) -> tuple[frozenset[float], frozenset[str]] | None:
    """The constants of a plain condition; None for any other."""
    texts = {match[1] or match[2] or "" for match in _QUOTED.finditer(text)}
    rest, at = _QUOTED.sub("\x00", text).strip(), 0
    numbers: set[float] = set()
    while at < len(rest):
        match = _TOKEN.match(rest, at)
        if match is None:
            return None
        if match["number"]:
            numbers.add(float(match["number"]))
        elif match["name"] and match["name"] not in {*known, "true", "false", "in"}:
            return None
        at = match.end()
    return frozenset(numbers), frozenset(texts)


def values(kind: FactType, guards: Iterable[Guard]) -> Sequence[object]:
    """Values of a type on both sides of every constant that these conditions have."""
    guards = list(guards)
    numbers = sorted({number for guard in guards for number in guard.numbers})
    match kind:
        case "integer":
            near = {int(number) + step for number in numbers for step in (-1, 0, 1)}
            return sorted({*near, 0, 1})
        case "money":
            return around(numbers) or [1.0]
        case "text":
            return [*sorted({text for guard in guards for text in guard.texts}), "another", ""]
        case _:
            return [True, False]


def around(numbers: Iterable[float]) -> list[float]:
    near = {round(number + step, 2) for number in numbers for step in (-0.01, 0.0, 0.01)}
    return sorted(value for value in near if value >= 0)
