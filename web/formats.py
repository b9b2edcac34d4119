"""Money, numbers and times as the person in front of the browser writes them.

The conventions come from the browser's languages, the zone from a cookie that our script sets
(UTC until then). Words stay in the language of the pages.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal
from flask import Flask, request

from claims.money.amounts import decimals, written
from web.database import database_now

WORDS = Locale("en")
"""The language of the pages."""
FALLBACK = Locale("en", "GB")
ZONE_COOKIE = "zone"
DAYS_SHOWN_AS_SPAN = 30


def install(app: Flask) -> None:
    for filter_of in (money, money_plain, number, day, exact, ago, age, iso):
        app.add_template_filter(filter_of)
    app.add_template_global(text_locale, "viewer_locale")


def money(minor: int, currency: str) -> str:
    """2499, "EUR" → "€24.99"."""
    return written(minor, currency, viewer_locale())


def money_plain(minor: int, currency: str) -> str:
    """The amount as a form's number field takes it: 2499, "EUR" → "24.99"."""
    return f"{_major(minor, currency):.{decimals(currency)}f}"


def number(value: int | Decimal) -> str:
    return format_decimal(value, locale=viewer_locale())


def day(moment: datetime | date) -> str:
    """A calendar day in the viewer's zone."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(viewer_zone()).date()
    return format_date(moment, "medium", locale=viewer_locale())


def exact(moment: datetime) -> str:
    """Day and time to the second, with the zone."""
    zone = viewer_zone()
    shown = format_datetime(moment, "medium", tzinfo=zone, locale=viewer_locale())
    return f"{shown} {moment.astimezone(zone).tzname()}"


def ago(moment: datetime) -> str:
    """ "3 hours ago", "in 2 days"; a calendar day when it is more than a month away."""
    apart = moment - database_now()
    if abs(apart) < timedelta(seconds=45):
        return "just now"
    if abs(apart) > timedelta(days=DAYS_SHOWN_AS_SPAN):
        return day(moment)
    return format_timedelta(apart, add_direction=True, threshold=0.95, locale=WORDS)


def age(moment: datetime) -> str:
    """How long ago, in the fewest letters: "3 d", "5 h"."""
    apart = max(database_now() - moment, timedelta(0))
    return format_timedelta(apart, granularity="minute", format="narrow", locale=WORDS)


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def viewer_locale() -> Locale:
    """The first language of the browser that we know the conventions of."""
    for wanted, _ in request.accept_languages:
        try:
            return Locale.parse(wanted, sep="-")
        except (ValueError, UnknownLocaleError):
            continue
    return FALLBACK


def text_locale() -> str:
    return str(viewer_locale()).replace("_", "-")


def viewer_zone() -> ZoneInfo:
    try:
        return ZoneInfo(request.cookies.get(ZONE_COOKIE, "UTC"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _major(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-decimals(currency))
