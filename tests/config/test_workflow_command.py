"""`redress workflow`, called as people call it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config.cli.workflow import workflow
from config.settings import PROJECT

FOLDER = PROJECT / "config" / "workflows"


def run(*arguments: str | Path, **environment: str) -> Result:
    return CliRunner().invoke(workflow, [str(each) for each in arguments], env=environment)


@pytest.fixture
def mistaken(tmp_path: Path) -> Path:
    text = (FOLDER / "reclamation.yaml").read_text().replace("to: in-progress,", "to: in-progess,")
    path = tmp_path / "reclamation.yaml"
    path.write_text(text)
    return path


def test_list_names_every_workflow_with_its_version() -> None:
    result = run("list")

    assert result.exit_code == 0
    assert len(result.output.splitlines()) == 7
    assert "item-return" in result.output


def test_check_finds_the_shop_s_own_files_sound() -> None:
    result = run("check")

    assert (result.exit_code, result.output) == (0, "7 workflows: sound.\n")


def test_check_says_where_and_what_and_exits_1(mistaken: Path) -> None:
    result = run("check", mistaken)

    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[0] == (
        f"{mistaken}:31:51 unknown-state There is no state in-progess. Did you mean in-progress?"
    )
    assert lines[1].strip().startswith("- { from: open,")
    assert lines[1][lines[2].index("^") :].startswith("in-progess,")
    assert lines[-1] == "1 problem."


def test_check_takes_folders_and_files(mistaken: Path) -> None:
    assert run("check", FOLDER).exit_code == 0
    assert run("check", FOLDER / "reclamation.yaml", mistaken.parent).exit_code == 1


def test_check_reads_the_folder_of_the_environment(mistaken: Path) -> None:
    assert run("check", WORKFLOWS_DIR=str(mistaken.parent)).exit_code == 1


def test_a_file_that_cannot_be_read_exits_2(tmp_path: Path) -> None:
    result = run("check", tmp_path / "nowhere.yaml")

    assert result.exit_code == 2
    assert "nowhere.yaml cannot be read: No such file or directory." in result.output


def test_a_folder_without_workflows_exits_2(tmp_path: Path) -> None:
    assert run("check", tmp_path).exit_code == 2


def test_the_place_is_shown_also_in_a_very_long_line(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(f"workflow: {{ {'x: 1, ' * 1}{'y' * 600}: 1, x: 2 }}\n")

    lines = run("check", path).output.splitlines()

    index = next(n for n, line in enumerate(lines) if "duplicate-key" in line)
    assert lines[index + 1][lines[index + 2].index("^") :].startswith("x: 2")
    assert all(len(line) <= 124 for line in lines[index + 1 : index + 3])


def test_show_tells_what_can_happen_in_plain_words() -> None:
    result = run("show", "reclamation")

    assert "Open (open): waits for agent, begins here" in result.output
    assert "  Close (agent, lead) → Closing, tells the items withdraw" in result.output


def test_a_folder_that_is_not_sound_is_shown_with_its_problems(mistaken: Path) -> None:
    result = run("list", WORKFLOWS_DIR=str(mistaken.parent))

    assert result.exit_code == 1
    assert "unknown-state" in result.output
    assert "redress workflow check" in result.output
