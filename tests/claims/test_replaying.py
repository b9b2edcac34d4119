"""What a proof refutes, the real code does: each list of events is played to its bad end."""

from pathlib import Path

from claims.catalogue import CATALOGUE
from claims.proving import prove_shop
from claims.reading_choices import read_choices
from claims.rehearsal.folder import plain_choices
from claims.replaying import Replayed, replay
from claims.rules import Rules
from tests.workflows.test_product import (
    BLIND_RETRY,
    GOODWILL,
    RECLAMATION,
    SILENT,
    WITHOUT_BUTTON,
    changed,
)
from workflows.definition import Definition
from workflows.reading import read_with_files

CHOICES = """\
reclamation-workflow: reclamation
reasons: { does-not-fit: { label: Any } }
resolutions: { refund: { label: Any, keeps-product: false } }
rules: [{ workflow: item-goodwill }]
"""


def replayed(folder: Path, item: str, whole: str = RECLAMATION, limits: str = "") -> Replayed:
    (folder / "item.yaml").write_text(item)
    (folder / "reclamation.yaml").write_text(whole)
    files = read_with_files([folder / "item.yaml", folder / "reclamation.yaml"], CATALOGUE)
    definitions: dict[str, Definition] = {name: each for name, (each, _) in files.items()}
    choices = plain_choices(definitions)
    if limits:
        choices = read_choices(CHOICES + limits, "claims.yaml", definitions)
    [proof] = prove_shop(files, CATALOGUE, choices)
    [refuted] = proof.refuted
    return replay(refuted, Rules(definitions, choices, CATALOGUE))


def test_a_blind_retry_refunds_the_item_twice(tmp_path: Path) -> None:
    played = replayed(tmp_path, BLIND_RETRY)

    assert played.is_bad
    assert len(played.steps) == 3
    assert played.end == "Refunded 2 × €10.00 of €20.00 paid for the same item."


def test_a_reclamation_that_is_not_told_stays_open_for_ever(tmp_path: Path) -> None:
    played = replayed(tmp_path, SILENT, WITHOUT_BUTTON)

    assert played.is_bad
    assert "the reclamation is in open; no button, clock or effect" in played.end


def test_what_a_closed_reclamation_cannot_take_becomes_an_incident(tmp_path: Path) -> None:
    early = changed(
        RECLAMATION,
        (
            "{ from: open,        event: item-settled, to: closed,      when: items.open == 0,",
            "{ from: open,        event: item-settled, to: closed,      when: items.open < 2,",
        ),
    )

    played = replayed(tmp_path, GOODWILL, early)

    assert played.is_bad
    assert "could not take 'item-settled'" in played.end


def test_a_deadline_that_sends_what_an_item_refuses_rings_in_vain(tmp_path: Path) -> None:
    impatient = changed(
        RECLAMATION,
        ("  close:\n", "  too-old: { label: Too old, after: 60 days }\n  close:\n"),
        (
            "transitions:\n",
            "transitions:\n  - { from: open, event: too-old, to: closing, send-items: withdraw }\n",
        ),
    )

    played = replayed(tmp_path, GOODWILL, impatient)

    assert played.is_bad
    assert "'too-old' of Reclamation R-000001 rang in vain" in played.end


def test_more_than_is_left_is_refused_by_the_real_code(tmp_path: Path) -> None:
    loose = changed(
        GOODWILL,
        ("max: item.refundable, default: item.refundable }\n  approve", "max: 500.0 }\n  approve"),
    )

    played = replayed(tmp_path, loose)

    assert not played.is_bad
    assert "may still be refunded for this item" in played.end


def test_more_than_a_limit_allows_is_refused_by_the_real_code(tmp_path: Path) -> None:
    careless = GOODWILL.replace(
        "when: input.amount <= staff.may_refund", "when: input.amount <= 300.0"
    )
    limit = "limits: [{ role: agent, per: case, amount: 200.00 }]\n"

    played = replayed(tmp_path, careless, limits=limit)

    assert not played.is_bad
    assert "The engine does not let it happen" in played.end
