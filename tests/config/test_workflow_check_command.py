"""What `redress workflow check` asks besides the files: staff, pinned versions, the provider."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from claims.money.refund_abilities import RefundAbilities
from claims.rules import Rules
from config.cli import main
from config.payment_providers import REFUNDS
from config.settings import Settings, as_environment
from tests.support.cases import claim_first
from tests.support.shop import a_member_of_staff, an_order

Sessions = sessionmaker[Session]
Run = Callable[..., Result]


@pytest.fixture
def run(settings: Settings) -> Run:
    def call(*arguments: str) -> Result:
        return CliRunner().invoke(
            main, ["workflow", "check", *arguments], env=as_environment(settings)
        )

    return call


def test_a_role_that_nobody_holds_is_a_warning(run: Run, sessions: Sessions) -> None:
    with sessions.begin() as session:
        for number, role in enumerate(("agent", "warehouse", "lead", "lead"), 1):
            a_member_of_staff(session, f"Person {number}", role)

    result = run("--staff")
    log = json.loads(run("--staff", "--format", "sarif").stdout)

    assert result.exit_code == 0, result.output
    assert "role-held-by-nobody Nobody can fire settle-outside" in result.output
    assert "one-role-holder" not in result.output
    assert "(warning)\n" in result.output
    assert result.output.rstrip().endswith("warnings.")
    (scan,) = log["runs"]
    assert {found["level"] for found in scan["results"]} == {"warning"}


def test_one_holder_who_may_be_the_first_is_a_warning(run: Run, sessions: Sessions) -> None:
    with sessions.begin() as session:
        for role in ("agent", "warehouse", "lead"):
            a_member_of_staff(session, role.title(), role)

    result = run("--staff")

    assert result.exit_code == 0, result.output
    assert "one-role-holder approve asks for a second person, but Lead" in result.output


def test_versions_of_open_cases_must_still_be_readable(
    run: Run, sessions: Sessions, owner_sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        version = claim_first(session, rules, an_order(session)).workflow_hash

    assert run("--pinned").exit_code == 0

    with owner_sessions.begin() as session:
        session.execute(
            text(
                "update workflow_versions set text = replace(text, 'item.receive', 'item.weigh')"
                " where hash = :hash"
            ),
            {"hash": version},
        )
    result = run("--pinned")

    assert result.exit_code == 1
    assert f"@{version[:12]}:" in result.output
    assert "pinned-unreadable There is no command item.weigh. 1 open case is" in result.output


def test_waits_before_a_refund_are_held_against_the_provider_s_window(run: Run) -> None:
    fine, short, mistyped = (
        run("--refund-window", span) for span in ("90 days", "10 days", "10 dys")
    )

    assert fine.exit_code == 0
    assert short.exit_code == 1
    assert "deadline-past-refund-window A case can wait 14 days" in short.output
    assert "10 dys is no span" in mistyped.output


def test_without_the_option_the_window_is_that_of_the_providers_in_use(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    ten_days = RefundAbilities(refund_window=timedelta(days=10))
    monkeypatch.setitem(REFUNDS, "stripe", ten_days)  # type: ignore[arg-type]

    assert run().exit_code == 0  # Nobody pays by it here.

    monkeypatch.setenv("STRIPE_API_KEY", "sk_" + "test_that_nobody_has")
    assert "provider pays back for 10 days" in run().output
    assert run("--refund-window", "90 days").exit_code == 0
