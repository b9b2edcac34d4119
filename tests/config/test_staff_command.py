"""`redress staff`: accounts from the command line."""

import re

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from claims.models import Staff
from config.cli import main
from config.settings import Settings

Sessions = sessionmaker[Session]
ANNA = ("add", "anna@redress.example", "--name", "Anna", "--role", "agent", "--role", "lead")


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> "Runner":
    for name in ("database_url", "redis_url", "secret_key", "mail_url", "mail_from", "public_url"):
        monkeypatch.setenv(name.upper(), getattr(settings, name))
    return Runner()


class Runner:
    def __call__(self, *arguments: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(main, ["staff", *arguments], input=typed)


def password_of(sessions: Sessions) -> str:
    with sessions() as session:
        return session.scalars(select(Staff.password)).one() or ""


def test_an_account_is_made_with_a_password_that_is_shown_once(
    run: Runner, sessions: Sessions
) -> None:
    result = run(*ANNA)

    shown = re.search(r"^Password: (\S+)$", result.output, re.MULTILINE)
    assert result.exit_code == 0, result.output
    assert shown is not None
    assert PasswordHasher().verify(password_of(sessions), shown[1])
    assert "Anna can sign in as anna@redress.example (agent, lead)." in result.output


def test_a_password_can_be_read_from_standard_input_and_is_not_repeated(
    run: Runner, sessions: Sessions
) -> None:
    result = run(*ANNA, "--password-stdin", typed="correct horse battery\n")

    assert PasswordHasher().verify(password_of(sessions), "correct horse battery")
    assert "horse" not in result.output


def test_a_password_is_never_an_argument(run: Runner) -> None:
    for command in ("add", "password"):
        assert "--password " not in run(command, "--help").output.replace("-stdin", "_stdin")


def test_staff_are_listed_with_roles_and_who_is_deactivated(run: Runner) -> None:
    run(*ANNA)
    run("deactivate", "anna@redress.example")

    assert run("list").output.split() == [
        "anna@redress.example",
        "Anna",
        "[agent,",
        "lead]",
        "(deactivated)",
    ]


def test_roles_and_password_can_be_changed_and_a_deactivation_undone(
    run: Runner, sessions: Sessions
) -> None:
    run(*ANNA)
    before = password_of(sessions)

    assert "now holds: admin." in run("role", "anna@redress.example", "admin").output
    assert "new password" in run("password", "anna@redress.example").output
    assert "can sign in again" in run("deactivate", "anna@redress.example", "--undo").output
    assert password_of(sessions) != before


def test_what_cannot_be_done_is_one_sentence_and_exit_1(run: Runner) -> None:
    run(*ANNA)

    for arguments in (ANNA, ("password", "nobody@redress.example")):
        result = run(*arguments)
        assert result.exit_code == 1
        assert result.output.startswith("Error: ")
        assert "Traceback" not in result.output
