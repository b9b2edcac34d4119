"""What people type becomes typed values, or a sentence for the field."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.workflows.shop import FACTS, changed, engine
from workflows.engine import Engine

RECEIVED = "received: { type: integer, label: Pieces, min: 0, max: item.quantity }"


def form_with(inputs: str) -> Engine:
    return engine(changed(RECEIVED, f"{RECEIVED}\n      {inputs}"))


def read(shop: Engine, decimals: int = 2, **raw: str) -> tuple[dict[str, object], dict[str, str]]:
    return shop.read_input("arrived", {"received": "1", **raw}, FACTS, decimals)


def value_of(inputs: str, typed: str, decimals: int = 2) -> Any:
    values, errors = read(form_with(inputs), decimals, it=typed)
    assert errors == {}
    return values.get("it")


def error_of(inputs: str, typed: str, decimals: int = 2) -> str:
    values, errors = read(form_with(inputs), decimals, it=typed)
    assert "it" not in values
    return errors["it"]


MONEY = "it: { type: money, label: Amount }"


@pytest.mark.parametrize(
    ("typed", "decimals", "minor"),
    [
        ("24.99", 2, 2499),
        ("24,99", 2, 2499),
        (" 24.9 ", 2, 2490),
        ("24", 2, 2400),
        ("24.", 2, 2400),
        ("1.234,56", 2, 123456),
        ("1,234.56", 2, 123456),
        ("1'234.56", 2, 123456),
        ("1 234,56", 2, 123456),
        ("1,234,567", 2, 123456700),
        ("1500", 0, 1500),
        ("1.234", 3, 1234),
        ("0.01", 2, 1),
        ("15.1", 2, 1510),
        ("999999999999.99", 2, 99999999999999),
    ],
)
def test_amounts_are_read_as_people_write_them(typed: str, decimals: int, minor: int) -> None:
    assert value_of(MONEY, typed, decimals) == minor


@pytest.mark.parametrize(
    ("typed", "decimals"),
    [
        ("1.234", 2),
        ("24.999", 2),
        ("1,234,56", 2),
        ("24.5", 0),
        ("1e3", 2),
        ("NaN", 2),
        ("inf", 2),
        ("€ 5", 2),
        ("٢٤", 2),
        ("--5", 2),
        ("9" * 40, 2),
        ("1.234,567.89", 2),
    ],
)
def test_amounts_that_can_be_misread_are_refused(typed: str, decimals: int) -> None:
    assert error_of(MONEY, typed, decimals).startswith("Amount")


def test_bounds_are_compared_in_minor_units() -> None:
    bounded = "it: { type: money, label: Amount, min: 0.01, max: item.refundable }"

    assert value_of(bounded, "24.99") == 2499
    assert error_of(bounded, "25.00") == "Amount is at most 24.99."
    assert error_of(bounded, "0") == "Amount is at least 0.01."
    assert error_of(bounded, "-5") == "Amount is at least 0.01."


def test_a_bound_below_a_cent_never_lets_more_through() -> None:
    half = "it: { type: money, label: Amount, max: item.value / 2.0 }"

    assert value_of(half, "12.49") == 1249
    assert error_of(half, "12.50") == "Amount is at most 12.49."


def test_noise_of_doubles_does_not_move_a_bound() -> None:
    assert value_of("it: { type: money, label: A, max: 0.1 + 0.7 }", "0.80") == 80
    assert value_of("it: { type: money, label: A, min: 0.1 + 0.2 }", "0.30") == 30


def test_a_whole_number_is_a_bound_for_money() -> None:
    assert (
        error_of("it: { type: money, label: Amount, max: 5 }", "5.01") == "Amount is at most 5.00."
    )


def test_whole_numbers_have_bounds_from_facts() -> None:
    _, errors = engine().read_input("arrived", {"received": "3"}, FACTS, 2)

    assert errors == {"received": "Pieces is at most 2."}
    for typed in ("1.5", "one", "0x1", "9" * 30):
        _, errors = engine().read_input("arrived", {"received": typed}, FACTS, 2)
        assert "whole number" in errors["received"]


def test_a_missing_field_is_a_sentence_unless_it_is_optional() -> None:
    values, errors = engine().read_input("arrived", {}, FACTS, 2)

    assert (values, errors) == ({}, {"received": "Pieces is missing."})
    assert value_of("it: { type: text, label: Note, optional: true }", "  ") is None


def test_texts_keep_their_lines_and_lose_nothing_but_space_around_them() -> None:
    note = "it: { type: text, label: Note }"

    assert value_of(note, " <b>one</b>\r\ntwo ") == "<b>one</b>\ntwo"
    assert "character" in error_of(note, "a\x00b")
    assert "10001 characters" in error_of(note, "x" * 10_001)


def test_a_choice_is_one_of_its_options() -> None:
    choice = "it: { type: choice, label: Condition, of: [as new, opened] }"

    assert value_of(choice, "as new") == "as new"
    assert error_of(choice, "burnt") == "Condition must be one of as new, opened."


def test_a_box_that_is_not_ticked_says_no() -> None:
    box = "it: { type: yes-no, label: Keep }"

    assert value_of(box, "on") is True
    assert value_of(box, "") is False
    assert error_of(box, "perhaps") == "Keep is yes or no."


def test_dates_have_bounds_too() -> None:
    day = "it: { type: date, label: Day, max: now }"

    assert value_of(day, "2026-03-31") == date(2026, 3, 31)
    assert error_of(day, "2026-04-01") == "Day is at most 2026-03-31."
    assert "2026-02-30" in error_of(day, "2026-02-30")


def test_fields_that_nobody_asked_for_are_left_alone() -> None:
    values, errors = engine().read_input("arrived", {"received": "1", "csrf": "x"}, FACTS, 2)

    assert (values, errors) == ({"received": 1}, {})


def test_conditions_see_amounts_in_major_units() -> None:
    shop = engine()

    assert shop.input_facts("refund", {"amount": 1510}, 2) == {"input.amount": 15.1}
    assert shop.input_facts("refund", {"amount": 1510}, 0) == {"input.amount": 1510.0}
    assert shop.input_facts("refund", {}, 2) == {"input.amount": 0.0}


def test_conditions_see_dates_as_the_beginning_of_the_day() -> None:
    shop = form_with("it: { type: date, label: Day }")

    seen = shop.input_facts("arrived", {"received": 1, "it": date(2026, 3, 31)}, 2)

    assert seen["input.it"] == datetime(2026, 3, 31, tzinfo=UTC)


def test_a_form_shows_defaults_and_bounds() -> None:
    shop = engine(changed("max: item.refundable }", "max: item.refundable, default: item.value }"))

    assert shop.defaults("refund", FACTS) == {
        "amount": {"default": 24.99, "min": 0.01, "max": 24.99}
    }
    assert shop.defaults("arrived", FACTS) == {"received": {"default": None, "min": 0, "max": 2}}
    assert shop.defaults("reject", FACTS) == {}
