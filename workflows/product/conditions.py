"""Which conditions can be decided by trying values around their constants, and these values.

A condition is *plain* if it only compares facts and inputs with each other and with constants.
Anything else (a call, a date, arithmetic, a named Python condition) may hold or fail at any time.
"""

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
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
    """One condition: what of it can be decided by trying, and what cannot, joined by &&."""

    text: str
    expression: Expression | None = None
    """None where nothing of it can be decided."""
    loose: tuple[str, ...] = ()
    """What may hold or fail at any time."""
    numbers: frozenset[float] = frozenset()
    texts: frozenset[str] = frozenset()

    @property
    def mentions(self) -> tuple[str, ...]:
        return self.expression.mentions if self.expression else ()

    def holds(self, facts: Facts) -> bool:
        if self.expression is not None and not is_true(self.expression, facts):
            return False
        return all(facts[f"?{text}"] is True for text in self.loose)


@lru_cache(maxsize=2048)
def guard_of(text: str, variables: Variables, of_items: Variables = frozenset()) -> Guard:
    """The condition over these facts and inputs, plain or not.

    What a reclamation asks of its items (`of_items`) is plain where the product knows it.
    """
    parts = [_guard_of(part, variables, of_items) for part in _conjuncts(text)]
    plain = " && ".join(f"({part.text})" for part in parts if part.expression)
    loose = tuple(part.text for part in parts if not part.expression)
    if len(parts) == 1 or not plain:
        return replace(parts[0], loose=loose) if len(parts) == 1 else Guard(text, loose=(text,))
    decided = _guard_of(plain, variables, of_items)
    return replace(decided, text=text, loose=loose)


def _conjuncts(text: str) -> list[str]:
    """What is joined by && outside of all brackets; the whole where || or ? stands too."""
    blanked = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), text)
    if "?" in blanked:
        return [text]
    cuts: list[int] = []
    depth = 0
    for at, sign in enumerate(blanked):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(sign, 0)
        if depth == 0 and blanked.startswith("||", at):
            return [text]
        if depth == 0 and blanked.startswith("&&", at):
            cuts.append(at)
    begins = [0, *(cut + 2 for cut in cuts)]
    parts = [text[i:j].strip() for i, j in zip(begins, [*cuts, len(text)], strict=True)]
    return parts if all(parts) else [text]


def _guard_of(text: str, variables: Variables, of_items: Variables) -> Guard:
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
    return Guard(text, expression, (), *words)


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
