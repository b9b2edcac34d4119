from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tasks.effects.next_step import (
    AskPerson,
    Call,
    LookUp,
    Tried,
    forgotten_for,
    is_last_word,
    next_step,
    on_its_way_for,
    share_key,
)
from tasks.providers.port import Abilities
from tasks.providers.sandbox.adapter import ABILITIES

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FIRST, SECOND = share_key("e", 1, 1), share_key("e", 1, 2)
NOTHING = timedelta(0)
KEEPS_NO_ERRORS = replace(ABILITIES, replays_stored_errors=False)
FORGETFUL = replace(ABILITIES, keeps_refusals=False)
GOES_ON = replace(FORGETFUL, ends_with_errors=False)


def call(result: str | None, *, ago: timedelta = timedelta(seconds=30), **more: object) -> Tried:
    return replace(Tried("call", FIRST, NOW - ago, result), **more)  # type: ignore[arg-type]


def looked(result: str, *, answered: bool = False) -> Tried:
    return Tried("look-up", FIRST, NOW - timedelta(seconds=5), result, answered)


def step(
    *tried: Tried, abilities: Abilities = ABILITIES, restored_at: datetime | None = None
) -> object:
    return next_step("e", 1, abilities, tried, NOW, restored_at=restored_at)


def test_what_was_never_tried_is_asked_for() -> None:
    assert step() == Call(FIRST)


def test_the_key_is_the_same_however_often_it_is_computed_and_differs_by_share() -> None:
    assert share_key("e", 1, 1) == FIRST
    assert len({share_key("e", 1, 1), share_key("e", 1, 2), share_key("e", 2, 1)}) == 3


def test_what_surely_did_not_begin_is_asked_for_again() -> None:
    assert step(call("not-begun")) == Call(FIRST)


def test_a_timeout_is_asked_again_under_the_same_key() -> None:
    assert step(call("unknown")) == Call(FIRST)


def test_a_crash_after_the_attempt_is_asked_again_under_the_same_key() -> None:
    assert step(call(None)) == Call(FIRST)


def test_a_server_error_that_may_be_stored_is_looked_up() -> None:
    assert step(call("unknown", answered=True)) == LookUp(FIRST)


def test_a_server_error_that_is_not_stored_is_asked_again() -> None:
    assert step(call("unknown", answered=True), abilities=KEEPS_NO_ERRORS) == Call(FIRST)


def test_past_the_life_of_the_key_it_is_looked_up() -> None:
    assert step(call("unknown", ago=timedelta(hours=24))) == LookUp(FIRST)


def test_the_first_attempt_counts_for_the_life_of_the_key() -> None:
    assert step(call("unknown", ago=timedelta(hours=25)), call("unknown")) == LookUp(FIRST)


def test_what_is_surely_absent_gets_a_new_key() -> None:
    assert step(call("unknown", answered=True), looked("absent", answered=True)) == Call(SECOND)


def test_two_workers_that_find_the_same_key_absent_are_worth_one_new_key() -> None:
    absent = looked("absent", answered=True)

    assert step(call("unknown", answered=True), absent, absent) == Call(SECOND)


def test_a_look_up_that_could_not_tell_is_made_again() -> None:
    assert step(call("unknown", answered=True), looked("unknown")) == LookUp(FIRST)


def test_absent_while_something_may_be_on_its_way_is_asked_again_under_the_same_key() -> None:
    tried = (call(None), call("unknown", answered=True), looked("unknown", answered=True))

    assert step(*tried) == Call(FIRST)


def test_without_a_key_and_without_a_look_up_a_person_is_asked() -> None:
    blind = replace(ABILITIES, looks_up=False)

    assert isinstance(step(call("unknown", ago=timedelta(days=2)), abilities=blind), AskPerson)


def test_a_provider_without_keys_is_looked_up_at_once() -> None:
    assert step(call(None), abilities=replace(ABILITIES, key_lifetime=None)) == LookUp(FIRST)


def test_absent_is_the_last_word_only_when_nothing_is_on_its_way() -> None:
    answered, young = call("unknown", answered=True), call(None)
    old = call("unknown", ago=timedelta(minutes=16))

    assert on_its_way_for([answered, old], FIRST, NOW, ABILITIES) <= timedelta(0)
    assert on_its_way_for([answered, young], FIRST, NOW, ABILITIES) == timedelta(
        minutes=14, seconds=30
    )


def test_a_server_error_may_still_be_paid_where_the_provider_goes_on_after_it() -> None:
    answered = call("unknown", answered=True)

    assert on_its_way_for([answered], FIRST, NOW, GOES_ON) == timedelta(minutes=14, seconds=30)


def test_an_attempt_that_lies_ahead_of_a_clock_put_back_is_looked_up() -> None:
    assert step(call("unknown", ago=-timedelta(hours=25))) == LookUp(FIRST)


def test_a_clock_that_differs_by_seconds_does_no_harm() -> None:
    assert step(call("unknown", ago=-timedelta(seconds=5))) == Call(FIRST)


def test_a_refusal_is_the_last_word_only_where_no_other_call_may_come_after_it() -> None:
    refused = call("refused", ago=timedelta(minutes=5))
    long_before = call("unknown", ago=timedelta(minutes=21))
    shortly_before = call("unknown", ago=timedelta(minutes=19))
    later = call(None, ago=timedelta(minutes=1))

    answered = call("unknown", ago=timedelta(minutes=6), answered=True)

    assert is_last_word([refused], refused, FORGETFUL)
    assert is_last_word([long_before, refused], refused, FORGETFUL)
    assert is_last_word([answered, refused], refused, FORGETFUL)
    assert not is_last_word([answered, refused], refused, GOES_ON)
    assert is_last_word([shortly_before, looked("refused")], looked("refused"), FORGETFUL)
    assert not is_last_word([shortly_before, refused], refused, FORGETFUL)
    assert not is_last_word([refused, later], refused, FORGETFUL)
    assert is_last_word([refused, later], refused, ABILITIES)


def test_a_refusal_is_not_the_last_word_beside_what_is_known_to_be_paid() -> None:
    refused, paid = call("refused"), call("done")

    assert not is_last_word([paid, refused], refused, ABILITIES)


def test_in_restored_rows_only_a_look_up_made_since_counts() -> None:
    before = looked("absent")

    assert step(call("unknown", answered=True), before, restored_at=NOW) == LookUp(SECOND)
    since = step(call("unknown", answered=True), before, restored_at=NOW - timedelta(hours=1))
    assert since == Call(SECOND)


def test_without_keys_restored_rows_wait_for_what_they_may_have_forgotten() -> None:
    no_keys, unsure = replace(ABILITIES, key_lifetime=None), looked("unknown", answered=True)
    restored = NOW - timedelta(minutes=5)

    assert step(unsure, abilities=no_keys, restored_at=restored) == LookUp(FIRST)
    assert step(looked("absent"), abilities=no_keys, restored_at=restored) == Call(FIRST)
    assert forgotten_for(restored, NOW, no_keys) == timedelta(minutes=10)
    assert forgotten_for(restored, NOW, ABILITIES) == forgotten_for(None, NOW, no_keys) == NOTHING
