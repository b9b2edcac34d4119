"""A piece of a life cycle that several workflows include, each under its own prefix."""

from pathlib import Path

import pytest

from tests.workflows.shop import SHOP
from workflows.definition import Definition
from workflows.problems import Problem, WorkflowProblems
from workflows.reading import read, read_folder

PART = """\
part: refunding
subject: item
exits: [paid, given-up]
shared: [reject]
states:
  deciding: { label: To be decided, waits-for: agent }
  paying: { label: Refund under way, waits-for: provider }
  unclear: { label: Refund unclear, waits-for: lead }
effects:
  pay:
    run: refund.pay
    outcomes: { done: done, refused: refused, unknown: lost }
events:
  refund:
    label: Refund
    by: [agent]
    input: { amount: { type: money, label: Amount, min: 0.01, max: item.refundable } }
  done: { label: Refund paid }
  refused: { label: Refund refused }
  lost: { label: Refund unclear }
transitions:
  - { from: deciding, event: refund, to: paying, when: input.amount <= 20.0, effect: pay }
  - { from: deciding, event: reject, to: given-up }
  - { from: paying, event: done, to: paid }
  - { from: paying, event: refused, to: deciding }
  - { from: paying, event: lost, to: unclear }
  - { from: unclear, event: done, to: paid }
  - { from: unclear, event: refused, to: deciding }
  - { from: unclear, event: reject, to: given-up }
"""

HOST = """\
workflow: item-simple
subject: item
label: Look and pay
initial: reported
include:
  pay: { part: refunding, exits: { paid: refunded, given-up: rejected } }
states:
  reported: { label: Reported }
  refunded: { label: Refunded, final: good }
  rejected: { label: Rejected, final: bad }
events:
  accept: { label: Accept, by: [agent] }
  reject: { label: Reject, by: [agent] }
transitions:
  - { from: reported, event: accept, to: pay-deciding }
  - { from: reported, event: reject, to: rejected }
"""


def folder(tmp_path: Path, host: str = HOST, part: str = PART) -> Path:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "refunding.yaml").write_text(part)
    (tmp_path / "simple.yaml").write_text(host)
    return tmp_path


def simple(tmp_path: Path, host: str = HOST, part: str = PART) -> Definition:
    return read_folder(folder(tmp_path, host, part), SHOP)["item-simple"]


def problems(tmp_path: Path, host: str = HOST, part: str = PART) -> list[Problem]:
    with pytest.raises(WorkflowProblems) as raised:
        read_folder(folder(tmp_path, host, part), SHOP)
    return list(raised.value.problems)


def test_the_names_of_a_part_stand_under_its_prefix(tmp_path: Path) -> None:
    definition = simple(tmp_path)

    assert list(definition.states)[-3:] == ["pay-deciding", "pay-paying", "pay-unclear"]
    assert definition.effects["pay-pay"].outcomes["unknown"] == "pay-lost"
    assert [(line.event, line.target) for line in definition.lines_from["pay-paying"]] == [
        ("pay-done", "refunded"),
        ("pay-refused", "pay-deciding"),
        ("pay-lost", "pay-unclear"),
    ]
    assert definition.parts == ("refunding",)


def test_shared_events_and_exits_are_those_of_the_workflow(tmp_path: Path) -> None:
    definition = simple(tmp_path)

    assert "pay-reject" not in definition.events
    assert ("reject", "rejected") in [
        (line.event, line.target) for line in definition.lines_from["pay-deciding"]
    ]


def test_a_case_is_pinned_to_the_parts_as_well(tmp_path: Path) -> None:
    definition = simple(tmp_path)

    again = read(definition.text, "pinned", SHOP)

    assert again.hash == definition.hash
    assert again.text == definition.text
    assert list(again.states) == list(definition.states)


def test_another_part_is_another_version(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    dearer = PART.replace("20.0", "25.0")

    assert simple(tmp_path / "one").hash != simple(tmp_path / "two", part=dearer).hash


def test_a_part_may_be_included_twice(tmp_path: Path) -> None:
    host = HOST.replace(
        "states:\n",
        "  late: { part: refunding, exits: { paid: refunded, given-up: rejected } }\nstates:\n",
    ).replace(
        "transitions:\n",
        "transitions:\n  - { from: pay-deciding, event: accept, to: late-deciding }\n",
    )

    definition = simple(tmp_path, host)

    assert {"pay-deciding", "late-deciding"} <= set(definition.states)
    assert definition.parts == ("refunding",)


def test_a_mistake_in_a_part_is_found_in_the_part(tmp_path: Path) -> None:
    mistaken = PART.replace("input.amount <= 20.0", "input.amont <= 20.0")

    [problem] = problems(tmp_path, part=mistaken)

    assert problem.rule == "unknown-input"
    assert problem.file.endswith("parts/refunding.yaml")
    line = mistaken.splitlines()[problem.line - 1]
    assert line[problem.column - 1 :].startswith("input.amont")


def test_a_mistake_in_the_including_file_is_found_there(tmp_path: Path) -> None:
    [problem] = problems(tmp_path, HOST.replace("given-up: rejected", "given-up: rejcted"))

    assert (problem.rule, problem.line) == ("unknown-state", 6)
    assert problem.file.endswith("simple.yaml")


def test_a_mistake_in_a_part_behind_the_workflow_is_found_at_its_line() -> None:
    text = f"{HOST}--- # part refunding\n" + PART.replace(
        "label: Refund paid", "lable: Refund paid"
    )

    with pytest.raises(WorkflowProblems) as raised:
        read(text, "simple.yaml", SHOP)

    line = text.splitlines().index("  done: { lable: Refund paid }") + 1
    assert [(each.rule, each.file, each.line) for each in raised.value.problems] == [
        ("missing-key", "simple.yaml", line),
        ("unknown-key", "simple.yaml", line),
    ]


def test_parts_within_parts_keep_their_prefixes(tmp_path: Path) -> None:
    outer = """\
part: judging
subject: item
exits: [paid, given-up]
shared: [reject]
include:
  money: { part: refunding, exits: { paid: paid, given-up: given-up } }
states:
  looking: { label: To be looked at, waits-for: agent }
events:
  fine: { label: Fine, by: [agent] }
transitions:
  - { from: looking, event: fine, to: money-deciding }
  - { from: looking, event: reject, to: given-up }
"""
    path = folder(
        tmp_path,
        HOST.replace("part: refunding", "part: judging").replace("pay-deciding", "pay-looking"),
    )
    (path / "parts" / "judging.yaml").write_text(outer)

    definition = read_folder(path, SHOP)["item-simple"]

    assert "pay-money-paying" in definition.states
    assert definition.parts == ("judging", "refunding")
    assert read(definition.text, "pinned", SHOP).hash == definition.hash


def test_a_part_for_reclamations_is_not_for_items(tmp_path: Path) -> None:
    found = problems(tmp_path, part=PART.replace("subject: item", "subject: reclamation"))

    assert "This part is for reclamation; it is included for item." in [
        problem.sentence for problem in found
    ]


def test_a_part_that_nobody_includes_is_a_problem(tmp_path: Path) -> None:
    path = folder(tmp_path)
    (path / "parts" / "other.yaml").write_text(PART)

    with pytest.raises(WorkflowProblems) as raised:
        read_folder(path, SHOP)

    assert [problem.rule for problem in raised.value.problems] == ["unused-part"]


def test_parts_that_breed_are_stopped(tmp_path: Path) -> None:
    path = folder(tmp_path, HOST.replace("part: refunding", "part: a0"))
    for level in range(8):
        includes = "\n".join(
            f"  p{n}: {{ part: a{level + 1}, exits: {{ paid: paid, given-up: given-up }} }}"
            for n in range(4)
        )
        (path / "parts" / f"a{level}.yaml").write_text(
            f"part: a{level}\nsubject: item\nexits: [paid, given-up]\ninclude:\n{includes}\n"
            "states: { s: { label: S } }\nevents: { e: { label: E, by: [agent] } }\n"
            "transitions: [{ from: s, event: e, to: paid }]\n"
        )

    with pytest.raises(WorkflowProblems):
        read_folder(path, SHOP)
