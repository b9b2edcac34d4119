"""Business days: holidays of the shop's region, its own days off, and the days of 23 hours."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.calendars import DAY, Calendar
from claims.reading_choices import read_choices
from config.settings import PROJECT
from tests.claims.test_choices import SOUND, definitions, problems

BERLIN = ZoneInfo("Europe/Berlin")
BAVARIA = Calendar(BERLIN, "DE", "BY", closed=frozenset({date(2026, 12, 24)}))
EVERY_DAY = Calendar(BERLIN, weekend=frozenset())
FRIDAY_OFF = Calendar(ZoneInfo("America/New_York"), "US", weekend=frozenset({4}))
SAMOA = Calendar(ZoneInfo("Pacific/Apia"), weekend=frozenset({6}))
"""Friday the 30th of December 2011 was left out there."""

CALENDARS = st.sampled_from([BAVARIA, EVERY_DAY, FRIDAY_OFF, SAMOA])
ODD_DAYS = [date(2026, 3, 29), date(2026, 10, 25), date(2026, 3, 8), date(2011, 12, 30)]
"""Of 23 and of 25 hours in Berlin, of 23 in New York, and the one that Samoa left out."""
BEGINNING = datetime(2009, 1, 1, tzinfo=UTC)
MOMENTS = st.builds(
    lambda day, ticks: day + timedelta(microseconds=ticks),
    st.one_of(
        st.sampled_from([datetime.combine(day, time(), UTC) for day in ODD_DAYS]),
        st.integers(0, 8000).map(lambda days: BEGINNING + days * DAY),
    ),
    st.integers(0, 86_400_000_000),
)
SPANS = st.integers(0, 40 * 86_400).map(lambda seconds: timedelta(seconds=seconds))


def berlin(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=BERLIN)


def test_five_business_days_over_easter_in_bavaria_end_on_the_friday_after() -> None:
    assert BAVARIA.add(berlin(2026, 4, 1, 15), 5 * DAY) == berlin(2026, 4, 10, 15)


def test_corpus_christi_is_a_day_off_in_bavaria_and_a_working_day_in_berlin() -> None:
    corpus_christi = date(2026, 6, 4)

    assert not BAVARIA.is_business_day(corpus_christi)
    assert Calendar(BERLIN, "DE", "BE").is_business_day(corpus_christi)


def test_what_begins_on_a_sunday_counts_from_the_opening_of_monday() -> None:
    assert BAVARIA.add(berlin(2026, 3, 15, 17), DAY) == berlin(2026, 3, 17)


def test_a_day_on_which_the_shop_is_closed_does_not_count() -> None:
    assert BAVARIA.add(berlin(2026, 12, 23, 9), DAY) == berlin(2026, 12, 28, 9)


def test_the_day_on_which_the_clocks_are_put_forward_is_worth_24_hours_too() -> None:
    noon_before, noon_after = berlin(2026, 3, 28, 12), berlin(2026, 3, 30, 12)

    assert EVERY_DAY.add(noon_before, 2 * DAY) == noon_after
    assert EVERY_DAY.between(noon_before, noon_after) == 2 * DAY
    assert noon_after.astimezone(UTC) - noon_before.astimezone(UTC) == timedelta(hours=47)


def test_a_day_that_the_calendar_left_out_is_worth_nothing() -> None:
    thursday = datetime(2011, 12, 29, 10, tzinfo=SAMOA.zone)

    assert SAMOA.add(thursday, DAY) == datetime(2011, 12, 31, 10, tzinfo=SAMOA.zone)


def test_no_time_passes_on_days_off() -> None:
    assert BAVARIA.between(berlin(2026, 4, 3, 8), berlin(2026, 4, 6, 20)) == timedelta(0)


@given(CALENDARS, MOMENTS, SPANS)
def test_what_was_added_is_what_lies_between(
    calendar: Calendar, start: datetime, span: timedelta
) -> None:
    end = calendar.add(start, span)

    assert calendar.between(start, end) == span
    assert calendar.between(end, start) == -span


@given(CALENDARS, MOMENTS, SPANS, SPANS)
def test_a_longer_span_never_ends_earlier(
    calendar: Calendar, start: datetime, one: timedelta, other: timedelta
) -> None:
    shorter, longer = sorted((one, other))

    assert start <= calendar.add(start, shorter) <= calendar.add(start, longer)


@given(CALENDARS, MOMENTS, MOMENTS, SPANS)
def test_what_begins_later_never_ends_earlier(
    calendar: Calendar, one: datetime, other: datetime, span: timedelta
) -> None:
    earlier, later = sorted((one, other))

    assert calendar.add(earlier, span) <= calendar.add(later, span)


PAPER = (PROJECT / "docs" / "clocks.md").read_text(encoding="utf-8")
[CALENDAR] = re.findall(r"```yaml calendar\n(.*?)```", PAPER, re.DOTALL)
"""As the paper has it, so that it stays true."""


def test_each_shop_works_by_its_own_calendar() -> None:
    text = CALENDAR + SOUND.replace(
        "  OUTLET:\n", "  OUTLET:\n    calendar: { country: AT, time-zone: Europe/Vienna }\n"
    )

    choices = read_choices(text, "claims.yaml", definitions())

    assert choices.calendar("MAIN").closed == {date(2026, 12, 24), date(2026, 12, 31)}
    assert (choices.calendar("MAIN").zone, choices.calendar("MAIN").region) == (BERLIN, "BY")
    assert choices.calendar("OUTLET").country == "AT"
    assert choices.calendar("OUTLET").region is None


def test_a_shop_without_a_calendar_knows_weekends_and_nothing_else() -> None:
    plain = read_choices(SOUND, "claims.yaml", definitions()).calendar("MAIN")

    assert plain == Calendar()
    assert plain.add(datetime(2026, 5, 1, tzinfo=UTC), DAY) == datetime(2026, 5, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("DE", "DX", "unknown-country The public holidays of DX are not known."),
        ("BY", "BX", "unknown-region DE has no region BX"),
        ("  country: DE\n", "", "region-without-country"),
        ("Europe/Berlin", "Europe/Berln", "Did you mean Europe/Berlin?"),
        ("[saturday, sunday]", "[saturday, sonday]", "Did you mean sunday?"),
        ("2026-12-31", "2026-02-30", "no-date 2026-02-30 is no day of the calendar."),
        ("closed", "close", "Did you mean closed?"),
        (
            "[saturday, sunday]",
            "[monday, tuesday, wednesday, thursday, friday, saturday, sunday]",
            "no-business-day",
        ),
    ],
)
def test_a_slip_in_a_calendar_is_told_with_its_line(old: str, new: str, said: str) -> None:
    [problem] = problems(CALENDAR.replace(old, new) + SOUND)

    assert problem.startswith("claims.yaml:")
    assert said in problem
