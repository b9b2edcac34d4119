"""Conditions side by side: what falls between them, what two of them claim, and what is idle."""

import pytest

from tests.workflows.shop import SHOP, changed, only_problem_at, problem_at
from workflows.problems import Problem
from workflows.reading import problems_in

FIRST = "{ from: received, event: refund, to: refunding, when: input.amount <= 20.0, effect: pay }"
SECOND = (
    "{ from: received, event: refund, to: approval, when: item.received > 0, do: refund.propose }"
)


def lines(first: str, second: str, third: str = "") -> str:
    """The sound workflow with these conditions for its refund; ⟨ marks the second line."""
    text = changed(FIRST, FIRST.replace("input.amount <= 20.0", first))
    more = f"\n  - {{ from: received, event: refund, to: rejected{third} }}" if third else ""
    return text.replace(SECOND, "⟨" + SECOND.replace("item.received > 0", second) + more)


def at_condition(text: str) -> str:
    """The mark moved to the second line's condition."""
    before, after = text.split("⟨")
    return before + after.replace("when: ", "when: ⟨", 1)


def found(text: str) -> list[Problem]:
    return problems_in(text.replace("⟨", ""), "shop.yaml", SHOP)


def test_what_lies_between_two_ranges_is_a_gap_with_a_witness() -> None:
    problem = only_problem_at(lines("input.amount <= 15.0", "input.amount > 20.0"), "guard-gap")

    assert problem.sentence == (
        "With input.amount = 17.50 no line takes refund: it lies between this line and line 38."
    )


def test_the_one_value_between_less_and_more_is_a_gap() -> None:
    problem = only_problem_at(lines("input.amount < 15.0", "input.amount > 15.0"), "guard-gap")

    assert "With input.amount = 15.00 no line" in problem.sentence


def test_a_gap_is_seen_while_another_fact_stays_the_same() -> None:
    text = lines(
        "item.value <= 15.0 && item.received > 0", "item.value > 20.0 && item.received > 0"
    )

    problem = only_problem_at(text, "guard-gap")

    assert "item.value = 17.50, item.received = 1" in problem.sentence


@pytest.mark.parametrize(
    ("first", "second", "third"),
    [
        ("input.amount <= 15.0", "input.amount > 15.0", ""),
        ("input.amount <= 15.0", "item.received > 0", ""),
        ("input.amount <= 15.0", "input.amount <= 200.0", ""),
        ("item.quantity == 1", "item.quantity == 3", ""),
        ("item.received == 0", "item.received >= 1", ""),
        ("item.quantity > item.received", "item.quantity < item.received", " "),
        ("input.amount <= 15.0", "input.amount > 20.0", " "),
        ("'\"fragile\" in item.tags'", "item.value > 15.0", " "),
        ("item.value * 2.0 > item.refundable", "item.value > 3.0", " "),
        ("has-evidence", "item.value > 3.0", " "),
    ],
)
def test_ordinary_conditions_raise_no_alarm(first: str, second: str, third: str) -> None:
    assert found(lines(first, second, third)) == []


def test_two_ranges_that_cover_each_other_in_part_are_an_overlap_with_a_witness() -> None:
    problem = only_problem_at(lines("input.amount <= 20.0", "input.amount > 15.0"), "guard-overlap")

    assert problem.sentence == (
        "With input.amount = 17.50 this line and line 38 both hold, and each holds alone "
        "elsewhere; line 38 is taken, for it comes first."
    )


def test_a_wide_condition_before_a_narrow_one_leaves_it_nothing() -> None:
    text = lines("input.amount > 100.0", "input.amount > 200.0", " ")

    problem = only_problem_at(text, "dead-line")

    assert problem.sentence == (
        "This line is never taken: wherever it holds, such as with input.amount = 200.01, "
        "line 38 takes refund before it."
    )


def test_two_lines_together_can_leave_a_third_nothing() -> None:
    text = lines("input.amount > 100.0", "input.amount <= 100.0", ", when: item.received > 3")
    text = text.replace("⟨", "").replace(
        "{ from: received, event: refund, to: rejected",
        "⟨{ from: received, event: refund, to: rejected",
    )

    assert "line 38 or 39 takes refund before it" in only_problem_at(text, "dead-line").sentence


@pytest.mark.parametrize(
    ("condition", "how"),
    [
        ("item.value > 5.0 && item.value < 3.0", "never"),
        ("item.has_evidence || !item.has_evidence", "always"),
        ('item.reason in ["a", "b"] && item.reason == "c"', "never"),
    ],
)
def test_a_condition_that_is_always_the_same_is_idle(condition: str, how: str) -> None:
    text = lines("input.amount <= 15.0", f"'{condition}'")

    problem = problem_at(at_condition(text), "constant-condition")

    assert f"{how} holds" in problem.sentence


def test_a_choice_has_no_other_values_than_its_options() -> None:
    text = lines("input.amount <= 15.0", 'input.kind == "broken"').replace(
        "max: item.refundable }",
        "max: item.refundable }\n      kind: { type: choice, label: Kind, of: [new, used] }",
    )

    assert "never holds" in only_problem_at(at_condition(text), "constant-condition").sentence


def test_what_the_clock_says_must_find_a_line() -> None:
    text = changed(
        "approve: { label: Approve, by: [lead], second-person: true }",
        "approve: { label: Approve, after: 3 days }",
    ).replace(
        "{ from: approval, event: approve, to: refunding, effect: pay }",
        "⟨{ from: approval, event: approve, to: refunding, when: item.value > 5.0, effect: pay }",
    )

    problem = only_problem_at(text, "guard-gap")

    assert problem.sentence == (
        "With item.value = 0.00 no line takes approve: the clock rings in vain."
    )


def test_what_an_item_tells_must_find_a_line() -> None:
    text = """\
workflow: claim
subject: reclamation
label: Claim
initial: open
states:
  open: { label: Open }
  closed: { label: Closed, final: good }
events:
  settled: { label: Settled, from: items }
  close: { label: Close, by: [agent] }
transitions:
  - ⟨{ from: open, event: settled, to: closed, when: items.open == 0 }
  - { from: open, event: close, to: closed, when: items.open == 0 }
"""

    problem = only_problem_at(text, "guard-gap")

    assert "With items.open = 1 no line takes settled" in problem.sentence


def test_an_outcome_gap_names_a_witness() -> None:
    text = changed(
        "{ from: refunding, event: refund-refused, to: received }",
        "⟨{ from: refunding, event: refund-refused, to: received, when: item.received > 0 }",
    )

    assert "none holds with item.received = 0" in only_problem_at(text, "outcome-gap").sentence
