"""`redress workflow versions`, `diff` and `migrate`, called as people call them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session, sessionmaker

from claims.models import Item
from claims.rules import Rules
from config.cli import main
from config.settings import PROJECT, Settings, as_environment
from tests.support.cases import AGENT, claim_first, press, work_off
from tests.support.shop import a_member_of_staff, an_order

Sessions = sessionmaker[Session]
Run = Callable[..., Result]
FOLDER = PROJECT / "config" / "workflows"
RETURN = FOLDER / "item-return.yaml"
CLAIMS = """
reclamation-workflow: reclamation
reasons: { does-not-fit: { label: Does not fit } }
resolutions: { refund: { label: Money back, keeps-product: false } }
rules: [{ resolution: refund, workflow: item-return }]
"""


@pytest.fixture
def workflows(tmp_path: Path) -> Path:
    """A folder of the shop's own in which a state of the return was renamed."""
    folder = tmp_path / "workflows"
    folder.mkdir()
    for path in (RETURN, FOLDER / "reclamation.yaml"):
        text = path.read_text().replace("awaiting-parcel", "on-its-way")
        (folder / path.name).write_text(text.replace("30 days", "20 days"))
    return folder


@pytest.fixture
def run(settings: Settings, workflows: Path) -> Run:
    claims = workflows.parent / "claims.yaml"
    claims.write_text(CLAIMS)
    changed = settings.model_copy(update={"workflows_dir": workflows, "claims_file": claims})
    environment = as_environment(changed)

    def call(*arguments: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(main, ["workflow", *arguments], input=typed, env=environment)

    return call


@pytest.fixture
def begun(sessions: Sessions, rules: Rules) -> str:
    """Two cases of the shop's own version, one of which waits for its parcel; gives its hash."""
    with sessions.begin() as session:
        claim_first(session, rules, an_order(session))
        item = claim_first(session, rules, an_order(session))
        press(session, rules, item, "request-return", AGENT)
        work_off(session, rules, item)
        a_member_of_staff(session, "Ines", "admin")
        return item.workflow_hash


def states(sessions: Sessions) -> list[tuple[str, str]]:
    with sessions() as session:
        items = session.query(Item).order_by(Item.id)
        return [(item.state, item.workflow_hash) for item in items]


def test_versions_are_listed_with_their_open_cases(run: Run, begun: str) -> None:
    result = run("versions", "item-return")

    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0] == "Return and refund (item-return), for an item"
    assert lines[1].endswith("current, no case has begun with it yet")
    assert lines[2].startswith(f"{begun[:12]}  since ")
    assert lines[2].endswith("2 open: reported 1, awaiting-parcel 1") or lines[2].endswith(
        "2 open: awaiting-parcel 1, reported 1"
    )


def test_two_versions_are_compared_in_words(run: Run, begun: str) -> None:
    result = run("diff", f"item-return@{begun[:8]}", "item-return")

    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "States:",
        "  The state awaiting-parcel is called on-its-way now.",
        "Deadlines:",
        "  The deadline parcel-overdue is fired after 20 days (before: after 30 days).",
    ]


def test_files_are_compared_without_a_database(workflows: Path) -> None:
    arguments = ["workflow", "diff", str(RETURN), str(workflows / RETURN.name)]

    result = CliRunner().invoke(main, arguments)

    assert result.output.startswith("States:\n  The state awaiting-parcel is called on-its-way")
    same = CliRunner().invoke(main, ["workflow", "diff", str(RETURN), str(RETURN)])
    assert same.output == "Nothing differs but how it is written.\n"


def test_a_dry_run_tells_the_plan_and_changes_nothing(
    run: Run, sessions: Sessions, begun: str
) -> None:
    before = states(sessions)

    result = run("migrate", "item-return", "--to", "current", "--dry-run")

    assert result.exit_code == 0, result.output
    assert "1 of 2 open cases can be moved." in result.output
    assert "  reported: 1 move\n" in result.output
    assert "  awaiting-parcel: 1 stay\n" in result.output
    assert "--map awaiting-parcel:on-its-way\n" in result.output
    assert result.output.endswith("Nothing was changed.\n")
    assert states(sessions) == before


def test_cases_are_migrated_and_brought_back(run: Run, sessions: Sessions, begun: str) -> None:
    before = states(sessions)
    ask = ("migrate", "item-return", "--to", "current", "--map", "awaiting-parcel:on-its-way")

    refused = run(*ask, typed="n\n")
    assert (refused.exit_code, states(sessions)) == (1, before)
    done = run(*ask, "--by", "ines@staff.example", typed="y\n")

    assert done.exit_code == 0, done.output
    assert "  awaiting-parcel → on-its-way: 1 move\n" in done.output
    assert "2 cases moved, 0 stayed (migration 1)." in done.output
    assert [state for state, _ in states(sessions)] == ["reported", "on-its-way"]
    assert all(version != begun for _, version in states(sessions))
    listed = run("migrate", "--list").output
    assert "to " in listed
    assert "awaiting-parcel as on-its-way  by Ines  2 moved, 0 stayed" in listed

    back = run("migrate", "--undo", "1", "--yes")

    assert "2 cases brought back, 0 stayed (migration 2)." in back.output
    assert states(sessions) == before


def test_what_cannot_be_done_is_a_sentence(run: Run, begun: str) -> None:
    said = {
        ("migrate", "item-retrun", "--to", "current"): "Did you mean item-return?",
        ("migrate", "item-return", "--to", "ffffffff"): "item-return has no version ffffffff",
        (
            "migrate",
            "item-return",
            "--to",
            "current",
            "--map",
            "a:b",
        ): "The new version has no state b.",
        ("migrate", "--undo", "7", "--yes"): "There is no migration 7",
        ("diff", "item-return@ffffffff", "item-return"): "has no version ffffffff",
        ("versions", "item-retrun"): "Did you mean item-return?",
    }
    for arguments, sentence in said.items():
        result = run(*arguments)
        assert result.exit_code == 1, result.output
        assert sentence in result.output
    assert run("migrate", "item-return").exit_code == 2
    assert "is not OLD:NEW" in run("migrate", "item-return", "--to", "current", "--map", "a").output
