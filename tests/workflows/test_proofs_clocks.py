"""Clocks that cannot ring, waits that last too long, and events that wait for a change."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.workflows.shop import SHOP, SOUND, changed, marked, only_problem_at
from workflows.catalogue import Fact
from workflows.problems import Problem
from workflows.reading import problems_in

APPROVE = "approve: { label: Approve, by: [lead], second-person: true }"
TAKEN = "{ from: approval, event: approve, to: refunding, effect: pay }"
REJECT = "{ from: [reported, received, approval, unclear], event: reject"
WINDOW = replace(
    SHOP,
    refund_window=timedelta(days=180),
    effects={**SHOP.effects, "refund.pay": replace(SHOP.effects["refund.pay"], moves_money=True)},
)


def approve(says: str, when: str = "") -> str:
    """The sound workflow in which approve is the clock's or the engine's."""
    text = changed(APPROVE, f"⟨approve: {{ label: Approve, {says} }}")
    return text.replace(TAKEN, TAKEN.replace("to: refunding", f"to: refunding{when}"))


def on_line(text: str) -> str:
    """The mark moved to the line that approve takes."""
    return text.replace("⟨", "").replace(
        "{ from: approval, event: approve", "⟨{ from: approval, event: approve"
    )


@pytest.mark.parametrize(
    "says",
    [
        "after: 3 days, pauses-for: [agent]",
        "at: order.placed_at, pauses-for: [agent], since: opened",
        "at: order.placed_at, since: opened",
    ],
)
def test_only_a_clock_over_the_whole_case_can_pause(says: str) -> None:
    only_problem_at(approve(says), "pause-without-clock")


def test_a_clock_pauses_for_somebody_whom_a_state_waits_for() -> None:
    problem = only_problem_at(
        approve("after: 3 days, since: opened, pauses-for: [agnet]"), "pause-for-nobody"
    )

    assert problem.suggestion == "Did you mean agent?"


def test_a_clock_does_not_ring_where_it_stands_still() -> None:
    text = on_line(approve("after: 3 days, since: opened, pauses-for: [lead]"))

    problem = only_problem_at(text, "paused-deadline")

    assert "approve stands still in approval, which waits for lead" in problem.sentence


def test_a_state_that_rests_on_a_clock_that_stands_still_strands_cases() -> None:
    text = approve("after: 3 days, since: opened, pauses-for: [lead]").replace("⟨", "")
    text = text.replace(REJECT, "{ from: [reported, received, unclear], event: reject")

    assert {problem.rule for problem in found(text)} == {"paused-deadline", "stranded"}


def test_a_state_that_rests_on_a_clock_that_rang_already_strands_cases() -> None:
    text = approve("after: 3 days, since: opened").replace("⟨", "")
    text = text.replace(REJECT, "{ from: [reported, received, unclear], event: reject")

    assert {problem.rule for problem in found(text)} == {"stranded"}


def test_a_state_that_rests_on_a_date_that_nobody_may_note_strands_cases() -> None:
    agreed = replace(SHOP.facts["item"]["order.placed_at"], may_be_unset=True)
    facts = {**SHOP.facts, "item": {**SHOP.facts["item"], "order.placed_at": agreed}}
    text = approve("at: order.placed_at").replace("⟨", "")
    text = text.replace(REJECT, "{ from: [reported, received, unclear], event: reject")

    assert found(text) == []
    broken = problems_in(text, "shop.yaml", replace(SHOP, facts=facts))
    assert [problem.rule for problem in broken] == ["stranded"]


def test_dates_may_not_run_in_a_circle() -> None:
    text = approve("at: order.placed_at").replace("⟨", "")
    text = text.replace(TAKEN, TAKEN.replace("to: refunding, effect: pay", "to: received")) + (
        "  - { from: received, event: approve, to: approval }\n"
    )

    assert [problem.rule for problem in found(text)] == ["automatic-circle"]


def test_a_refund_after_a_longer_wait_than_the_provider_pays_back_is_refused() -> None:
    text = on_line(approve("after: 200 days"))

    (problem,) = problems_in(marked(text).text, "shop.yaml", WINDOW)

    assert (problem.rule, problem.line) == ("deadline-past-refund-window", marked(text).line)
    assert "wait 200 days until approve" in problem.sentence
    assert "pays back for 180 days" in problem.sentence


def test_waits_one_after_the_other_are_added_up() -> None:
    text = changed("  approve: {", "  late: { label: Late, after: 100 days }\n  approve: {") + (
        "  - { from: reported, event: late, to: received }\n"
        "  - { from: received, event: late, to: approval }\n"
    )

    problems = problems_in(text, "shop.yaml", WINDOW)

    assert [(problem.rule, problem.line) for problem in problems] == [
        ("deadline-past-refund-window", text.count("\n"))
    ]
    assert "wait 200 days until late" in problems[0].sentence


def test_a_long_wait_that_no_refund_follows_is_fine() -> None:
    text = changed("  approve: {", "  late: { label: Late, after: 300 days }\n  approve: {") + (
        "  - { from: reported, event: late, to: rejected }\n"
    )

    assert problems_in(text, "shop.yaml", WINDOW) == []
    assert problems_in(text, "shop.yaml", SHOP) == []


def test_a_line_of_an_event_of_change_asks_for_the_change() -> None:
    only_problem_at(on_line(approve("on-change: true")), "change-without-condition")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ("clock", "changes by itself"),
        ("elsewhere", "other reclamations"),
        ("actor", "belongs to whoever acts"),
        ("never", "never changes"),
    ],
)
def test_an_event_of_change_asks_what_is_told_of(changes: str, said: str) -> None:
    value = Fact("money", "what was paid", changes)  # type: ignore[arg-type]
    facts = {**SHOP.facts, "item": {**SHOP.facts["item"], "item.value": value}}
    text = on_line(approve("on-change: true", ", when: item.value > 5.0"))

    (problem,) = problems_in(marked(text).text, "shop.yaml", replace(SHOP, facts=facts))

    assert (problem.rule, problem.line) == ("unwatched-fact", marked(text).line)
    assert said in problem.sentence
    assert found(text) == []


def found(text: str) -> list[Problem]:
    return problems_in(text.replace("⟨", ""), "shop.yaml", SHOP)


def test_the_sound_workflow_is_sound_whatever_the_window() -> None:
    assert problems_in(SOUND, "shop.yaml", WINDOW) == []
