"""What a reclamation's condition asks of all its items: `items.all(final)`.

Each call is taken out of the expression before CEL sees it: what stands between its brackets is
an expression of its own over the fields of one item, and a variable stands in its place. So both
are checked for types, with the column of a mistake, and neither needs a list of objects.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from workflows.catalogue import FactType
from workflows.mistakes import Mistake, Mistaken

Kind = Literal["all", "any", "count", "sum"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_CALL = re.compile(r"(?<![\w.])items\.([A-Za-z_]\w*)\s*\(")


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it stands in the text; `start` and `inner_start` count its characters."""

    kind: Kind
    start: int
    end: int
    inner: str
    inner_start: int

    @property
    def variable(self) -> str:
        """As long as `items` at most, so that what stands behind keeps its column."""
        return f"i{self.start:04d}"


def find_calls(blanked: str, text: str) -> list[Call]:
    """The calls in a text; `blanked` is the text with blanks for all that stands in quotes.

    Raises Mistaken for a bracket that is never closed, for a call within a call, and for a word
    that is none of all, any, count and sum.
    """
    calls: list[Call] = []
    for match in _CALL.finditer(blanked):
        if calls and match.start() < calls[-1].end:
            raise Mistaken(
                [
                    Mistake(
                        "aggregate",
                        match.start(),
                        "Within items.…( ) stands one item; its items cannot be asked again.",
                    )
                ]
            )
        kind = next((kind for kind in KINDS if kind == match[1]), None)
        if kind is None:
            raise Mistaken(
                [
                    Mistake(
                        "aggregate",
                        match.start(),
                        f"There is no items.{match[1]}( ).",
                        "There is items.all, items.any, items.count and items.sum.",
                    )
                ]
            )
        end = _closing(blanked, match.end())
        if end is None:
            raise Mistaken(
                [Mistake("condition", match.start(), "The bracket behind it is never closed.")]
            )
        calls.append(Call(kind, match.start(), end + 1, text[match.end() : end], match.end()))
    return calls


def asks_items(blanked: str) -> int | None:
    """Where a text first asks something of all items, if it does."""
    match = _CALL.search(blanked)
    return match.start() if match else None


def without_calls(text: str, calls: Sequence[Call]) -> str:
    """The text with a variable for each call; every other character keeps its line and column."""
    for call in calls:
        filled = re.sub(r"[^\n]", " ", text[call.start + len(call.variable) : call.end])
        text = f"{text[: call.start]}{call.variable}{filled}{text[call.end :]}"
    return text


def type_of(kind: Kind, summed: FactType) -> FactType:
    """What a call gives; `summed` is the type of what stands in its brackets."""
    if kind in {"all", "any"}:
        return "yes-no"
    return "integer" if kind == "count" else summed


def worked_out(kind: Kind, values: Sequence[object], as_money: bool) -> object:
    """The call over the values of its inner expression, one for each item."""
    match kind:
        case "all":
            return all(value is True for value in values)
        case "any":
            return any(value is True for value in values)
        case "count":
            return sum(1 for value in values if value is True)
        case "sum":
            numbers = [value for value in values if isinstance(value, int | float)]
            return float(round(sum(numbers), 6)) if as_money else int(sum(numbers))


def fields_of(facts: Mapping[str, object]) -> list[Mapping[str, object]]:
    """The items among the facts of a reclamation: facts["items"]."""
    items = facts.get("items", ())
    if not isinstance(items, Sequence):
        return []
    return [item for item in items if isinstance(item, Mapping)]


def _closing(blanked: str, start: int) -> int | None:
    depth = 1
    for index in range(start, len(blanked)):
        depth += {"(": 1, ")": -1}.get(blanked[index], 0)
        if depth == 0:
            return index
    return None
