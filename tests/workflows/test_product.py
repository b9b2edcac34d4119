"""What is proved of items and their reclamation together: planted flaws with the shortest way."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from claims.catalogue import CATALOGUE
from config.settings import PROJECT
from tests.workflows.large_products import large_pair
from tests.workflows.products import compare
from workflows.product.proving import problems_of, prove_folder
from workflows.product.verdicts import Proof, Refutation
from workflows.product.waits import say_wait, waits_of
from workflows.reading import read_files, read_with_files

SHIPPED = PROJECT / "config" / "workflows"
RETURN = (SHIPPED / "item-return.yaml").read_text()
GOODWILL = (SHIPPED / "item-goodwill.yaml").read_text()
RECLAMATION = (SHIPPED / "reclamation.yaml").read_text()


def changed(text: str, *changes: tuple[str, str]) -> str:
    """The text with each first part, which stands there once, replaced by the second."""
    for old, new in changes:
        assert text.count(old) == 1, f"{old} stands there {text.count(old)} times"
        text = text.replace(old, new)
    return text


def proof_of(
    folder: Path,
    item: str,
    whole: str | None = RECLAMATION,
    limits: Mapping[str, float] | None = None,
) -> Proof:
    (folder / "item.yaml").write_text(item)
    files = [folder / "item.yaml"]
    if whole is not None:
        (folder / "reclamation.yaml").write_text(whole)
        files.append(folder / "reclamation.yaml")
    catalogue = replace(CATALOGUE, alone_up_to=limits or {})
    [proof] = prove_folder(list(read_with_files(files, catalogue).values()), catalogue)
    return proof


def only(proof: Proof) -> Refutation:
    [refuted] = proof.refuted
    return refuted


def events(refuted: Refutation) -> list[str]:
    return [f"{step.whose}: {step.event}" for step in refuted.path]


def test_a_first_state_that_is_left_on_entering_strands_nobody(tmp_path: Path) -> None:
    sorted_first = changed(
        GOODWILL,
        ("initial: reported\n", "initial: sorting\n"),
        ("\nstates:\n", "\nstates:\n  sorting: { label: Is sorted by itself }\n"),
        ("\nevents:\n", "\nevents:\n  sort: { label: Sort, on-enter: true }\n"),
        ("\ntransitions:\n", "\ntransitions:\n  - { from: sorting, event: sort, to: reported }\n"),
    )

    assert proof_of(tmp_path, sorted_first, None).refuted == ()


def test_what_is_known_decides_beside_what_is_not(tmp_path: Path) -> None:
    first = (
        "  - { from: in-progress, event: item-settled, to: closed,      when: items.open == 0, "
        "effect: write-closed, happy: true }\n"
    )
    dear = first.replace("items.open == 0", "items.all(final) && items.sum(refunded) > 500.0")

    looked_at = changed(RECLAMATION, (first, dear + first))

    assert proof_of(tmp_path, GOODWILL, looked_at).refuted == ()


def test_the_shipped_workflows_are_proved() -> None:
    read = read_with_files(sorted(SHIPPED.glob("*.yaml")), CATALOGUE)
    limited = replace(CATALOGUE, alone_up_to={"agent": 200.0, "lead": 1000.0})

    for catalogue in (CATALOGUE, limited):
        proofs = prove_folder(list(read.values()), catalogue)

        assert len(proofs) == 6
        assert problems_of(proofs) == []
        assert all(proof.is_complete for proof in proofs)


BLIND_RETRY = changed(
    GOODWILL,
    (
        "  - { from: refund-unclear, event: confirm-not-paid,",
        (
            "  - { from: refund-unclear, event: refund, to: refunding, effect: pay-refund }\n"
            "  - { from: refund-unclear, event: confirm-not-paid,"
        ),
    ),
)


def test_a_blind_retry_of_an_unclear_refund_may_pay_twice(tmp_path: Path) -> None:
    refuted = only(proof_of(tmp_path, BLIND_RETRY))

    assert refuted.rule == "refund-twice"
    assert events(refuted) == ["item 1: refund", "item 1: refund-unclear", "item 1: refund"]
    line = BLIND_RETRY.splitlines()[refuted.place.line - 1]
    assert "from: refund-unclear, event: refund," in line


def test_a_retry_after_a_person_found_it_not_paid_is_no_second_refund(tmp_path: Path) -> None:
    found_first = GOODWILL  # confirm-not-paid leads to refund-refused, where refund is a button

    assert proof_of(tmp_path, found_first).refuted == ()


def test_a_refund_that_may_repeat_is_no_mistake(tmp_path: Path) -> None:
    meant = changed(
        BLIND_RETRY, ("    run: refund.pay\n", "    run: refund.pay\n    may-repeat: true\n")
    )

    assert proof_of(tmp_path, meant).refuted == ()


def test_a_way_back_after_a_refund_was_paid_pays_twice(tmp_path: Path) -> None:
    again = GOODWILL.replace(
        "event: refund-paid,    to: goodwill-paid,", "event: refund-paid,    to: reported,"
    )
    again = again.replace(
        "event: refund-paid,      to: goodwill-paid,", "event: refund-paid,      to: reported,"
    )

    refuted = only(proof_of(tmp_path, again))

    assert events(refuted) == ["item 1: refund", "item 1: refund-paid", "item 1: refund"]


def test_conditions_that_exclude_each_other_make_no_way(tmp_path: Path) -> None:
    guarded = changed(
        BLIND_RETRY,
        (
            "event: refund, to: refunding, effect: pay-refund }",
            "event: refund, to: refunding, when: item.refunded == 0.0, effect: pay-refund }",
        ),
    )

    assert proof_of(tmp_path, guarded).refuted == ()


@pytest.mark.parametrize("bound", ["item.value", "item.refundable + 0.01", "500.0"])
def test_an_amount_that_is_not_bounded_by_what_is_left(bound: str, tmp_path: Path) -> None:
    loose = changed(GOODWILL, ("min: 0.01, max: item.refundable", f"min: 0.01, max: {bound}"))

    refuted = only(proof_of(tmp_path, loose))

    assert (refuted.rule, events(refuted)) == ("unbounded-amount", ["item 1: refund"])


def test_a_bound_may_stand_in_the_condition_too(tmp_path: Path) -> None:
    bounded = changed(
        GOODWILL,
        ("min: 0.01, max: item.refundable", "min: 0.01, max: item.value"),
        (
            "{ from: [reported, refund-refused], event: refund,    to: awaiting-approval,",
            (
                "{ from: [reported, refund-refused], event: refund,    to: awaiting-approval, "
                "when: input.amount <= item.refundable,"
            ),
        ),
    ).replace(
        "when: input.amount <= staff.may_refund,",
        "when: input.amount <= staff.may_refund && input.amount <= item.refundable,",
    )

    assert proof_of(tmp_path, bounded).refuted == ()


def test_nobody_pays_alone_above_the_limit(tmp_path: Path) -> None:
    careless = changed(
        GOODWILL,
        (
            (
                "{ from: reported,                   event: refund,    to: refunding,         "
                "when: input.amount <= staff.may_refund,"
            ),
            "{ from: reported, event: refund, to: refunding, when: input.amount <= 300.0,",
        ),
    )

    assert proof_of(tmp_path, careless).refuted == ()
    refuted = only(proof_of(tmp_path, careless, limits={"agent": 200.0}))

    assert (refuted.rule, events(refuted)) == ("above-limit-alone", ["item 1: refund"])
    assert "agent (200.00)" in refuted.sentence


def test_a_proposal_is_paid_by_somebody_else(tmp_path: Path) -> None:
    second = re.compile(r"    label: Approve\n    by: \[[^\]]*\]\n    second-person: true\n")
    assert len(second.findall(GOODWILL)) == 1
    alone = second.sub("    label: Approve\n    by: [agent, lead]\n", GOODWILL)

    refuted = only(proof_of(tmp_path, alone, limits={"agent": 200.0}))

    assert events(refuted) == ["item 1: refund", "item 1: approve"]


def test_a_payment_without_an_amount_or_a_proposal_strands_the_item(tmp_path: Path) -> None:
    unproposed = changed(
        GOODWILL,
        ("to: awaiting-approval, do: refund.propose }", "to: awaiting-approval }"),
    )
    without_ways_back = re.sub(
        r"(from: awaiting-approval, +event: (?!approve)[\w-]+, +to: )[\w-]+(.*?)"
        r"(, send-reclamation: item-settled)? }",
        r"\1awaiting-approval\2 }",
        unproposed,
    )

    refuted = only(proof_of(tmp_path, without_ways_back))

    assert (refuted.rule, events(refuted)) == ("wait-for-each-other", ["item 1: refund"])
    assert "Item 1 in awaiting-approval" in refuted.sentence


SILENT = changed(
    GOODWILL,
    (
        (
            "{ from: [reported, refund-refused], event: cancel,   to: withdrawn, send-reclamation: "
            "item-settled }"
        ),
        "{ from: [reported, refund-refused], event: cancel,   to: withdrawn }",
    ),
)
WITHOUT_BUTTON = changed(
    RECLAMATION,
    (
        (
            "  - { from: [open, in-progress, closing], event: close, to: closed,  when: "
            "items.open == 0, effect: write-closed }\n"
        ),
        "",
    ),
    (
        "event: close, to: closing, send-items: withdraw }",
        "event: close, to: closing, when: items.open > 0, send-items: withdraw }",
    ),
)


def test_a_reclamation_waits_for_ever_for_an_item_that_tells_nothing(tmp_path: Path) -> None:
    refuted = only(proof_of(tmp_path, SILENT, WITHOUT_BUTTON))

    assert (refuted.rule, events(refuted)) == ("wait-for-each-other", ["item 1: cancel"])
    assert "cancel from reported does not tell it" in refuted.sentence
    assert "event: cancel" in SILENT.splitlines()[refuted.place.line - 1]


def test_a_button_of_the_reclamation_makes_up_for_a_silent_item(tmp_path: Path) -> None:
    assert proof_of(tmp_path, SILENT).refuted == ()


def test_a_reclamation_that_closes_too_early_is_deaf_to_the_second_item(tmp_path: Path) -> None:
    early = changed(
        RECLAMATION,
        (
            "  - { from: open,        event: item-settled, to: closed,      when: items.open == 0,",
            "  - { from: open,        event: item-settled, to: closed,      when: items.open < 2,",
        ),
    )

    refuted = only(proof_of(tmp_path, GOODWILL, early))

    assert (refuted.rule, refuted.count) == ("deaf", 2)
    assert {step.case for step in refuted.path} == {1, 2}
    assert len(refuted.path) == 2


def test_a_deadline_must_not_send_what_an_item_under_way_refuses(tmp_path: Path) -> None:
    impatient = changed(
        RECLAMATION,
        ("  close:\n", "  too-old: { label: Too old, after: 60 days }\n  close:\n"),
        (
            "transitions:\n",
            "transitions:\n  - { from: open, event: too-old, to: closing, send-items: withdraw }\n",
        ),
    )

    refuted = only(proof_of(tmp_path, GOODWILL, impatient))

    assert refuted.rule == "deaf"
    assert events(refuted) == ["item 1: refund", "the reclamation: too-old"]


def test_an_item_workflow_alone_is_proved_as_far_as_its_money_goes(tmp_path: Path) -> None:
    refuted = only(proof_of(tmp_path, BLIND_RETRY, None))

    assert events(refuted) == ["item 1: refund", "item 1: refund-unclear", "item 1: refund"]


def test_the_longest_wait_is_told_with_its_deadlines() -> None:
    definition = read_files([SHIPPED / "item-return.yaml"], CATALOGUE)["item-return"]

    waits = waits_of(definition)

    assert say_wait(definition, waits.longest) == (
        "44 days: awaiting-parcel (after 14 days) → parcel-late (after 30 days) → never-returned"
    )
    assert "received" in waits.until_somebody_acts


def test_a_large_workflow_is_proved_in_few_places() -> None:
    item, whole = large_pair(50)

    [proof] = prove_folder([(item, "item"), (whole, "whole")], CATALOGUE)

    assert (proof.refuted, proof.is_complete) == ((), True)
    assert proof.places < 100


def test_brute_force_says_the_same_of_random_workflows() -> None:
    figures = compare(7, 60, most_items=2, most_places=150)

    assert figures.pairs[1] >= 30
    assert figures.refuted.keys() >= {"refund-twice", "stranded", "deaf", "above-limit-alone"}
