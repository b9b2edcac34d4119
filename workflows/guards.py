"""What the conditions of one state and event make of a bounded number of cases.

What is found by a case is true, for the case is its witness. "Never" and "always" are said only
where the cases tell everything: see `workflows.compared`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from workflows.catalogue import FactType
from workflows.compared import Compared, compared
from workflows.conditions import ConditionFailed, Expression, compile_condition, spoken
from workflows.mistakes import Mistaken
from workflows.sampling import Case, Name, is_natural, sample

_ORDERED: frozenset[FactType] = frozenset({"integer", "money", "date"})


@dataclass(frozen=True, slots=True)
class Seen:
    """Lines are counted from 0, in the order in which they stand."""

    nowhere: str | None = None
    """A case that no line takes: "item.value = 17.50"."""
    holes: tuple[tuple[int, int, str], ...] = ()
    """Two lines over ranges of one name, and what lies between them and is taken by none."""
    overlaps: tuple[tuple[int, int, str], ...] = ()
    """Two lines over ranges of one name, neither within the other, and what both would take."""
    covered: tuple[tuple[int, tuple[int, ...], str], ...] = ()
    """A line that is never taken, those that take its cases before it, and such a case."""
    never: tuple[int, ...] = ()
    always: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Tried:
    case: Case
    holds: tuple[bool, ...]

    @property
    def taken(self) -> int | None:
        return next((number for number, holds in enumerate(self.holds) if holds), None)


@lru_cache(maxsize=512)
def look_at(
    conditions: tuple[str | None, ...], doings: tuple[int, ...], known: frozenset[Name]
) -> Seen:
    """What can be seen of lines with these conditions; None is the else.

    `doings` are equal for lines that lead to the same. Conditions that do not compile, or that
    ask something of all items, tell nothing.
    """
    expressions = _compiled(conditions, known)
    if expressions is None:
        return Seen()
    names = _mentioned(expressions, known)
    compares = {number: compared(one.text) for number, one in expressions.items()}
    samples = sample(names, list(compares.values()), [one.text for one in expressions.values()])
    tried = [_try(case, conditions, expressions) for case in samples.cases()]
    natural = [each for each in tried if is_natural(each.case)]
    doubtless = [
        number
        for number in expressions
        if samples.are_all
        and _tells_everything(names, [compares[n] for n in compares if n <= number])
    ]
    ordered = {
        name.name: [values for values in [samples.values[name.name]] if name.type in _ORDERED]
        for name in names
    }
    sweeps = list(_sweeps(natural, [name for name, of in ordered.items() if of]))
    return Seen(
        nowhere=next((_say(each.case) for each in natural if each.taken is None), None),
        holes=tuple(_holes(sweeps)),
        overlaps=tuple(_overlaps(sweeps, expressions, doings)),
        covered=tuple(_covered(tried, doubtless, conditions)),
        never=tuple(n for n in doubtless if not any(each.holds[n] for each in tried)),
        always=tuple(n for n in doubtless if all(each.holds[n] for each in tried)),
    )


def _compiled(
    conditions: Sequence[str | None], known: frozenset[Name]
) -> dict[int, Expression] | None:
    variables = {name.name: name.type for name in known}
    try:
        return {
            number: compile_condition(text, variables)
            for number, text in enumerate(conditions)
            if text is not None
        }
    except Mistaken:
        return None


def _mentioned(expressions: Mapping[int, Expression], known: frozenset[Name]) -> list[Name]:
    by_name = {name.name: name for name in known}
    return [
        by_name[mention]
        for mention in dict.fromkeys(m for one in expressions.values() for m in one.mentions)
    ]


def _try(
    case: Case, conditions: Sequence[str | None], expressions: Mapping[int, Expression]
) -> _Tried:
    return _Tried(
        case,
        tuple(
            text is None or _holds(expressions[number], case)
            for number, text in enumerate(conditions)
        ),
    )


def _holds(expression: Expression, case: Case) -> bool:
    try:
        return expression.evaluate(case) is True
    except ConditionFailed:
        return False


def _tells_everything(names: Sequence[Name], compares: Sequence[Compared]) -> bool:
    """Whether these conditions are such that the cases stand for all that there are."""
    if not all(one.is_plain for one in compares):
        return False
    asked = {name for one in compares for name in one.constants}
    pairs = {pair for one in compares for pair in one.pairs}
    if len({name for pair in pairs for name in pair}) < 2 * len(pairs):
        return False
    return not any(
        name.type == "date" or (name.type == "texts" and _texts_of(name, compares) > 3)
        for name in names
        if name.name in asked
    )


def _texts_of(name: Name, compares: Sequence[Compared]) -> int:
    return len({text for one in compares for text in one.constants.get(name.name, ())})


def _sweeps(tried: Sequence[_Tried], ordered: Sequence[str]) -> Iterator[tuple[str, list[_Tried]]]:
    """The cases that differ in nothing but one ordered name, in its order."""
    for name in ordered:
        rows: dict[str, list[_Tried]] = {}
        for each in tried:
            rest = repr([(other, value) for other, value in each.case.items() if other != name])
            rows.setdefault(rest, []).append(each)
        for row in rows.values():
            if len(row) >= 3:
                yield name, sorted(row, key=lambda each: each.case[name])  # type: ignore[arg-type,return-value]


def _holes(sweeps: Sequence[tuple[str, list[_Tried]]]) -> Iterator[tuple[int, int, str]]:
    found: set[tuple[int, int]] = set()
    for name, row in sweeps:
        taken = [each.taken for each in row]
        for start in range(1, len(row)):
            if taken[start] is not None or taken[start - 1] is None:
                continue
            end = next((n for n in range(start, len(row)) if taken[n] is not None), None)
            if end is None:
                break
            below, above = taken[start - 1], taken[end]
            if below is None or above is None or below == above:
                continue
            is_range = start >= 2 and end + 1 < len(row) and row[start - 2].holds[below]
            is_range = is_range and row[end + 1].holds[above]
            if not is_range or row[end].holds[below] or row[start - 1].holds[above]:
                continue
            pair = (min(below, above), max(below, above))
            if pair not in found:
                found.add(pair)
                yield *pair, _say_only(name, row[(start + end - 1) // 2])


def _overlaps(
    sweeps: Sequence[tuple[str, list[_Tried]]],
    expressions: Mapping[int, Expression],
    doings: Sequence[int],
) -> Iterator[tuple[int, int, str]]:
    """First only the one, then both, then only the other."""
    for second in expressions:
        for first in expressions:
            alike = set(expressions[first].mentions) == set(expressions[second].mentions)
            if first >= second or not alike or doings[first] == doings[second]:
                continue
            witness = next(
                (w for name, row in sweeps if (w := _both(name, row, first, second))), None
            )
            if witness:
                yield first, second, witness


def _both(name: str, row: Sequence[_Tried], first: int, second: int) -> str | None:
    phases: list[tuple[bool, bool]] = []
    shared: list[_Tried] = []
    for each in row:
        phase = (each.holds[first], each.holds[second])
        if phase == (True, True) and each.taken == first:
            shared.append(each)
        if phases[-1:] != [phase]:
            phases.append(phase)
    one, both, other = (True, False), (True, True), (False, True)
    joined = [[one, both, other], [other, both, one]]
    if shared and any(phases[n : n + 3] in joined for n in range(len(phases))):
        return _say_only(name, shared[(len(shared) - 1) // 2])
    return None


def _covered(
    tried: Sequence[_Tried], doubtless: Sequence[int], conditions: Sequence[str | None]
) -> Iterator[tuple[int, tuple[int, ...], str]]:
    for number in doubtless:
        before = conditions[:number]
        if None in before or conditions[number] in before:
            continue
        mine = [each for each in tried if each.holds[number]]
        takers = {each.taken for each in mine if each.taken is not None}
        if mine and number not in takers:
            witness = next((each for each in mine if is_natural(each.case)), mine[0])
            yield number, tuple(sorted(takers)), _say(witness.case)


def _say(case: Case) -> str:
    return ", ".join(f"{name} = {spoken(value)}" for name, value in case.items())


def _say_only(name: str, tried: _Tried) -> str:
    """The name that matters first, then the rest of the case."""
    return _say({name: tried.case[name], **tried.case})
