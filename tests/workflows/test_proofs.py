"""What is proved before a case runs: each kind of unsound workflow is refused at its place."""

from pathlib import Path

import pytest

from tests.workflows.shop import SHOP, SOUND, changed, marked, only_problem_at, problem_at
from workflows.problems import WorkflowProblems
from workflows.reading import problems_in, read_folder


def with_state(state: str, *lines: str) -> str:
    """The sound workflow with another state and further lines at the end."""
    more = "".join(f"  - {line}\n" for line in lines)
    return changed("  received: { label: Rec", f"  {state}\n  received: {{ label: Rec") + more


def test_a_state_that_no_line_names_is_unused() -> None:
    problem = only_problem_at(with_state("⟨lost: { label: Lost, final: bad }"), "unused-state")

    assert problem.sentence == "No transition names lost (Lost)."


def test_a_state_that_no_way_leads_to_is_unreachable() -> None:
    text = with_state("⟨lost: { label: Lost }", "{ from: lost, event: reject, to: rejected }")

    problem = only_problem_at(text, "unreachable-state")

    assert problem.sentence == "No way leads from reported to lost (Lost)."


def test_a_state_without_a_way_to_a_final_one_cannot_end() -> None:
    text = with_state(
        "⟨limbo: { label: Limbo }",
        "{ from: received, event: arrived, to: limbo, do: item.receive }",
        "{ from: limbo, event: arrived, to: limbo, do: item.receive }",
    )

    assert "no way leads to a final state" in problem_at(text, "cannot-end").sentence


def test_nothing_leads_out_of_a_final_state() -> None:
    text = SOUND + "  - ⟨{ from: rejected, event: arrived, to: received, do: item.receive }\n"

    only_problem_at(text, "final-has-way-out")


def test_a_workflow_without_an_end_is_refused() -> None:
    text = SOUND.replace(", final: good", "").replace(", final: bad", "")
    text = text.replace("states:\n  reported", "states:\n  ⟨reported")

    assert problem_at(text, "no-final-state").suggestion is not None


def test_a_case_cannot_begin_at_its_end() -> None:
    text = changed("initial: reported", "initial: rejected").replace(
        "  rejected: {", "  ⟨rejected: {"
    )

    problem_at(text, "final-initial")


def test_a_line_after_the_else_is_dead() -> None:
    text = SOUND + "  - ⟨{ from: unclear, event: reject, to: received, when: item.received > 0 }\n"

    problem = only_problem_at(text, "dead-line")

    assert problem.sentence == (
        "This line is never taken: line 46 takes reject from unclear whatever the case."
    )


def test_the_same_condition_twice_makes_the_second_line_dead() -> None:
    text = changed(
        "when: item.received > 0, do: refund.propose }",
        "when: item.received > 0, do: refund.propose }\n"
        "  - ⟨{ from: received, event: refund, to: rejected, when: item.received > 0 }",
    )

    only_problem_at(text, "dead-line")


def test_an_effect_that_does_not_name_what_must_be_handled_is_refused() -> None:
    text = changed("  pay:\n", "  ⟨pay:\n").replace(", unknown: refund-unclear", "")

    problem = problem_at(text, "unhandled-outcome")

    assert (
        problem.sentence == "refund.pay can end unknown, and the effect pay names no event for it."
    )


def test_every_outcome_needs_a_line_where_it_can_arrive() -> None:
    text = SOUND.replace("  - { from: refunding, event: refund-refused, to: received }\n", "")
    text = text.replace("{ from: approval, event: app", "⟨{ from: approval, event: app")

    problem = problem_at(text, "unhandled-outcome")

    assert "may fire refund-refused in refunding, where no line takes it" in problem.sentence


def test_a_case_cannot_leave_while_an_effect_is_under_way() -> None:
    text = changed(
        "{ from: received, event: refund, to: refunding,",
        "⟨{ from: received, event: refund, to: refunding,",
    )
    text = text.replace("approval, unclear], event: reject", "approval, refunding], event: reject")

    sentences = [
        problem.sentence
        for problem in problems_in(marked(text).text, "shop.yaml", SHOP)
        if problem.rule == "unhandled-outcome"
    ]

    problem_at(text, "unhandled-outcome")
    assert any("may fire refund-paid in rejected" in sentence for sentence in sentences)


def test_what_is_unclear_still_takes_the_truth_when_it_comes_late() -> None:
    text = SOUND.replace("  - { from: unclear, event: refund-paid, to: refunded }\n", "")
    text = text.replace("{ from: approval, event: app", "⟨{ from: approval, event: app")

    assert "may fire refund-paid in unclear" in problem_at(text, "unhandled-outcome").sentence


def test_an_outcome_may_not_fall_between_conditions() -> None:
    text = changed(
        "{ from: refunding, event: refund-refused, to: received }",
        "⟨{ from: refunding, event: refund-refused, to: received, when: item.received > 0 }",
    )

    only_problem_at(text, "outcome-gap")


def test_entering_states_may_not_run_in_a_circle() -> None:
    text = changed("  reject: {", "  go-on: { label: Go on, on-enter: true }\n  reject: {") + (
        "  - ⟨{ from: reported, event: go-on, to: received, when: item.received > 0 }\n"
        "  - { from: received, event: go-on, to: approval, when: item.received > 1 }\n"
        "  - { from: approval, event: go-on, to: reported, when: item.received > 2 }\n"
    )

    problem = only_problem_at(text, "automatic-circle")

    assert "reported → received → approval → reported" in problem.sentence


def test_an_event_that_nobody_fires_is_refused() -> None:
    text = changed("  reject: { label: Reject, by: [agent] }", "  ⟨reject: { label: Reject }")

    problem_at(text, "nobody-fires")


def test_an_event_that_no_line_takes_is_refused() -> None:
    text = changed("  reject: {", "  ⟨repair: { label: Repair, by: [agent] }\n  reject: {")

    only_problem_at(text, "unused-event")


def test_an_effect_that_no_line_asks_for_is_refused() -> None:
    text = changed("to: refunded, effect: write", "to: refunded").replace(
        "  write:\n", "  ⟨write:\n"
    )

    only_problem_at(text, "unused-effect")


def test_an_outcome_is_fired_by_the_worker_alone() -> None:
    text = changed(
        "  refund-paid: { label: Refund paid }", "  ⟨refund-paid: { label: P, by: [lead] }"
    )

    only_problem_at(text, "several-senders")


@pytest.mark.parametrize(
    ("event", "line"),
    [
        ("{ label: W, from: reclamation }", "{ from: waiting, event: wake, to: received }"),
        ("{ label: W, by: [import] }", "{ from: waiting, event: wake, to: received }"),
        (
            "{ label: W, after: 3 days }",
            "{ from: waiting, event: wake, to: received, when: item.received > 0 }",
        ),
        (
            "{ label: W, on-enter: true }",
            "{ from: waiting, event: wake, to: received, when: item.received > 0 }",
        ),
    ],
)
def test_a_state_that_only_luck_leads_out_of_strands_cases(event: str, line: str) -> None:
    text = with_state(
        "⟨waiting: { label: Waiting }", "{ from: reported, event: refund, to: waiting }", line
    ).replace("  reject: {", f"  wake: {event}\n  reject: {{")

    only_problem_at(text, "stranded")


def test_a_deadline_or_a_button_saves_from_being_stranded() -> None:
    for event in ("{ label: W, after: 3 days }", "{ label: W, by: [lead] }"):
        text = with_state(
            "waiting: { label: Waiting }",
            "{ from: reported, event: refund, to: waiting }",
            "{ from: waiting, event: wake, to: received }",
        ).replace("  reject: {", f"  wake: {event}\n  reject: {{")

        assert problems_in(text, "shop.yaml", SHOP) == []


def test_a_misspelt_state_does_not_make_others_seem_unreachable() -> None:
    only_problem_at(
        changed("do: item.receive, happy", "do: item.receive, happy").replace(
            "to: refunding, effect: pay }", "to: ⟨refundign, effect: pay }"
        ),
        "unknown-state",
    )


RECLAMATION = """\
workflow: reclamation
subject: reclamation
label: Reclamation
initial: open
states:
  open: { label: Open }
  closed: { label: Closed, final: good }
events:
  item-settled: { label: Item settled, from: items }
  close: { label: Close, by: [agent] }
transitions:
  - { from: open, event: item-settled, to: closed, when: items.open == 0 }
  - { from: open, event: item-settled, to: open }
  - { from: open, event: close, to: closed }
"""


def test_what_items_tell_the_reclamation_must_be_an_event_of_it(tmp_path: Path) -> None:
    text = SOUND.replace(
        "event: reject, to: rejected", "event: reject, to: rejected, send-reclamation: item-setled"
    )
    (tmp_path / "item.yaml").write_text(text)
    (tmp_path / "reclamation.yaml").write_text(RECLAMATION)

    with pytest.raises(WorkflowProblems) as caught:
        read_folder(tmp_path, SHOP)

    (problem,) = caught.value.problems
    assert (problem.rule, problem.line, problem.column) == ("sent-in-vain", 46, 5)
    assert problem.suggestion == "Did you mean item-settled?"


def test_what_the_reclamation_tells_its_items_must_be_an_event_of_all(tmp_path: Path) -> None:
    text = RECLAMATION.replace(
        "event: close, to: closed", "event: close, to: closed, send-items: withdraw"
    )
    (tmp_path / "item.yaml").write_text(SOUND)
    (tmp_path / "reclamation.yaml").write_text(text)

    with pytest.raises(WorkflowProblems) as caught:
        read_folder(tmp_path, SHOP)

    assert [problem.rule for problem in caught.value.problems] == ["sent-in-vain"]
