"""`redress workflow test` plays what stands beside the workflows."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config.cli.workflow_test import test as command
from config.settings import PROJECT

CLAIMS = """\
reclamation-workflow: reclamation
reasons: { does-not-fit: { label: Does not fit } }
resolutions: { none: { label: A mere mark, keeps-product: false } }
rules: [{ workflow: item-mark-only }]
"""
SHIPPED = PROJECT / "config" / "workflows"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(each) for each in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two shipped workflows and the tests of one of them, with choices of their own."""
    (tmp_path / "claims.yaml").write_text(CLAIMS)
    folder = tmp_path / "workflows"
    (folder / "tests").mkdir(parents=True)
    for name in ("item-mark-only.yaml", "reclamation.yaml", "tests/item-mark-only.yaml"):
        shutil.copy(SHIPPED / name, folder / name)
    return folder


def test_the_shipped_workflows_pass_and_are_reached_whole() -> None:
    result = run("--coverage")

    assert result.exit_code == 0, result.output
    reached = [line for line in result.output.splitlines() if " % " in line]
    assert len(reached) == 7
    assert all(" 100.0 % " in line for line in reached), "\n".join(reached)


def test_a_failed_test_is_told_step_by_step(folder: Path) -> None:
    file = folder / "tests" / "item-mark-only.yaml"
    file.write_text(file.read_text().replace("{ state: rejected,", "{ state: refunded,"))

    result = run(file)

    assert result.exit_code == 1
    assert "FAIL  It can be rejected" in result.output
    assert f"{file}:26:20 state of item 1 is rejected, not refunded." in result.output
    assert "agent: Reject (Reported → Rejected)." in result.output
    assert "6 tests, 1 failed" in result.output


def test_what_cannot_be_read_is_told_with_its_place(folder: Path) -> None:
    file = folder / "tests" / "item-mark-only.yaml"
    file.write_text(file.read_text().replace("event: reject", "event: rejct"))

    result = run(folder)

    assert result.exit_code == 2
    assert "unknown-event item-mark-only has no event rejct. Did you mean reject?" in result.output
    assert run(folder / "tests" / "nothing.yaml").exit_code == 2


def test_the_tests_of_one_workflow_are_those_of_its_name(folder: Path) -> None:
    assert "6 tests in" in run(folder / "item-mark-only.yaml").output
    assert "0 tests in" in run(folder / "reclamation.yaml").output
    assert "nothing.yaml cannot be read" in run(folder / "nothing.yaml").output


def test_tests_are_written_for_what_is_not_reached(folder: Path) -> None:
    file = folder / "tests" / "item-mark-only.yaml"
    file.write_text(file.read_text().split("  - test: It can be rejected")[0])

    result = run(folder, "--generate", "item-mark-only")

    written = folder / "tests" / "item-mark-only-generated.yaml"
    assert f"3 tests written to {written}; 100.0 % is reached" in result.output
    again = run(folder, "--coverage", "--generate", "item-mark-only")
    assert again.exit_code == 0
    assert "Nothing to write" in again.output


def test_a_name_that_does_not_exist_is_told(folder: Path) -> None:
    result = run(folder, "--generate", "item-mark-onli")

    assert result.exit_code == 1
    assert "Did you mean item-mark-only?" in result.output


def test_a_folder_without_choices_can_be_tested_too(folder: Path) -> None:
    (folder.parent / "claims.yaml").unlink()
    (folder / "tests" / "item-mark-only.yaml").write_text(
        "tests-of: item-mark-only\n"
        "tests: [{ test: Cancelled, when: [{ event: cancel, by: agent }],"
        " then: { state: withdrawn } }]\n"
    )

    result = run(folder)

    assert (result.exit_code, "1 test in" in result.output) == (0, True), result.output
