"""Cases with which the conditions of a workflow are tried: values around their constants.

Of numbers each constant, a step to either side, what lies between and beyond; of texts each
constant and another; of dates before, now, later and never. The number of cases is bounded.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise, product
from math import prod

from workflows.catalogue import FactType
from workflows.compared import Compared, Constant
from workflows.definition import Input

MOST_CASES = 500
_MOST_VALUES = 24
_NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
_NEVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
_DURATION = re.compile(r"(\d+)([hms])\b")
_SECONDS = {"h": 3600, "m": 60, "s": 1}

Case = dict[str, object]


@dataclass(frozen=True, slots=True)
class Name:
    """A fact or input, and what is known of its values beforehand."""

    name: str
    type: FactType
    least: float | None = None
    most: float | None = None
    options: tuple[str, ...] = ()
    """All that can be chosen, where it is the choice of a form."""


@dataclass(frozen=True, slots=True)
class Samples:
    values: Mapping[str, tuple[object, ...]]
    """For each name its values, in order."""
    are_all: bool
    """Whether `cases` are every combination of them."""

    def cases(self) -> Iterator[Case]:
        if self.are_all:
            for chosen in product(*self.values.values()):
                yield dict(zip(self.values, chosen, strict=True))
            return
        for number in range(4):
            base = {name: of[len(of) * number // 4] for name, of in self.values.items()}
            for name, of in self.values.items():
                for value in of[: MOST_CASES // (4 * len(self.values))]:
                    yield {**base, name: value}


def name_of_input(field: Input, kind: FactType) -> Name:
    """An input with the bounds that are plain numbers, and the options of a choice."""
    options = (*field.of, "") if field.optional else field.of
    numeric = kind in {"integer", "money"} and not field.optional
    return Name(
        f"input.{field.name}",
        kind,
        _number(field.min) if numeric else None,
        _number(field.max) if numeric else None,
        options if field.type == "choice" else (),
    )


def is_natural(case: Case) -> bool:
    """Whether no number in it is below nought, as most numbers of a real case are."""
    return not any(isinstance(value, int | float) and value < 0 for value in case.values())


def sample(names: Sequence[Name], compares: Sequence[Compared], texts: Iterable[str]) -> Samples:
    """The cases for conditions over these names."""
    constants = _gathered(names, compares)
    durations = {
        int(number) * _SECONDS[unit] for text in texts for number, unit in _DURATION.findall(text)
    }
    values = {name.name: _values(name, constants[name.name], durations) for name in names}
    are_few = all(len(of) <= _MOST_VALUES for of in values.values())
    return Samples(
        {name: tuple(of[:_MOST_VALUES]) for name, of in values.items()},
        are_few and prod(len(of) for of in values.values()) <= MOST_CASES,
    )


def _gathered(names: Sequence[Name], compares: Sequence[Compared]) -> dict[str, set[Constant]]:
    """The constants that matter for each name; those that are compared share theirs."""
    gathered: dict[str, set[Constant]] = {name.name: set() for name in names}
    for one in compares:
        for name in gathered:
            if one.is_plain:
                gathered[name] |= one.constants.get(name, set())
            else:
                gathered[name] |= one.loose
    for _ in range(2):
        for one in compares:
            for left, right in one.pairs:
                if left in gathered and right in gathered:
                    shared = gathered[left] | gathered[right]
                    gathered[left], gathered[right] = set(shared), set(shared)
    return gathered


def _values(name: Name, constants: set[Constant], durations: set[int]) -> Sequence[object]:
    numbers = sorted(value for value in constants if isinstance(value, float))
    texts = sorted(value for value in constants if isinstance(value, str))
    match name.type:
        case "yes-no":
            return [False, True]
        case "integer":
            return [*_bounded(name, sorted({round(value) for value in _around(numbers, 1)}))]
        case "money":
            steps = sorted({round(value, 6) for value in _around(numbers, 0.01)})
            return [*_bounded(name, steps)]
        case "text":
            return [*(name.options or (*texts, "another", ""))]
        case "texts":
            chosen = texts[:3]
            return [
                list(some) for size in range(len(chosen) + 1) for some in combinations(chosen, size)
            ] + [["another"]]
        case "date":
            return [*_dates(name.name, durations)]


def _lists(texts: list[str]) -> Iterator[list[str]]:
    for size in range(len(texts) + 1):
        yield from (list(some) for some in combinations(texts, size))
    yield ["another"]


def _around(numbers: list[float], step: float) -> Iterator[float]:
    """Each number, a step to either side, the middle of each gap, and two beyond each end."""
    known = sorted({*numbers, 0.0})
    yield from (known[0] - 2 - step, known[0] - 1, known[-1] * 2 + 1, known[-1] * 2 + 2)
    for number in known:
        yield from (number - step, number, number + step)
    for left, right in pairwise(known):
        yield (left + right) / 2


def _bounded(name: Name, values: Sequence[float]) -> Iterator[float]:
    kept = [
        value
        for value in values
        if (name.least is None or value >= name.least) and (name.most is None or value <= name.most)
    ]
    yield from kept or values


def _dates(name: str, durations: set[int]) -> list[datetime]:
    if name == "now":
        return [_NOW]
    around = {_NOW - timedelta(days=1), _NOW, _NOW + timedelta(days=1), _NEVER}
    for seconds in sorted(durations)[:3]:
        for more in (-60, 0, 60):
            if seconds < 10**9:
                around.add(_NOW - timedelta(seconds=seconds + more))
    return sorted(around)


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
