"""Conditions and bounds: CEL over declared, typed facts, checked before anything runs.

An expression sees the facts and inputs that it was compiled for and nothing else; it can neither
call nor import anything. One environment serves all expressions over the same names.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from cel_expr_python import cel

from workflows.aggregates import (
    Call,
    asks_items,
    fields_of,
    find_calls,
    type_of,
    without_calls,
    worked_out,
)
from workflows.catalogue import Facts, FactType
from workflows.definition import InputType
from workflows.mistakes import Mistake, Mistaken, explain, say_type, short

LONGEST = 2000
Variables = Mapping[str, FactType]

FACT_OF_INPUT: Mapping[InputType, FactType] = {
    "integer": "integer",
    "money": "money",
    "text": "text",
    "choice": "text",
    "yes-no": "yes-no",
    "date": "date",
    "file": "text",
}
_CEL: Mapping[FactType, Any] = {
    "integer": cel.Type.INT,
    "money": cel.Type.DOUBLE,
    "text": cel.Type.STRING,
    "yes-no": cel.Type.BOOL,
    "date": cel.Type.TIMESTAMP,
    "texts": cel.Type.List(cel.Type.STRING),
}
_QUOTED = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"")
_REFERENCE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_NUMBER = re.compile(r"(?<![\w.])\d[\d.]*(?:[eE][-+]?\d+)?")


class ConditionFailed(Exception):
    """An expression could not be worked out with the facts of a case, such as a nought divided."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression; safe to share between threads."""

    text: str
    mentions: tuple[str, ...]
    """The facts and inputs in it, in the order in which they are first named; `items` comes last
    where it asks something of all items."""
    _compiled: Any
    _doubles: frozenset[str]
    aggregates: tuple["Aggregate", ...] = ()

    @property
    def asks_input(self) -> bool:
        return any(name.startswith("input.") for name in self.mentions)

    def evaluate(self, facts: Facts) -> object:
        """Its value for these facts; a fact that is missing or unfit raises ConditionFailed."""
        data: dict[str, object] = {}
        for name in self.mentions:
            if name not in facts:
                raise ConditionFailed(f"{self.text} needs {name}, which is not known here.")
            if name == "items":
                continue
            value = facts[name]
            data[name] = float(value) if name in self._doubles and type(value) is int else value
        for aggregate in self.aggregates:
            data[aggregate.call.variable] = aggregate.evaluate(facts)
        result = self._compiled.eval(data=data)
        if result.type() == cel.Type.ERROR:
            raise ConditionFailed(
                f"{self.text} cannot be worked out: {short(str(result.value()))}; "
                f"{self.present_values(facts)}."
            )
        worked_out: object = result.value()
        return worked_out

    def present_values(self, facts: Facts) -> str:
        """ "item.received is 0, item.value is 24.99" for the sentences of a refusal."""
        said = [f"{name} is {spoken(facts.get(name))}" for name in self.mentions if name != "items"]
        for one in self.aggregates:
            said.append(f"items.{one.call.kind}({one.call.inner}) is {spoken(one.evaluate(facts))}")
        return ", ".join(said)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A question to all items within an expression of their reclamation."""

    call: Call
    inner: Expression
    kind: FactType

    def evaluate(self, facts: Facts) -> object:
        """Its value over facts["items"]; raises ConditionFailed like any expression."""
        values = [self.inner.evaluate(item) for item in fields_of(facts)]
        return worked_out(self.call.kind, values, as_money=self.kind == "money")


def compile_condition(
    text: str, variables: Variables, item_fields: Variables | None = None
) -> Expression:
    """A yes-no over the variables; raises Mistaken.

    With `item_fields` (of a reclamation's items) it may ask `items.all(final)` and the like.
    """
    expression, kind = _compile(text, variables, item_fields)
    if kind != cel.Type.BOOL:
        raise Mistaken(
            [
                Mistake(
                    "condition-type",
                    0,
                    f"A condition says yes or no; {text.strip()} gives {say_type(kind.name())}.",
                )
            ]
        )
    if not expression.mentions:
        raise Mistaken(
            [
                Mistake(
                    "constant-condition",
                    0,
                    f"{text.strip()} is always the same, whatever the case is.",
                    "Leave out when: for the line that is taken otherwise.",
                )
            ]
        )
    return expression


def compile_value(text: str, variables: Variables, wanted: InputType) -> Expression:
    """A bound or default of an input; raises Mistaken. A whole number is fine for money."""
    if wanted == "money" and re.fullmatch(r"\s*-?\d+\s*", text):
        text = f"{text.strip()}.0"
    expression, kind = _compile(text, variables)
    expected = _CEL[FACT_OF_INPUT[wanted]]
    if kind != expected:
        raise Mistaken(
            [
                Mistake(
                    "bound-type",
                    0,
                    f"{text.strip()} gives {say_type(kind.name())}; "
                    f"{say_type(expected.name())} is needed.",
                )
            ]
        )
    return expression


def spoken(value: object) -> str:
    """A fact's value as a person reads it."""
    said = str(value)
    match value:
        case None:
            said = "not known"
        case bool():
            said = "yes" if value else "no"
        case float():
            said = f"{value:.2f}" if round(value, 2) == round(value, 6) else f"{value:.3f}"
        case datetime():
            said = value.isoformat(sep=" ", timespec="minutes")
        case list() | tuple():
            said = ", ".join(str(item) for item in value) or "empty"
        case str():
            said = f'"{value}"' if value else "empty"
    return said


def mentions(text: str, variables: Variables) -> tuple[str, ...]:
    """The variables named in an expression, outside its quoted texts."""
    found: dict[str, None] = {}
    for match in _REFERENCE.finditer(_QUOTED.sub(lambda quoted: " " * len(quoted[0]), text)):
        parts = match[0].split(".")
        for length in range(len(parts), 0, -1):
            name = ".".join(parts[:length])
            if name in variables:
                found[name] = None
                break
    return tuple(found)


@lru_cache(maxsize=512)
def _environment(variables: frozenset[tuple[str, FactType]]) -> Any:
    return cel.NewEnv(variables={name: _CEL[kind] for name, kind in variables})


def _compile(
    text: str, variables: Variables, item_fields: Variables | None = None
) -> tuple[Expression, Any]:
    if len(text) > LONGEST:
        raise Mistaken(
            [Mistake("condition", 0, f"An expression has at most {LONGEST} characters.")]
        )
    blanked = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), text)
    for number in _NUMBER.finditer(blanked):
        if _is_infinite(number[0]):
            raise Mistaken(
                [Mistake("not-a-number", number.start(), f"{number[0]} is too big a number.")]
            )
    if not item_fields and (at := asks_items(blanked)) is not None:
        raise Mistaken(
            [Mistake("aggregate", at, "items.…( ) asks the items of a reclamation; here is none.")]
        )
    aggregates = tuple(_aggregates(text, blanked, item_fields)) if item_fields else ()
    asked = without_calls(text, [one.call for one in aggregates])
    known = {**variables, **{one.call.variable: one.kind for one in aggregates}}
    try:
        compiled = _environment(frozenset(known.items())).compile(asked)
    except RuntimeError as error:
        raise Mistaken(explain(asked, str(error), variables)) from None
    named = mentions(asked, variables)
    doubles = frozenset(name for name in known if known[name] == "money")
    all_named = (*named, "items") if aggregates else named
    return Expression(text, all_named, compiled, doubles, aggregates), compiled.return_type()


def _aggregates(text: str, blanked: str, item_fields: Variables) -> Iterator[Aggregate]:
    """The questions to all items in a text, each compiled over the fields of one item."""
    for call in find_calls(blanked, text):
        try:
            inner, kind = _compile(call.inner, item_fields)
        except Mistaken as mistaken:
            raise Mistaken(
                [replace(each, offset=each.offset + call.inner_start) for each in mistaken.mistakes]
            ) from None
        found: FactType = next((name for name, type_ in _CEL.items() if type_ == kind), "text")
        fitting = {"integer", "money"} if call.kind == "sum" else {"yes-no"}
        if found not in fitting:
            wanted = "a number" if call.kind == "sum" else "a yes-no"
            raise Mistaken(
                [
                    Mistake(
                        "condition-type",
                        call.inner_start,
                        f"items.{call.kind}( ) takes {wanted} of each item; "
                        f"{call.inner.strip()} gives {say_type(kind.name())}.",
                    )
                ]
            )
        yield Aggregate(call, inner, type_of(call.kind, found))


def _is_infinite(number: str) -> bool:
    try:
        return float(number) == float("inf")
    except ValueError:
        return False
