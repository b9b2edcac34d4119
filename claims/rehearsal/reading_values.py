"""Amounts, moments and spans as tests write them."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from claims.money.amounts import decimals
from workflows.problems import Findings
from workflows.reading_events import SPAN
from workflows.source import Scalar

YEARS = range(1970, 2200)
LONGEST = timedelta(days=3660)
_AMOUNT = re.compile(r"\d{1,12}(\.\d{1,4})?")
_NUMBER = re.compile(r"0|[1-9]\d{0,8}")


def amount(findings: Findings, scalar: Scalar | None, currency: str) -> int | None:
    """24.99 as minor units."""
    if scalar is None:
        return None
    places = decimals(currency)
    minor = Decimal(scalar.text).scaleb(places) if _AMOUNT.fullmatch(scalar.text) else None
    if minor is None or minor != minor.to_integral_value():
        findings.add(
            "amount",
            scalar.place,
            f"{scalar.text[:80]} is no amount in {currency}.",
            f"Write it like {Decimal(2499).scaleb(-places):.{places}f}.",
        )
        return None
    return int(minor)


def number(findings: Findings, scalar: Scalar | None, about: str, least: int = 0) -> int | None:
    if scalar is None:
        return None
    if not _NUMBER.fullmatch(scalar.text) or int(scalar.text) < least:
        said = f"{about} is a whole number of at least {least}, not {scalar.text[:80]}."
        findings.add("whole-number", scalar.place, said)
        return None
    return int(scalar.text)


def moment(findings: Findings, scalar: Scalar | None) -> datetime | None:
    """2026-03-02 or 2026-03-02 09:00, in UTC."""
    if scalar is None:
        return None
    for form in ("%Y-%m-%d", "%Y-%m-%d %H:%M"):
        try:
            read = datetime.strptime(scalar.text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
        if read.year in YEARS:
            return read
    findings.add(
        "moment",
        scalar.place,
        f"{scalar.text[:80]} is no moment.",
        "Write it like 2026-03-02 09:00.",
    )
    return None


def span(findings: Findings, scalar: Scalar) -> tuple[timedelta, bool] | None:
    """3 days; and whether they are business days."""
    match = SPAN.fullmatch(scalar.text)
    if match is None:
        findings.add(
            "span",
            scalar.place,
            f"{scalar.text[:80]} is no span of time.",
            "Write a number and minutes, hours, days, weeks or business days, such as 3 days.",
        )
        return None
    unit = match[2].removeprefix("business ")
    read = timedelta(**{f"{unit}s": int(match[1])})
    if read > LONGEST:
        findings.add("span", scalar.place, f"{scalar.text} is longer than ten years.")
        return None
    return read, unit != match[2]
