"""Tests as text of a file that `claims.rehearsal.reading` reads back."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal

from claims.money.amounts import decimals
from claims.rehearsal.given import RECLAMATION, Given, ItemGiven, Person
from claims.rehearsal.trials import (
    Answer,
    Edit,
    Expected,
    Fire,
    Look,
    Step,
    Trial,
    Wait,
    WaitUntil,
)

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/'()=<>+-]*")
_FALSE_FRIENDS = re.compile(r"~|null|.* |.*- .*|.*\.(nan|inf)", re.IGNORECASE)
_UNITS = (("week", 604800), ("day", 86400), ("hour", 3600), ("minute", 60))


def write_trials(workflow: str, trials: Iterable[Trial], standard: Given) -> str:
    """A whole file; `standard` is what a test begins with that says nothing."""
    said = [
        f"# Written by: redress workflow test --generate {workflow}",
        f"tests-of: {workflow}",
        "",
        "tests:",
    ]
    for trial in trials:
        main = RECLAMATION if trial.given.reclamation_workflow == workflow else 1
        said += _trial(trial, main, standard)
    return "\n".join(said).rstrip("\n") + "\n"


def _trial(trial: Trial, main: int, standard: Given) -> list[str]:
    said = [f"  - test: {_text(trial.name)}"]
    if trial.given != standard:
        said.append(f"    given: {_given(trial.given)}")
    if trial.when:
        said.append("    when:")
        said += [f"      - {_step(placed.step, main)}" for placed in trial.when]
    said.append("    then:")
    said += [f"      {_what(each, main)}: {_value(each, trial.given)}" for each in trial.then]
    return [*said, ""]


def _what(expected: Expected, main: int) -> str:
    is_other = expected.case == RECLAMATION and main != RECLAMATION
    return "reclamation" if is_other else expected.what


def _given(given: Given) -> str:
    """What differs from the standard: only what the generator varies."""
    standard, parts = Given(), {}
    parts["items"] = f"[{', '.join(_item(item, given.currency) for item in given.items)}]"
    if given.customer_claims != standard.customer_claims:
        parts["customer-claims"] = str(given.customer_claims)
    if given.customer_refunded:
        parts["customer-refunded"] = _amount(given.customer_refunded, given.currency)
    if given.priority != standard.priority:
        parts["priority"] = given.priority
    return _table(parts)


def _item(item: ItemGiven, currency: str) -> str:
    parts = {
        "quantity": str(item.quantity),
        "price": _amount(item.price, currency),
        "reason": item.reason,
        "resolution": item.resolution,
    }
    if item.workflow:
        parts["workflow"] = item.workflow
    if item.evidence:
        parts["evidence"] = _text(item.evidence)
    return _table(parts)


def _step(step: Step, main: int) -> str:
    parts: dict[str, str]
    match step:
        case Fire(case, event, who, typed, refused):
            parts = {"event": event, **_who(who), **_case(case, main)}
            if typed:
                parts["input"] = _table({name: _text(text) for name, text in typed.items()})
            parts |= _words("refused", refused)
        case Edit(case, who, changes, refused):
            edit = _table({name: _text(str(value)) for name, value in changes.items()})
            parts = {"edit": edit, **_who(who), **_case(case, main), **_words("refused", refused)}
        case Wait(span, is_business):
            parts = {"wait": _span(span, is_business)}
        case WaitUntil(moment):
            parts = {"until": f"{moment:%Y-%m-%d %H:%M}"}
        case Answer(effect, None, case):
            parts = {"crash": effect, **_case(case, main)}
        case Answer(effect, outcome, case, shares):
            parts = {"effect": effect, "ends": str(outcome), **_case(case, main)}
            parts |= {"shares-paid": str(shares)} if shares else {}
        case Look(case, event, who, is_open, because):
            key = "offered" if is_open else "not-offered"
            parts = {key: event, **_who(who), **_case(case, main), **_words("because", because)}
    return _table(parts)


def _who(who: Person) -> dict[str, str]:
    roles = sorted(who.roles)
    by = roles[0] if len(roles) == 1 else f"[{', '.join(roles)}]"
    return {"by": by} if who.name == roles[0] else {"by": by, "person": _text(who.name)}


def _case(case: int | None, main: int) -> dict[str, str]:
    """Of which case, unless it is the tested one."""
    if case is None or case == main:
        return {}
    return {"of": "reclamation"} if case == RECLAMATION else {"item": str(case)}


def _words(key: str, words: str | None) -> dict[str, str]:
    return {key: _text(words)} if words else {}


def _span(span: timedelta, is_business: bool) -> str:
    seconds = int(span.total_seconds())
    for unit, size in _UNITS:
        if seconds % size == 0 and (not is_business or unit == "day"):
            many = seconds // size
            name = f"business {unit}" if is_business else unit
            return f"{many} {name}{'' if many == 1 else 's'}"
    return f"{-(-seconds // 60)} minutes"


def _value(expected: Expected, given: Given) -> str:
    value = expected.value
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    if isinstance(value, int) and expected.what != "incidents":
        return _amount(value, given.currency)
    return _text(str(value))


def _amount(minor: int, currency: str) -> str:
    places = decimals(currency)
    return f"{Decimal(minor).scaleb(-places):.{places}f}"


def _table(parts: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"{key}: {value}" for key, value in parts.items()) + " }"


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and not _FALSE_FRIENDS.fullmatch(text):
        return text
    return json.dumps(text, ensure_ascii=False)
