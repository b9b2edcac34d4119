"""How long ago something was: every clock is asked, and the one that jumped is found out."""

from datetime import UTC, datetime, timedelta

from claims.machine_time import MachineTime, read
from tasks.effects.elapsed import ages, is_surely_younger, surely_passed

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def machine(passed: timedelta, boot: str = "one", set_wrong: timedelta = 0 * MINUTE) -> MachineTime:
    return MachineTime(NOON + passed + set_wrong, boot, passed)


def test_a_machine_tells_its_time_and_never_goes_back() -> None:
    first, second = read(), read()

    assert first.boot == second.boot
    assert timedelta(0) <= second.up - first.up < MINUTE


def test_where_all_clocks_agree_each_is_right() -> None:
    passed = ages(NOON, machine(0 * MINUTE), NOON + MINUTE, machine(MINUTE))

    assert passed == [MINUTE] * 3
    assert is_surely_younger(passed, DAY)
    assert surely_passed(passed) == MINUTE


def test_a_database_clock_that_jumped_ahead_makes_nothing_old_and_no_key_young() -> None:
    passed = ages(NOON, machine(0 * MINUTE), NOON + DAY, machine(MINUTE))

    assert not is_surely_younger(passed, DAY)
    assert surely_passed(passed) == MINUTE


def test_a_clock_that_went_back_is_left_out() -> None:
    passed = ages(NOON, machine(0 * MINUTE), NOON - DAY, machine(20 * MINUTE))

    assert not is_surely_younger(passed, DAY)
    assert surely_passed(passed) == 20 * MINUTE


def test_a_machine_whose_clock_was_set_is_told_by_how_long_it_is_up() -> None:
    now = machine(MINUTE, set_wrong=DAY)

    assert surely_passed(ages(NOON, machine(0 * MINUTE), NOON + DAY, now)) == MINUTE


def test_another_machine_has_only_its_own_clock_to_compare() -> None:
    now = machine(20 * MINUTE, boot="two")

    assert ages(NOON, machine(0 * MINUTE), NOON + 20 * MINUTE, now) == [20 * MINUTE] * 2


def test_an_attempt_of_before_there_were_witnesses_goes_by_the_database() -> None:
    assert ages(NOON, None, NOON + MINUTE, machine(MINUTE)) == [MINUTE]


def test_where_the_only_clock_went_back_nothing_is_known() -> None:
    assert surely_passed(ages(NOON, None, NOON - DAY, None)) == timedelta(0)
