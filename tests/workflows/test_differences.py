"""Two versions of a workflow, and what is said to differ between them."""

import pytest

from tests.workflows.shop import SOUND, changed, sound
from workflows.differences import Difference, compare, guess_renamed

REFUND = "{ from: received, event: refund, to: refunding, when: input.amount <= 20.0, effect: pay }"
FROM_20_TO_30 = (
    "From received on refund: condition is `input.amount <= 30.0` (before: `input.amount <= 20.0`)."
)
OTHERWISE = (
    "{ from: received, event: refund, to: approval, when: item.received > 0, do: refund.propose }"
)
RENAMED = (
    SOUND.replace("received:  {", "came-in:  {")
    .replace("  received: { label: Received,", "  came-in: { label: Received,")
    .replace("from: received", "from: came-in")
    .replace("to: received", "to: came-in")
    .replace("[reported, received,", "[reported, came-in,")
)


def said(new: str, old: str = SOUND) -> list[tuple[str, str, str]]:
    return [(d.about, d.change, d.sentence) for d in compare(sound(old), sound(new))]


def test_the_same_workflow_written_otherwise_has_no_differences() -> None:
    assert said("# A remark\n" + SOUND.replace("<= 20.0", "<=   20.0")) == []


@pytest.mark.parametrize(
    ("old", "new", "about", "sentence"),
    [
        (
            "label: Return and refund",
            "label: Return",
            "workflow",
            "The workflow: label is Return (before: Return and refund).",
        ),
        (
            "waits-for: lead",
            "waits-for: agent",
            "state",
            "The state approval: waits-for is agent (before: lead).",
        ),
        (
            "by: [agent, lead]",
            "by: [agent]",
            "event",
            "The event refund is fired by agent (before: by agent, lead).",
        ),
        (
            "by: [lead], second-person: true",
            "by: [lead]",
            "event",
            "The event approve: second-person is no (before: yes).",
        ),
        (
            "min: 0, max: item.quantity",
            "min: 1, max: item.quantity",
            "input",
            "The field received of arrived: min is `1` (before: `0`).",
        ),
        (
            "letter: refunded",
            "letter: paid",
            "effect",
            "The effect write: settings is letter: paid (before: letter: refunded).",
        ),
        (
            "when: input.amount <= 20.0",
            "when: input.amount <= 30.0",
            "line",
            FROM_20_TO_30,
        ),
        (
            "to: received, do: item.receive",
            "to: received",
            "line",
            "From reported on arrived: commands is none (before: item.receive).",
        ),
    ],
)
def test_a_change_is_one_sentence_with_now_and_before(
    old: str, new: str, about: str, sentence: str
) -> None:
    assert said(changed(old, new)) == [(about, "changed", sentence)]


def test_a_new_deadline_is_told_with_its_line() -> None:
    text = changed(
        "  refund-paid: { label: Refund paid }",
        "  overdue: { label: Overdue, after: 10 days }\n  refund-paid: { label: Refund paid }",
    ) + ("  - { from: reported, event: overdue, to: rejected }\n")

    assert said(text) == [
        (
            "deadline",
            "added",
            "The deadline overdue (Overdue; after 10 days) is new.",
        ),
        ("line", "added", "New line: from reported, overdue leads to rejected."),
    ]


def test_a_deadline_that_rings_at_another_time_is_told_in_days() -> None:
    late = SOUND.replace(
        "  refund-paid: { l", "  overdue: { label: Overdue, after: 14 days }\n  refund-paid: { l"
    ) + ("  - { from: reported, event: overdue, to: rejected }\n")

    [(about, _, sentence)] = said(late.replace("14 days", "36 hours"), late)

    assert about == "deadline"
    assert sentence == "The deadline overdue is fired after 36 hours (before: after 14 days)."


def test_a_state_that_is_only_called_otherwise_is_guessed_and_its_lines_are_no_differences() -> (
    None
):
    assert guess_renamed(sound(SOUND), sound(RENAMED)) == {"received": "came-in"}
    assert said(RENAMED) == [
        ("state", "renamed", "The state received is called came-in now."),
    ]


def test_without_the_guess_a_renamed_state_is_gone_and_new() -> None:
    found = compare(sound(SOUND), sound(RENAMED), renamed={})

    changes = [(each.change, each.name) for each in found if each.about == "state"]
    assert changes == [("removed", "received"), ("added", "came-in")]


def test_a_state_that_ends_is_never_taken_for_one_that_goes_on() -> None:
    ending = SOUND.replace("rejected", "turned-down").replace("Rejected", "Turned down")

    assert guess_renamed(sound(SOUND), sound(ending)) == {"rejected": "turned-down"}
    assert guess_renamed(sound(SOUND), sound(SOUND)) == {}


def test_lines_in_another_order_are_told_because_the_first_that_holds_is_taken() -> None:
    swapped = SOUND.replace(REFUND, "@").replace(OTHERWISE, REFUND).replace("@", OTHERWISE)

    [(about, _, sentence)] = said(swapped)

    assert about == "line"
    assert sentence.startswith("From received on refund: the lines stand in another order")


def test_every_difference_of_added_things_is_a_removal_the_other_way_round() -> None:
    there = compare(sound(SOUND), sound(RENAMED), renamed={})
    back = compare(sound(RENAMED), sound(SOUND), renamed={})

    def keys(found: list[Difference], change: str) -> set[tuple[str, str]]:
        return {(each.about, each.name) for each in found if each.change == change}

    assert keys(there, "added") == keys(back, "removed")
    assert keys(there, "removed") == keys(back, "added")
