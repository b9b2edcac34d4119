"""Everything that could be done next in a rehearsal, with sensible input; for the generator."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from claims.money.amounts import decimals
from claims.offering import CaseOffer
from claims.rehearsal.given import RECLAMATION, Person
from claims.rehearsal.rehearsal import Rehearsal
from claims.rehearsal.trials import Answer, Edit, Fire, Step, Wait, WaitUntil
from workflows.definition import OUTCOMES, Definition, Input, Transition

NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")
_MENTION = re.compile(r"[a-z]+(?:\.[a-z_0-9]+)+")
AGENT = Person("agent", frozenset({"agent"}))
EVIDENCE = "a photo of it"


def moves(rehearsal: Rehearsal, tested: Definition) -> Iterator[Step]:
    """All steps worth trying now. Of cases other than the tested one, one role is enough."""
    for effect in (*rehearsal.waiting, *rehearsal.unclear):
        for outcome in OUTCOMES:
            is_news = effect.status == "waiting" or outcome != "unknown"
            if outcome in effect.outcomes and is_news:
                yield Answer(effect.use, outcome, effect.case)
    for case in (*range(1, len(rehearsal.reclamation.items) + 1), RECLAMATION):
        if rehearsal.case(case).final is None:
            yield from _presses(rehearsal, case, tested)
    if any("evidence" in (line.when or "") for line in tested.transitions):
        for number, item in enumerate(rehearsal.reclamation.items, start=1):
            if not item.evidence and item.final is None:
                yield Edit(number, AGENT, {"evidence": EVIDENCE})
    due = [each.due_at for each in rehearsal.deadlines if each.due_at]
    if due:
        span = due[0] - rehearsal.at
        is_whole = span > timedelta() and not span.total_seconds() % 60
        yield Wait(span) if is_whole else WaitUntil(max(due[0], rehearsal.at))


def _presses(rehearsal: Rehearsal, case: int, tested: Definition) -> Iterator[Step]:
    definition = rehearsal.definition_of(case)
    lines = definition.lines_from[rehearsal.state(case)]
    is_tested = definition.name == tested.name
    for event in definition.events.values():
        mine = [line for line in lines if line.event == event.name]
        if not mine or not event.by:
            continue
        roles = sorted(event.by - {"import"}) or ["import"]
        people = [Person(role, frozenset({role})) for role in roles]
        if event.second_person:
            people += [Person(f"another {role}", frozenset({role})) for role in roles]
        for who in people if is_tested else people[:1]:
            offers = rehearsal.offers(case, who)
            offer = next((each for each in offers if each.event.name == event.name), None)
            for typed in _forms(rehearsal, case, who, mine, offer):
                yield Fire(case, event.name, who, typed)


def _forms(
    rehearsal: Rehearsal, case: int, who: Person, lines: list[Transition], offer: CaseOffer | None
) -> list[Mapping[str, str]]:
    """A form filled in plainly, and again with each value that a condition may turn on."""
    definition = rehearsal.definition_of(case)
    inputs = definition.events[lines[0].event].input
    bounds = offer.fields if offer else {}
    currency = rehearsal.given.currency
    typed = {
        field.name: values[0]
        for field in inputs
        if (values := _plain(rehearsal, field, bounds.get(field.name, {}), currency))
    }
    forms: list[Mapping[str, str]] = []
    asked = " ".join(line.when or "" for line in lines)
    for field in inputs:
        if f"input.{field.name}" not in asked:
            continue
        # What lies at the edge comes first: it stands for all that looks the same afterwards, and
        # what is just too much for one person is not too much for the next.
        values = _around(rehearsal, case, who, field, asked, currency)
        values += _plain(rehearsal, field, bounds.get(field.name, {}), currency)
        forms += [typed | {field.name: value} for value in dict.fromkeys(values)]
    return list({tuple(sorted(form.items())): form for form in (*forms, typed)}.values())


def _plain(
    rehearsal: Rehearsal, field: Input, bounds: Mapping[str, object], currency: str
) -> list[str]:
    """Values that the form takes as they are, the likeliest first."""
    given = [bounds[which] for which in ("default", "max", "min") if bounds.get(which) is not None]
    places = decimals(currency) if field.type == "money" else 0
    of_type: Mapping[str, list[str]] = {
        "money": [str(Decimal(v).scaleb(-places)) for v in given if isinstance(v, int)] or ["1"],
        "integer": [str(value) for value in given] or ["1"],
        "choice": list(dict.fromkeys([*map(str, given), *field.of])),
        "yes-no": ["yes", "no"],
        "date": [f"{v:%Y-%m-%d}" for v in (*given, rehearsal.at) if isinstance(v, date)],
        "file": ["letter.pdf" if field.of == ("pdf",) else "photo.jpg"],
    }
    return of_type.get(field.type, [str(value) for value in given] or ["as agreed"])


def _around(
    rehearsal: Rehearsal, case: int, who: Person, field: Input, when: str, currency: str
) -> list[str]:
    """What a condition compares the field with, and a little more and less."""
    if field.type not in {"money", "integer"}:
        return []
    facts = rehearsal.facts(case, who)
    named = [facts.get(name) for name in _MENTION.findall(when)]
    found = [Decimal(repr(v)) for v in named if isinstance(v, int | float) and 0 <= v < 1e9]
    found += [Decimal(number) for number in NUMBER.findall(when)]
    places = decimals(currency) if field.type == "money" else 0
    step = Decimal(1).scaleb(-places)
    near = [value + by for value in found for by in (Decimal(0), step, -step)]
    return [str(value.quantize(step)) for value in near if value >= 0]
