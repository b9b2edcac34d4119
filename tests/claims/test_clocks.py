"""Clocks that run over a whole case, stand still, follow a date, or count business days."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.models import Deadline
from claims.rehearsal import Given, ItemGiven, Rehearsal
from claims.rules import Rules
from tests.claims.promises import PROMISE, rules_of, rules_with_lines
from tests.claims.rehearsal.people import AGENT, LEAD

DAY = timedelta(days=1)
OPENED = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""A Monday."""


@pytest.fixture
def promised(rules: Rules) -> Rehearsal:
    return rehearse(rules)


def rehearse(rules: Rules, text: str = PROMISE) -> Rehearsal:
    return Rehearsal(rules_of(rules, text), Given(items=(ItemGiven("item-promise"),), at=OPENED))


def clock(rehearsal: Rehearsal, event: str) -> Deadline:
    [found] = clocks(rehearsal, event)
    return found


def clocks(rehearsal: Rehearsal, event: str) -> list[Deadline]:
    own = rehearsal.reclamation.deadlines
    return [each for each in own if each.event == event and each.ended_at is None]


def test_the_promise_counts_from_the_opening_through_all_states(promised: Rehearsal) -> None:
    promised.wait(4 * DAY)
    promised.fire(1, "hold", AGENT)
    promised.wait(1 * DAY)
    promised.fire(1, "go-on", LEAD)

    assert clock(promised, "promise").due_at == OPENED + 10 * DAY
    promised.wait(5 * DAY)
    assert promised.state(1) == "broken"


def test_while_we_wait_for_the_customer_the_promise_stands_still(promised: Rehearsal) -> None:
    promised.wait(4 * DAY)
    promised.fire(1, "ask", AGENT)

    paused = clock(promised, "promise")
    assert (paused.remaining, paused.paused_at) == (6 * DAY, OPENED + 4 * DAY)
    assert (paused.due_at, paused.runs_out_at) == (None, None)

    promised.wait(20 * DAY)
    promised.fire(1, "answered", AGENT)

    assert clock(promised, "promise").due_at == OPENED + 30 * DAY
    assert clock(promised, "promise").begun_at == OPENED
    assert promised.state(1) == "reported"


@given(st.lists(st.integers(1, 3 * 86_400), min_size=2, max_size=6))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_however_often_we_ask_only_our_own_time_counts(rules: Rules, waits: list[int]) -> None:
    promised = rehearse(rules)
    theirs = timedelta(0)

    for ours, customers in pairwise(waits):
        promised.wait(timedelta(seconds=ours) / 3)
        promised.fire(1, "ask", AGENT)
        promised.wait(timedelta(seconds=customers))
        theirs += timedelta(seconds=customers)
        promised.fire(1, "answered", AGENT)

    assert clock(promised, "promise").due_at == OPENED + 10 * DAY + theirs


def test_a_promise_that_runs_out_where_nobody_hears_it_rings_in_the_next_state_that_does(
    promised: Rehearsal,
) -> None:
    promised.fire(1, "hold", AGENT)
    promised.wait(12 * DAY)
    unheard = clock(promised, "promise")
    assert (promised.state(1), unheard.due_at) == ("on-hold", None)
    assert unheard.runs_out_at == OPENED + 10 * DAY

    promised.fire(1, "go-on", LEAD)
    promised.wait(timedelta(0))

    assert promised.state(1) == "broken"


def test_a_promise_that_is_over_does_not_begin_to_stand_still(rules: Rules) -> None:
    text = PROMISE.replace("event: go-on,    to: reported", "event: go-on,    to: asked")
    promised = rehearse(rules, text)
    promised.fire(1, "hold", AGENT)
    promised.wait(12 * DAY)
    promised.fire(1, "go-on", LEAD)
    promised.wait(3 * DAY)

    over = clock(promised, "promise")
    assert (over.runs_out_at, over.due_at) == (OPENED + 10 * DAY, None)
    promised.fire(1, "answered", AGENT)
    promised.wait(timedelta(0))

    assert promised.state(1) == "broken"


def test_each_of_several_clocks_of_a_state_rings_in_its_turn(promised: Rehearsal) -> None:
    promised.wait(6 * DAY)
    assert [each.event for each in promised.journal if each.event] == []

    promised.wait(DAY)
    assert [each.event for each in promised.journal if each.event] == ["nag"]
    assert promised.state(1) == "reported"

    promised.wait(3 * DAY)
    assert [each.event for each in promised.journal if each.event] == ["nag", "promise"]


def test_a_settled_case_has_no_clock_left(promised: Rehearsal) -> None:
    promised.fire(1, "settle", AGENT)

    assert promised.deadlines == ()


def test_a_promise_in_business_days_stands_still_with_the_business_days_it_has_left(
    rules: Rules,
) -> None:
    text = PROMISE.replace("after: 10 days, since", "after: 10 business days, since")
    promised = rehearse(rules, text)
    promised.wait(5 * DAY)  # Saturday: five of ten are gone but for ten hours of Monday (in Berlin)
    promised.fire(1, "ask", AGENT)

    assert clock(promised, "promise").remaining == 5 * DAY + timedelta(hours=10)
    promised.wait(3 * DAY)
    promised.fire(1, "answered", AGENT)

    tuesday = OPENED + 8 * DAY
    assert clock(promised, "promise").due_at == tuesday + 7 * DAY + timedelta(hours=10)


def test_no_day_agreed_on_means_no_deadline(promised: Rehearsal) -> None:
    assert clocks(promised, "visit") == []


def test_the_day_agreed_on_sets_the_deadline_and_another_day_moves_it(promised: Rehearsal) -> None:
    promised.fire(1, "agree", AGENT, {"date": "2026-03-05"})
    first = clock(promised, "visit")
    assert first.due_at == datetime(2026, 3, 5, tzinfo=UTC)

    promised.fire(1, "agree", AGENT, {"date": "2026-03-06"})
    assert clock(promised, "visit") is first
    promised.wait(3 * DAY)
    assert promised.state(1) == "reported"

    promised.wait(DAY)
    assert promised.state(1) == "visited"


def test_a_date_that_rang_in_vain_rings_again_only_for_another_day(rules: Rules) -> None:
    guarded = rules_with_lines(rules, "visit", when="item.quantity > 1")
    promised = Rehearsal(guarded, Given(items=(ItemGiven("item-promise"),), at=OPENED))
    promised.fire(1, "agree", AGENT, {"date": "2026-03-04"})
    promised.wait(3 * DAY)
    [told] = promised.incidents
    assert "rang in vain" in told
    promised.fire(1, "agree", AGENT, {"date": "2026-03-04"})
    assert clocks(promised, "visit") == []

    promised.fire(1, "agree", AGENT, {"date": "2026-03-08"})

    assert clock(promised, "visit").due_at == datetime(2026, 3, 8, tzinfo=UTC)


def test_reckoning_with_a_day_that_nobody_agreed_on_sets_no_deadline(rules: Rules) -> None:
    for moved in ("item.agreed_on + duration('72h')", "item.agreed_on - duration('72h')"):
        text = PROMISE.replace("at: item.agreed_on", f'at: "{moved}"')

        promised = rehearse(rules, text)

        assert clocks(promised, "visit") == []
        assert promised.incidents == ()
