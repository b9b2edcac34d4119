"""The program `redress`."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner
from sqlalchemy.exc import OperationalError

from claims.refusals import Refused
from config.cli import TABLE, main, sentence_for
from config.settings import SettingsProblem
from workflows.problems import Problem, WorkflowProblems

PARTS = ["run", "web", "worker", "sweep", "provider"]
COMMANDS = [*PARTS, "db", "staff", "journal", "doctor"]
COMMANDS += ["orders", "refunds", "claims", "workflow"]


def test_help_names_every_command_with_a_sentence() -> None:
    shown = CliRunner().invoke(main, ["--help"]).output

    assert list(TABLE) == COMMANDS
    for name, entry in TABLE.items():
        assert f"  {name} " in shown
        assert entry.about in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_is_there_and_explains_itself(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])

    assert result.exit_code == 0, result.output
    assert result.output.startswith(f"Usage: main {name}")
    assert len(result.output.splitlines()) > 4


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys, config.cli\n"
        "config.cli.main(['--help'], standalone_mode=False)\n"
        "print(sorted({'sqlalchemy', 'celery', 'flask', 'pydantic', 'cel_expr_python'}"
        " & set(sys.modules)))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout

    assert shown.endswith("[]\n")


def test_a_missing_setting_is_a_sentence_and_exit_1() -> None:
    result = CliRunner().invoke(main, ["db", "status"], env={"REDRESS_TRACE": None})

    assert result.exit_code == 1
    assert result.output.startswith("Error: DATABASE_URL is not set; it is ")
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (SettingsProblem(["PORT must be a valid integer."]), "PORT must be a valid integer."),
        (Refused("There is no order 17."), "There is no order 17."),
        (
            OperationalError("", {}, Exception("no\nroute")),
            "The database does not answer: no route",
        ),
        (
            WorkflowProblems([Problem("empty", "a.yaml", 1, 1, "The file says nothing.")]),
            (
                "The shop's own files are not sound; see: redress workflow check\n"
                "a.yaml:1:1 empty The file says nothing."
            ),
        ),
        (
            FileNotFoundError(2, "No such file or directory", "claims.yaml"),
            "claims.yaml cannot be used: No such file or directory.",
        ),
        (ZeroDivisionError("a mistake of ours"), None),
    ],
)
def test_what_a_person_can_solve_is_a_sentence(problem: Exception, sentence: str | None) -> None:
    assert sentence_for(problem) == sentence


def test_an_unknown_command_is_told_with_the_way_to_help() -> None:
    result = CliRunner().invoke(main, ["refund"])

    assert result.exit_code == 2
    assert "No such command 'refund'" in result.output


def test_the_address_for_psql_has_the_plain_scheme(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "DATABASE_URL": "postgresql+psycopg://app:pw@h/d",
        "OWNER_DATABASE_URL": "postgresql://owner:pw@h/d",
        "REDIS_URL": "redis://h",
        "SECRET_KEY": "k" * 32,
        "MAIL_URL": "smtp://h",
        "MAIL_FROM": "a@b.example",
        "PUBLIC_URL": "http://h",
    }.items():
        monkeypatch.setenv(name, value)

    assert CliRunner().invoke(main, ["db", "shell-url"]).output == "postgresql://app:pw@h/d\n"
    assert (
        CliRunner()
        .invoke(main, ["db", "shell-url", "--owner"])
        .output.startswith("postgresql://owner:")
    )


def test_the_program_is_a_group_of_click() -> None:
    assert isinstance(main, click.Group)
