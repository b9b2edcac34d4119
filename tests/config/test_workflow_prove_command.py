"""`redress workflow prove`: the verdicts, the list of events, the replay, the exit code."""

from pathlib import Path

from click.testing import CliRunner, Result

from config.cli import main
from tests.workflows.test_product import BLIND_RETRY, RECLAMATION


def prove(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["workflow", "prove", *arguments])


def a_careless_folder(folder: Path) -> Path:
    (folder / "item.yaml").write_text(BLIND_RETRY)
    (folder / "reclamation.yaml").write_text(RECLAMATION)
    return folder


def test_the_shipped_workflows_are_proved_with_their_longest_waits() -> None:
    result = prove()

    assert result.exit_code == 0, result.output
    assert "REFUTED" not in result.output
    assert "item-return: 44 days: awaiting-parcel (after 14 days)" in result.output


def test_only_what_is_named_is_told() -> None:
    result = prove("item-return")

    assert "item-return with reclamation" in result.output
    assert "item-faulty" not in result.output


def test_a_near_name_is_offered_for_an_unknown_one() -> None:
    result = prove("item-retrun")

    assert result.exit_code == 1
    assert "Did you mean item-return?" in result.output


def test_what_is_refuted_comes_with_its_events_and_their_replay(tmp_path: Path) -> None:
    result = prove("--replay", "--folder", str(a_careless_folder(tmp_path)))

    assert result.exit_code == 1
    assert "  REFUTED   no item is refunded twice\n" in result.output
    assert "      3. item 1: refund 10.00, refund-unclear → refunding\n" in result.output
    assert "So it ends: Refunded 2 × €10.00 of €20.00 paid" in result.output


def test_check_finds_it_too_at_the_guilty_line(tmp_path: Path) -> None:
    folder = a_careless_folder(tmp_path)

    result = CliRunner().invoke(main, ["workflow", "check", str(folder)])

    assert result.exit_code == 1
    line = next(
        number
        for number, text in enumerate(BLIND_RETRY.splitlines(), 1)
        if "from: refund-unclear, event: refund," in text
    )
    assert f"item.yaml:{line}:5 refund-twice" in result.output


def test_a_folder_that_is_not_sound_is_not_proved(tmp_path: Path) -> None:
    (tmp_path / "item.yaml").write_text("workflow: [")

    assert prove("--folder", str(tmp_path)).exit_code == 1
