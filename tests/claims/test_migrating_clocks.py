"""A deadline of the new version counts from where the clock of the old one began."""

from datetime import UTC, datetime, timedelta

import pytest

from claims.calendars import Calendar
from claims.migrating.clocks import rewind
from claims.migrating.standing import Clock, Standing
from claims.rules import Rules
from tests.claims.migrated import RENAMED, RETURN, SOONER, version_with
from workflows.definition import Definition

CALENDAR = Calendar()
SINCE = datetime(2026, 6, 1, 9, tzinfo=UTC)
NOW = SINCE + timedelta(days=25)
REMINDER = "after: 14 days"
REFUND = "  refund:\n    label: Refund\n"
WHOLE = (
    REFUND,
    "  given-up: { label: Given up, after: 60 days, since: opened, pauses-for: [customer] }\n"
    + REFUND,
)
LINE = "  - from: reported\n    event: refund\n"
GIVE_UP = "  - { from: reported, event: given-up, to: withdrawn, send-reclamation: item-settled }\n"
HEARD = (LINE, GIVE_UP + LINE)


def late(clocks: tuple[Clock, ...], state: str = "parcel-late") -> Standing:
    return Standing("item", 1, 1, "R-000001", 1, "NORTH", "old", state, SINCE, SINCE, clocks=clocks)


def of_state(event: str, days: int, key: int | None = 7, **more: str) -> Clock:
    due = SINCE + timedelta(days=days)
    state = more.pop("state", "parcel-late")
    return Clock(key, event, state, SINCE, due, due, **more)


@pytest.fixture
def old(rules: Rules) -> Definition:
    return rules.definitions[RETURN]


def test_a_clock_that_is_the_same_in_both_versions_is_left_alone(
    rules: Rules, old: Definition
) -> None:
    new = version_with(rules, ("label: Reject", "label: Turn down")).definitions[RETURN]

    done = rewind(late((of_state("parcel-overdue", 30),)), old, new, "parcel-late", CALENDAR, NOW)

    assert (done.ended, done.begun, done.due_at_once) == ((), (), ())


def test_a_shorter_deadline_counts_from_the_beginning_and_may_be_over_at_once(
    rules: Rules, old: Definition
) -> None:
    new = version_with(rules, SOONER).definitions[RETURN]

    done = rewind(late((of_state("parcel-overdue", 30),)), old, new, "parcel-late", CALENDAR, NOW)

    assert done.ended == (7,)
    assert done.begun == (of_state("parcel-overdue", 20, None),)
    assert done.due_at_once == ("parcel-overdue",)


def test_a_clock_that_would_have_rung_anyway_is_not_told_as_new(
    rules: Rules, old: Definition
) -> None:
    new = version_with(rules, SOONER).definitions[RETURN]
    after_both = SINCE + timedelta(days=31)

    done = rewind(
        late((of_state("parcel-overdue", 30),)), old, new, "parcel-late", CALENDAR, after_both
    )

    assert done.due_at_once == ()


def test_a_clock_of_a_renamed_state_keeps_its_time(rules: Rules, old: Definition) -> None:
    new = version_with(rules, RENAMED).definitions[RETURN]
    standing = late(
        (of_state("parcel-reminder-due", 14, state="awaiting-parcel"),), "awaiting-parcel"
    )

    done = rewind(standing, old, new, "on-its-way", CALENDAR, NOW)

    assert done.ended == (7,)
    assert done.begun == (of_state("parcel-reminder-due", 14, None, state="on-its-way"),)


def test_a_clock_that_has_rung_does_not_ring_again_and_one_that_rang_in_vain_does(
    rules: Rules, old: Definition
) -> None:
    new = version_with(rules, SOONER).definitions[RETURN]

    def after(ending: str) -> tuple[Clock, ...]:
        rung = of_state("parcel-overdue", 30, ending=ending)
        return rewind(late((rung,)), old, new, "parcel-late", CALENDAR, NOW).begun

    assert after("fired") == ()
    assert after("held") == (of_state("parcel-overdue", 20, None),)


def test_a_deadline_that_the_new_version_has_not_got_ends(rules: Rules, old: Definition) -> None:
    done = rewind(late((of_state("never-heard-of", 30),)), None, old, "parcel-late", CALENDAR, NOW)

    assert done.ended == (7,)
    assert [clock.event for clock in done.begun] == ["parcel-overdue"]


def test_business_days_are_counted_by_the_shop_s_calendar(rules: Rules, old: Definition) -> None:
    new = version_with(rules, ("after: 30 days", "after: 5 business days")).definitions[RETURN]

    done = rewind(late((of_state("parcel-overdue", 30),)), old, new, "parcel-late", CALENDAR, NOW)

    [clock] = done.begun
    assert clock.due_at == CALENDAR.add(SINCE, timedelta(days=5)) == SINCE + timedelta(days=7)


def test_a_new_clock_over_the_whole_case_counts_from_the_opening_and_stands_where_it_should(
    rules: Rules, old: Definition
) -> None:
    new = version_with(rules, WHOLE, HEARD).definitions[RETURN]
    label = of_state("parcel-reminder-due", 14, state="awaiting-parcel")

    [standing_still] = rewind(
        late((label,), "awaiting-parcel"), old, new, "awaiting-parcel", CALENDAR, NOW
    ).begun
    [running] = rewind(late((), "reported"), old, new, "reported", CALENDAR, NOW).begun

    assert (standing_still.event, standing_still.state) == ("given-up", None)
    assert (standing_still.paused_at, standing_still.due_at) == (NOW, None)
    assert standing_still.remaining == timedelta(days=35)
    assert running.due_at == SINCE + timedelta(days=60)


def test_what_a_clock_over_the_whole_case_has_stood_still_stays_to_its_credit(
    rules: Rules,
) -> None:
    before = version_with(rules, WHOLE, HEARD).definitions[RETURN]
    now = version_with(rules, WHOLE, HEARD, ("60 days", "50 days")).definitions[RETURN]
    paused_ten_days = Clock(
        9, "given-up", None, SINCE, SINCE + timedelta(days=70), SINCE + timedelta(days=70)
    )

    [clock] = rewind(
        late((paused_ten_days,), "reported"), before, now, "reported", CALENDAR, NOW
    ).begun

    assert clock.due_at == SINCE + timedelta(days=60)
    assert clock.begun_at == SINCE
