"""Business days of a shop: which days it works, and time that counts on those days only.

One axis serves all: *business time* passes on business days and stands still on the others. Each
business day, from midnight to midnight in the shop's zone, is worth 24 hours, also when the
clocks are put forward or back on it. So `5 business days` are 5 × 24 hours of business time, and
what begins on a day off counts from the next opening of day.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

SATURDAY, SUNDAY = 5, 6
DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)
_TICKS = DAY // _TICK
_TICKS_OF_MILLISECOND = 1000


@dataclass(frozen=True)
class Calendar:
    """The days on which a shop works. Safe to share between threads."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    country: str | None = None
    """Its public holidays are days off; None: there are none."""
    region: str | None = None
    weekend: frozenset[int] = frozenset({SATURDAY, SUNDAY})
    """Days of the week, Monday is 0; never all seven."""
    closed: frozenset[date] = frozenset()

    def is_business_day(self, day: date) -> bool:
        if day.weekday() in self.weekend or day in self.closed:
            return False
        return self.country is None or day not in _public_holidays(
            self.country, self.region, day.year
        )

    def add(self, start: datetime, span: timedelta) -> datetime:
        """The first moment at which `span` of business time has passed since `start`, in UTC."""
        start = start.astimezone(UTC)
        if span <= timedelta(0):
            return start
        wanted = Fraction(span // _TICK) + self._passed_of_day(start)
        for day in self._days_from(start):
            if wanted <= _TICKS:
                opening, length = _day(self.zone, day)
                return opening + round(wanted * length / _TICKS) * _TICK
            wanted -= _TICKS
        raise AssertionError("A calendar has no last day.")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much business time passes from one moment to the other, to the millisecond.

        Negative where the end comes first. `between(a, add(a, span)) == span` for every span of
        whole milliseconds.
        """
        if end < start:
            return -self.between(end, start)
        passed = self._passed_of_day(end) - self._passed_of_day(start)
        last = end.astimezone(self.zone).date()
        for day in self._days_from(start):
            if day >= last:
                break
            passed += _TICKS
        return timedelta(milliseconds=round(passed / _TICKS_OF_MILLISECOND))

    def _days_from(self, start: datetime) -> Iterator[date]:
        """Business days, the local day of `start` first if it is one."""
        day = start.astimezone(self.zone).date()
        while True:
            if self.is_business_day(day) and _day(self.zone, day)[1]:
                yield day
            day += DAY

    def _passed_of_day(self, moment: datetime) -> Fraction:
        """How much of its local day has passed, of the 24 hours that it is worth."""
        day = moment.astimezone(self.zone).date()
        opening, length = _day(self.zone, day)
        if not self.is_business_day(day) or not length:
            return Fraction(0)
        return Fraction((moment - opening) // _TICK * _TICKS, length)


@lru_cache(maxsize=1024)
def _public_holidays(country: str, region: str | None, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, subdiv=region, years=year))


@lru_cache(maxsize=4096)
def _day(zone: ZoneInfo, day: date) -> tuple[datetime, int]:
    """When a local day begins, and how many microseconds it really has; none if it was skipped."""
    opening, closing = (
        datetime.combine(each, time(), zone).astimezone(UTC) for each in (day, day + DAY)
    )
    return opening, (closing - opening) // _TICK
