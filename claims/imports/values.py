"""From the text of a row to a value of a field, or a refusal that names the column."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from claims.imports.files import Row
from claims.imports.mapping import Numbers, RowTest, Source
from claims.money.amounts import decimals

LARGEST_QUANTITY = 1_000_000_000
LARGEST_AMOUNT = 10**15
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class BadValue(Exception):
    """A row cannot be taken. `reason` is the same for all such rows, `detail` names the values."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


MISSING = "a needed value is missing"
WRONG = "a value is not what it should be"


@dataclass(frozen=True, slots=True)
class Reading:
    """How the values of one import are read."""

    numbers: Numbers
    zone: ZoneInfo
    currency: str

    def whole(self, row: Row, source: Source) -> int:
        number = self._number(row, source)
        if number != int(number) or abs(number) > LARGEST_QUANTITY:
            raise BadValue(WRONG, f"{source.name} is {number}, not a whole number.")
        return int(number)

    def money(self, row: Row, source: Source) -> int:
        """Minor units; an amount with more decimals than the currency has is refused."""
        number = self._number(row, source)
        minor = number.scaleb(decimals(self.currency))
        if minor != int(minor) or abs(minor) > LARGEST_AMOUNT:
            raise BadValue(
                WRONG, f"{source.name} is {number}, which is no amount of {self.currency}."
            )
        return int(minor)

    def rate(self, row: Row, source: Source) -> int:
        """Hundredths of a percent."""
        number = self._number(row, source) * 100
        if number != int(number) or not 0 <= number <= 10_000:
            raise BadValue(WRONG, f"{source.name} is {number / 100}, which is no rate of tax.")
        return int(number)

    def moment(self, row: Row, source: Source) -> datetime:
        """UTC; a time without a zone is one of the import's own time zone."""
        given = text(row, source)
        try:
            read = datetime.strptime(given, source.date or "%Y-%m-%d")  # noqa: DTZ007 (zone below)
            local = read if read.tzinfo else read.replace(tzinfo=self.zone)
            return local.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise BadValue(
                WRONG, f"{source.name} is {given!r}, not a date written as {source.date}."
            ) from error

    def _number(self, row: Row, source: Source) -> Decimal:
        given = text(row, source)
        number = as_number(given, self.numbers)
        if number is None:
            raise BadValue(WRONG, f"{source.name} is {given!r}, not a number.")
        return -number if source.negative else number

    def holds(self, row: Row, test: RowTest) -> bool:
        """Whether a row filter holds; a comparison with something that is no number does not."""
        value = row.values.get(test.column, "").strip()
        match test.comparison:
            case "is":
                return value == test.value
            case "is-not":
                return value != test.value
            case "begins-with":
                return value.startswith(test.value)
            case "begins-not-with":
                return not value.startswith(test.value)
        number = as_number(value, self.numbers)
        if number is None:
            return False
        bound = Decimal(test.value)
        return number <= bound if test.comparison == "at-most" else number >= bound


def as_number(given: str, numbers: Numbers) -> Decimal | None:
    if numbers.thousands:
        given = given.replace(numbers.thousands, "")
    if numbers.decimal != ".":
        given = given.replace(".", "?").replace(numbers.decimal, ".")
    if len(given) > 30 or not _PLAIN_NUMBER.fullmatch(given):
        return None
    return Decimal(given)


def text(row: Row, source: Source) -> str:
    """The text of a field; missing without a word for it is a BadValue."""
    if source.constant is not None:
        return source.constant
    given = " ".join(
        value for column in source.columns if (value := row.values.get(column, "").strip())
    )
    if not given:
        if source.missing is None:
            raise BadValue(MISSING, f"{source.name} is missing.")
        return source.missing
    if "\x00" in given:
        raise BadValue(WRONG, f"{source.name} has a character in it that no text has (U+0000).")
    if source.values is None:
        return given
    if given not in source.values:
        raise BadValue(WRONG, f"{source.name} is {given!r}, which the mapping does not translate.")
    return source.values[given]


def optional(row: Row, source: Source | None) -> str:
    """The text of a field that may be empty."""
    if source is None:
        return ""
    try:
        return text(row, source)
    except BadValue as bad:
        if bad.reason == MISSING:
            return ""
        raise


def is_missing(row: Row, source: Source) -> bool:
    return (
        source.constant is None
        and source.missing is None
        and not any(row.values.get(column, "").strip() for column in source.columns)
    )


def refuse_missing(row: Row, sources: Mapping[str, Source], needed: Collection[str]) -> None:
    """BadValue naming every needed column that is empty, all at once."""
    empty = [s.name for name, s in sources.items() if name in needed and is_missing(row, s)]
    if empty:
        last = empty.pop()
        said = f"{', '.join(empty)} and {last} are" if empty else f"{last} is"
        raise BadValue(MISSING, f"{said} missing.")
