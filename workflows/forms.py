"""The form of an event: what was typed becomes typed values, or a sentence per field."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from workflows.catalogue import Facts, FactType
from workflows.conditions import Expression, compile_value
from workflows.definition import Event, Input, InputType

LONGEST_TEXT = 10_000
_YES = {"on", "yes", "true", "1"}
_NO = {"", "off", "no", "false", "0"}
_EMPTY: Mapping[InputType, object] = {
    "integer": 0,
    "money": 0.0,
    "text": "",
    "choice": "",
    "yes-no": False,
    "date": datetime(1970, 1, 1, tzinfo=UTC),
    "file": "",
}
_MONEY = re.compile(r"(-?)(\d{1,15}|\d{1,3}(?:[.,' ]\d{3})+)(?:[.,](\d*))?")
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Unfit(Exception):
    """What was typed into a field cannot be taken; the sentence says why."""


class Form:
    """The inputs of one event with their bounds, compiled over the facts of a case."""

    def __init__(self, event: Event, facts: Mapping[str, FactType]) -> None:
        self.inputs = event.input
        self._values: dict[tuple[str, str], Expression] = {}
        for field in event.input:
            for which in ("default", "min", "max"):
                text: str | None = getattr(field, which)
                if text is not None:
                    self._values[field.name, which] = compile_value(text, facts, field.type)

    def read(
        self, raw: Mapping[str, str], facts: Facts, decimals: int
    ) -> tuple[dict[str, object], dict[str, str]]:
        values: dict[str, object] = {}
        errors: dict[str, str] = {}
        for field in self.inputs:
            typed = raw.get(field.name, "").strip()
            if not typed and field.type != "yes-no":
                if not field.optional:
                    errors[field.name] = f"{field.label} is missing."
                continue
            try:
                value = _READERS[field.type](field, typed, decimals)
                self._check_bounds(field, value, facts, decimals)
            except Unfit as unfit:
                errors[field.name] = str(unfit)
            else:
                values[field.name] = value
        return values, errors

    def facts_of(self, values: Mapping[str, object], decimals: int) -> dict[str, object]:
        return {
            f"input.{field.name}": _fact(field, values[field.name], decimals)
            if field.name in values
            else _EMPTY[field.type]
            for field in self.inputs
        }

    def defaults(self, facts: Facts) -> dict[str, object]:
        return {
            field.name: {
                which: self._value(field, which, facts) for which in ("default", "min", "max")
            }
            for field in self.inputs
        }

    def why_nothing_fits(self, facts: Facts) -> str | None:
        """A sentence if a required field has bounds that leave nothing to type in."""
        for field in self.inputs:
            low, high = self._value(field, "min", facts), self._value(field, "max", facts)
            if not field.optional and low is not None and high is not None and low > high:  # type: ignore[operator]
                return (
                    f"Nothing is left: {field.label} would be at least {_say(low)} "
                    f"and at most {_say(high)}."
                )
        return None

    def _value(self, field: Input, which: str, facts: Facts) -> object:
        expression = self._values.get((field.name, which))
        return expression.evaluate(facts) if expression else None

    def _check_bounds(self, field: Input, value: object, facts: Facts, decimals: int) -> None:
        low, high = self._value(field, "min", facts), self._value(field, "max", facts)
        if field.type == "money":
            low = None if low is None else to_minor(float(str(low)), decimals, ROUND_CEILING)
            high = None if high is None else to_minor(float(str(high)), decimals, ROUND_FLOOR)
        if field.type == "date":
            low = low.date() if isinstance(low, datetime) else None
            high = high.date() if isinstance(high, datetime) else None
        if low is not None and value < low:  # type: ignore[operator]
            raise Unfit(f"{field.label} is at least {_show(field, low, decimals)}.")
        if high is not None and value > high:  # type: ignore[operator]
            raise Unfit(f"{field.label} is at most {_show(field, high, decimals)}.")


def to_minor(amount: float, decimals: int, rounding: str) -> int:
    """A double in major units as minor units; what lies below a billionth is noise."""
    exact = round(Decimal(repr(amount)), 9).scaleb(decimals)
    return int(exact.to_integral_value(rounding=rounding))


def _fact(field: Input, value: object, decimals: int) -> object:
    if field.type == "money" and isinstance(value, int):
        return float(value / 10**decimals)
    if field.type == "file" and isinstance(value, Mapping):
        return str(value["name"])
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value


def _show(field: Input, value: object, decimals: int) -> str:
    if field.type == "money" and isinstance(value, int):
        return f"{Decimal(value).scaleb(-decimals):.{decimals}f}"
    return str(value)


def _say(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _integer(field: Input, typed: str, _decimals: int) -> int:
    if not re.fullmatch(r"[-+]?[0-9]{1,15}", typed):
        raise Unfit(f"{field.label} must be a whole number; {_cut(typed)} is none.")
    return int(typed)


def _money(field: Input, typed: str, decimals: int) -> int:
    match = _MONEY.fullmatch(typed)
    if not match or not typed.isascii():
        example = "24" if decimals == 0 else f"24.{'9' * decimals}"
        raise Unfit(f"{field.label} must be an amount such as {example}; {_cut(typed)} is none.")
    sign, whole, cents = match[1], match[2], match[3] or ""
    marks = {mark for mark in whole if not mark.isdigit()}
    if len(marks) > 1 or (match[3] is not None and typed[match.end(2)] in marks):
        raise Unfit(
            f"{field.label}: {typed} can be read in two ways; leave out the thousands mark."
        )
    if len(cents) > decimals:
        raise Unfit(f"{field.label} has at most {decimals} digits after the point.")
    digits = re.sub(r"\D", "", whole) + cents.ljust(decimals, "0")
    return -int(digits) if sign else int(digits)


def _text(field: Input, typed: str, _decimals: int) -> str:
    if len(typed) > LONGEST_TEXT:
        raise Unfit(f"{field.label} has {len(typed)} characters; {LONGEST_TEXT} are the most.")
    if _UNFIT.search(typed):
        raise Unfit(f"{field.label} has a character in it that cannot be kept.")
    return typed.replace("\r\n", "\n")


def _choice(field: Input, typed: str, _decimals: int) -> str:
    if typed not in field.of:
        raise Unfit(f"{field.label} must be one of {', '.join(field.of)}.")
    return typed


def _yes_no(field: Input, typed: str, _decimals: int) -> bool:
    if typed.lower() in _YES | _NO:
        return typed.lower() in _YES
    raise Unfit(f"{field.label} is yes or no.")


def _date(field: Input, typed: str, _decimals: int) -> date:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", typed):
            raise ValueError(typed)
        return date.fromisoformat(typed)
    except ValueError:
        raise Unfit(
            f"{field.label} must be a date such as 2026-03-31; {_cut(typed)} is none."
        ) from None


def _file(field: Input, typed: str, _decimals: int) -> dict[str, object]:
    """A file is not typed: whoever took it in and kept it refers to it, with its name at least."""
    try:
        reference = json.loads(typed)
    except ValueError:
        reference = None
    if not isinstance(reference, dict) or not isinstance(reference.get("name"), str):
        raise Unfit(f"{field.label} must be a file.")
    return reference


def _cut(typed: str) -> str:
    return typed if len(typed) <= 40 else f"{typed[:40]}…"


_READERS: Mapping[InputType, Callable[[Input, str, int], object]] = {
    "integer": _integer,
    "money": _money,
    "text": _text,
    "choice": _choice,
    "yes-no": _yes_no,
    "date": _date,
    "file": _file,
}
