"""The `calendar:` of `config/claims.yaml`, read strictly into a Calendar."""

import re
from datetime import date
from zoneinfo import ZoneInfo, available_timezones

import holidays

from claims.calendars import Calendar
from workflows.fields import Fields
from workflows.problems import Findings, did_you_mean
from workflows.source import Node

KEYS = ("country", "region", "time-zone", "weekend", "closed")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_COUNTRY = re.compile(r"[A-Z]{2}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_calendar(findings: Findings, node: Node | None, otherwise: Calendar) -> Calendar:
    """The calendar that stands there, whole; `otherwise` where none does."""
    if node is None:
        return otherwise
    fields = Fields(findings, node, "the calendar", KEYS)
    country = _country(findings, fields)
    calendar = Calendar(
        zone=_zone(findings, fields),
        country=country,
        region=_region(findings, fields, country),
        weekend=_weekend(findings, fields),
        closed=_closed(findings, fields),
    )
    # The library imports a country when it is first asked; that is not to happen in an event.
    calendar.is_business_day(date(2000, 1, 3))
    return calendar


def _zone(findings: Findings, fields: Fields) -> ZoneInfo:
    scalar = fields.scalar("time-zone")
    if scalar is None:
        return Calendar().zone
    known = available_timezones()
    if scalar.text in known:
        return ZoneInfo(scalar.text)
    findings.add(
        "unknown-time-zone",
        scalar.place,
        f"There is no time zone {scalar.text[:80]}.",
        did_you_mean(scalar.text, known) or "Write a continent and a city, as Europe/Berlin.",
    )
    return Calendar().zone


def _country(findings: Findings, fields: Fields) -> str | None:
    scalar = fields.scalar("country")
    if scalar is None:
        return None
    if _COUNTRY.fullmatch(scalar.text) and _regions(scalar.text) is not None:
        return scalar.text
    known = holidays.list_supported_countries(include_aliases=False)
    findings.add(
        "unknown-country",
        scalar.place,
        f"The public holidays of {scalar.text[:80]} are not known.",
        did_you_mean(scalar.text.upper(), known)
        or "Write the two letters of the country, as DE; or leave it out and name closed: days.",
    )
    return None


def _regions(country: str) -> tuple[str, ...] | None:
    """The regions of a country; None where its holidays are not known."""
    try:
        return tuple(holidays.country_holidays(country).subdivisions)
    except NotImplementedError:
        return None


def _region(findings: Findings, fields: Fields, country: str | None) -> str | None:
    scalar = fields.scalar("region")
    if scalar is None:
        return None
    if "country" not in fields:
        findings.add(
            "region-without-country", scalar.place, "A region needs its country beside it."
        )
    if country is None:
        return None
    known = _regions(country) or ()
    if scalar.text in known:
        return scalar.text
    findings.add(
        "unknown-region",
        scalar.place,
        f"{country} has no region {scalar.text[:80]} with holidays of its own.",
        did_you_mean(scalar.text, known) or (f"There is {', '.join(known)}." if known else None),
    )
    return None


def _weekend(findings: Findings, fields: Fields) -> frozenset[int]:
    if "weekend" not in fields:
        return Calendar().weekend
    found: set[int] = set()
    for scalar in fields.scalars("weekend"):
        if scalar.text in DAYS:
            found.add(DAYS.index(scalar.text))
        else:
            findings.add(
                "unknown-day",
                scalar.place,
                f"There is no day {scalar.text[:80]} in a week.",
                did_you_mean(scalar.text.lower(), DAYS),
            )
    if len(found) == len(DAYS):
        findings.add(
            "no-business-day",
            fields.place_of("weekend"),
            "With seven days of weekend no business day would ever come.",
        )
    return frozenset(found)


def _closed(findings: Findings, fields: Fields) -> frozenset[date]:
    found: set[date] = set()
    for scalar in fields.scalars("closed"):
        try:
            if not _DATE.fullmatch(scalar.text):
                raise ValueError(scalar.text)
            found.add(date.fromisoformat(scalar.text))
        except ValueError:
            findings.add(
                "no-date",
                scalar.place,
                f"{scalar.text[:80]} is no day of the calendar.",
                "Write year, month and day, as 2026-12-24.",
            )
    return frozenset(found)
