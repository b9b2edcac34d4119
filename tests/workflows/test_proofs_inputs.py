"""Forms in which too much can be typed in, or nothing."""

import pytest

from tests.workflows.shop import changed, only_problem_at
from workflows.problems import Problem

RECEIVED = "received: { type: integer, label: Pieces, min: 0, max: item.quantity }"


def wrong(bounds: str, rule: str) -> Problem:
    text = changed(RECEIVED, f"⟨received: {{ type: integer, label: Pieces{bounds} }}")
    return only_problem_at(text, rule)


def test_a_whole_number_without_an_end_is_refused() -> None:
    assert "received of arrived has no max:" in wrong(", min: 0", "unbounded-input").sentence


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        (", min: 5, max: 3", "min 5 is above max 3"),
        (", min: 5, max: 9, default: 2", "the default 2 is below min 5"),
        (", max: 9, default: 12", "the default 12 is above max 9"),
    ],
)
def test_bounds_leave_something_and_the_default(bounds: str, said: str) -> None:
    assert said in wrong(bounds, "bounds").sentence


def test_bounds_of_amounts_leave_something_too() -> None:
    text = changed("min: 0.01, max: item.refundable }", "min: 7, max: 5.5 }").replace(
        "      amount: {", "      ⟨amount: {"
    )

    assert "min 7 is above max 5.5" in only_problem_at(text, "bounds").sentence
