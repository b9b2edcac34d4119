"""Each mistake that one can make in a workflow file, with its place and its sentence."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.workflows.shop import SHOP, SOUND, changed, only_problem_at, problem_at, sound
from workflows.problems import WorkflowProblems
from workflows.reading import problems_in, read, read_folder


def test_a_sound_workflow_has_no_problems() -> None:
    assert problems_in(SOUND, "shop.yaml", SHOP) == []


def test_a_definition_says_what_the_file_says() -> None:
    definition = sound()

    refund = definition.events["refund"]
    assert refund.by == {"agent", "lead"}
    assert refund.input[0].max == "item.refundable"
    assert definition.events["approve"].second_person
    assert definition.states["refunded"].final == "good"
    assert definition.effects["pay"].outcomes["unknown"] == "refund-unclear"
    assert definition.effects["write"].settings == {"letter": "refunded"}
    assert [line.target for line in definition.lines_from["received"]] == [
        "refunding",
        "approval",
        "rejected",
    ]
    assert definition.lines_from["reported"][0].happy


def test_the_hash_is_that_of_the_text() -> None:
    assert sound().hash != sound(SOUND + "\n").hash
    assert len(sound().hash) == 64


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    text = (
        SOUND.replace("label: Reported", "lable: Reported")
        .replace("by: [warehouse]", "by: [warehose]")
        .replace("item.received > 0", "item.recieved > 0")
        .replace("event: approve, to: refunding", "event: aprove, to: refunding")
    )

    found = [(problem.rule, problem.line) for problem in problems_in(text, "shop.yaml", SHOP)]

    assert found == [
        ("missing-key", 6),
        ("unknown-key", 6),
        ("unknown-role", 23),
        ("unknown-fact", 39),
        ("unknown-event", 40),
    ]


def test_reading_raises_with_all_problems() -> None:
    with pytest.raises(WorkflowProblems) as caught:
        read("workflow: x\n", "shop.yaml", SHOP)

    assert {problem.rule for problem in caught.value.problems} == {"missing-key"}
    assert "shop.yaml:1:1 missing-key A workflow needs states." in str(caught.value)


def test_a_problem_reads_as_one_line() -> None:
    problem = only_problem_at(changed("event: approve, to", "event: ⟨aprove, to"), "unknown-event")

    assert str(problem) == (
        "shop.yaml:40:30 unknown-event There is no event aprove. Did you mean approve?"
    )


def test_a_list_instead_of_a_workflow_is_a_sentence() -> None:
    assert problem_at("⟨- a\n- b\n", "not-a-mapping").sentence == (
        "A workflow needs keys with values here."
    )


@pytest.mark.parametrize(
    ("rule", "old", "new", "suggestion"),
    [
        ("unknown-key", "initial:", "⟨initail: x\ninitial:", "Did you mean initial?"),
        ("unknown-key", "label: Reject,", "label: Sorry, ⟨too late,", "between quotes"),
        ("unknown-word", "subject: item", "subject: ⟨itme", "Did you mean item?"),
        ("unknown-word", "final: good", "final: ⟨god", "Did you mean good?"),
        ("unknown-state", "initial: reported", "initial: ⟨reportd", "Did you mean reported?"),
        ("unknown-state", "to: rejected", "to: ⟨rejectd", "Did you mean rejected?"),
        ("unknown-state", "from: approval,", "from: ⟨aproval,", "Did you mean approval?"),
        (
            "unknown-state",
            "[reported, received,",
            "[reported, ⟨recieved,",
            "Did you mean received?",
        ),
        ("unknown-effect", "effect: write", "effect: ⟨wirte", "Did you mean write?"),
        ("unknown-effect", "run: refund.pay", "run: ⟨refund.pya", "Did you mean refund.pay?"),
        ("unknown-command", "do: item.receive", "do: ⟨item.recieve", "Did you mean item.receive?"),
        ("unknown-role", "by: [agent]", "by: [⟨agnet]", "Did you mean agent?"),
        ("unknown-event", "done: refund-paid", "done: ⟨refund-payed", "Did you mean refund-paid?"),
        ("unknown-key", "letter: refunded", "letter: x, ⟨langauge: de", "Did you mean language?"),
        ("unknown-fact", "item.received > 0", "⟨item.recieved > 0", "Did you mean item.received?"),
        ("unknown-input", "input.amount <=", "⟨input.amuont <=", "Did you mean input.amount?"),
        ("unknown-condition", "when: item.received > 0", "when: ⟨has-evidnce", "has-evidence?"),
        ("condition-type", "<= 20.0", "⟨<= 20", "Write whole amounts with .0, such as 15.0."),
        ("condition", "item.received > 0", "item.received > 0 ⟨and true", "Write &&."),
        ("condition", "item.received > 0", "item.received ⟨= 0", "Write ==."),
        ("yes-no", "second-person: true", "second-person: ⟨yes", "Write true."),
        ("yes-no", "happy: true", "happy: ⟨on", "Write true."),
        ("nothing", "label: Reject,", "label: ⟨null,", "between quotes"),
        ("name", "  reject: {", "  ⟨Reject It: {", "Did you mean reject-it?"),
        ("unknown-key", "effect: write }", "⟨effects: write }", "Did you mean effect?"),
    ],
)
def test_a_slip_is_found_at_its_place_with_what_was_meant(
    rule: str, old: str, new: str, suggestion: str
) -> None:
    problem = problem_at(changed(old, new), rule)

    assert suggestion in (problem.suggestion or "")


@pytest.mark.parametrize(
    ("rule", "old", "new", "sentence"),
    [
        ("missing-key", "approve: { label: Approve, by", "⟨approve: { by", "approve needs label."),
        (
            "missing-key",
            "{ from: refunding, event: refund-paid, to: refunded,",
            "⟨{ from: refunding, event: refund-paid,",
            "A transition needs to.",
        ),
        (
            "missing-key",
            "write:\n    run: customer.write\n    with: { letter: refunded }",
            "⟨write:\n    run: customer.write",
            "customer.write needs letter.",
        ),
        ("single-value", "label: Reject,", "label: ⟨[a],", "takes a single value."),
        ("nothing", "by: [agent]", "by: ⟨[]", "is an empty list."),
        ("twice", "by: [agent]", "by: [agent, ⟨agent]", "stands in the list twice."),
        ("condition-type", "when: item.received > 0", "when: ⟨item.received", "a whole number"),
        ("constant-condition", "item.received > 0", "⟨1 < 2", "is always the same"),
        ("unknown-function", "item.received > 0", "⟨shell('ls') > 0", "no function shell"),
        ("not-a-number", "<= 20.0", "<= ⟨1e999", "too big a number"),
        ("bound-type", "max: item.quantity", "max: ⟨item.value", "a whole number is needed"),
        (
            "unknown-input",
            "max: item.quantity",
            "max: ⟨input.received",
            "asks for no input.received",
        ),
        ("missing-input", "do: item.receive,", "do: ⟨refund.propose,", "needs the input amount"),
        ("span", "{ label: Reject, by: [agent] }", "{ label: R, after: ⟨12:30:00 }", "12:30:00"),
        ("span", "{ label: Reject, by: [agent] }", "{ label: R, after: ⟨010 days }", "010 days"),
        (
            "span",
            "{ label: Reject, by: [agent] }",
            "{ label: R, after: ⟨99999 weeks }",
            "ten years",
        ),
        ("not-by-people", "Refund paid }", "Refund paid, ⟨confirm: Sure }", "events that people"),
        ("several-senders", "  reject: {", "  ⟨reject: { after: 3 days,", "by and after"),
        ("unknown-word", "{ label: Reject, by: [agent] }", "{ label: R, from: ⟨items }", "items"),
        ("wrong-subject", "to: rejected }", "to: rejected, ⟨send-items: x }", "not for the"),
        ("misplaced", "label: Pieces,", "label: Pieces, ⟨of: [a],", "types choice"),
        ("name", "      received: {", "      ⟨in: {", "cannot be an input"),
        ("not-a-list", "transitions:\n", "transitions: ⟨{}\nx:\n", "is a list of lines"),
    ],
)
def test_a_mistake_is_found_at_its_place_and_said_in_a_sentence(
    rule: str, old: str, new: str, sentence: str
) -> None:
    assert sentence in problem_at(changed(old, new), rule).sentence


def test_a_choice_needs_something_to_choose() -> None:
    text = changed(
        "type: integer, label: Pieces, min: 0, max: item.quantity", "type: choice, label: P"
    )

    assert (
        "needs of:"
        in problem_at(text.replace("received: { t", "⟨received: { t"), "missing-key").sentence
    )


def test_the_default_of_a_choice_may_be_one_of_its_options() -> None:
    choice = (
        "received: { type: integer, label: P, max: 9 }\n"
        "      how: { type: choice, label: H, of: [as new, open], default: as new }"
    )
    definition = sound(
        changed("received: { type: integer, label: Pieces, min: 0, max: item.quantity }", choice)
    )

    assert definition.events["arrived"].input[1].default == '"as new"'


def test_deadlines_are_spans_of_calendar_time() -> None:
    spans = {
        "45 minutes": timedelta(minutes=45),
        "1 hour": timedelta(hours=1),
        "30 days": timedelta(30),
    }
    for text, span in spans.items():
        definition = sound(changed("Reject, by: [agent]", f"Reject, after: {text}"))
        assert definition.events["reject"].after == span


def test_a_line_that_is_always_taken_needs_no_refusal() -> None:
    text = changed(
        "event: reject, to: rejected }", "event: reject, to: rejected, refusal: ⟨Never read. }"
    )

    only_problem_at(text, "refusal-without-condition")


def test_the_place_of_a_condition_s_mistake_is_found_in_a_folded_text() -> None:
    text = changed(
        "  - { from: received, event: refund, to: approval, when: item.received > 0, "
        "do: refund.propose }",
        "  - from: received\n    event: refund\n    to: approval\n    do: refund.propose\n"
        "    when: >\n      item.received > 0 &&\n      ⟨item.vlaue < 3.0",
    )

    only_problem_at(text, "unknown-fact")


def test_a_condition_cannot_name_a_function_of_python(tmp_path: Path) -> None:
    text = changed("when: item.received > 0", "when: ⟨subprocess.getoutput")

    problem = only_problem_at(text, "unknown-condition")

    assert problem.sentence == "There is no condition subprocess.getoutput."


def test_escapes_for_the_terminal_do_not_get_into_a_sentence() -> None:
    problem = problem_at(changed("initial: reported", 'initial: ⟨"\\e[31mred"'), "unknown-state")

    assert "\x1b" not in str(problem)


def test_a_folder_is_read_by_the_names_of_its_workflows(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SOUND)
    (tmp_path / ".#a.yaml").write_text("an editor's lock")

    assert list(read_folder(tmp_path, SHOP)) == ["item-return"]


def test_a_name_given_to_two_workflows_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SOUND)
    (tmp_path / "b.yaml").write_text(SOUND)

    with pytest.raises(WorkflowProblems) as caught:
        read_folder(tmp_path, SHOP)

    (problem,) = caught.value.problems
    assert (problem.rule, Path(problem.file).name) == ("duplicate-workflow", "b.yaml")


def test_the_problems_of_all_files_of_a_folder_come_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: 1\na: 2\n")
    (tmp_path / "b.yaml").write_bytes(b"\xff")

    with pytest.raises(WorkflowProblems) as caught:
        read_folder(tmp_path, SHOP)

    assert {"duplicate-key", "encoding"} <= {problem.rule for problem in caught.value.problems}


def test_a_missing_folder_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_folder(tmp_path / "nowhere", SHOP)
