"""`redress journal`: chains that were tampered with are found, with a checkpoint also those that
were tampered with by somebody who holds the whole database."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from claims.edits import add_note
from claims.journal_chain import chained_hash
from claims.models import JournalEntry
from claims.rules import Rules
from config.cli import main
from config.local.postgres import LocalPostgres
from config.settings import Settings, as_environment
from tests.support.cases import AGENT, WAREHOUSE, claim_first, press
from tests.support.shop import an_order

Run = Callable[..., Result]
Tamper = Callable[..., None]


@pytest.fixture
def run(settings: Settings) -> Run:
    def call(*arguments: object) -> Result:
        words = ["journal", *map(str, arguments)]
        return CliRunner().invoke(main, words, env=as_environment(settings))

    return call


@pytest.fixture
def tamper(cluster: LocalPostgres, database: str) -> Tamper:
    def statements(*texts: str) -> None:
        with cluster.connect(database=database) as connection:
            connection.execute("SET session_replication_role = replica")
            for text in texts:
                connection.execute(text.encode())

    return statements


@dataclass(frozen=True)
class Filed:
    key: int
    number: str


@pytest.fixture
def cases(sessions: sessionmaker[Session], rules: Rules) -> list[Filed]:
    """Two cases whose parcels came; each journal has three events of its item."""
    with sessions.begin() as session:
        found = [claim_first(session, rules, an_order(session)) for _ in range(2)]
        for item in found:
            press(session, rules, item, "request-return", AGENT)
            press(
                session, rules, item, "parcel-arrived", WAREHOUSE, received="1", condition="opened"
            )
        return [Filed(i.reclamation_id, i.reclamation.number) for i in found]


@pytest.fixture
def checkpoint(cases: list[Filed], run: Run, tmp_path: Path) -> Path:
    file = tmp_path / "checkpoint.jsonl"
    assert run("checkpoint", "-o", file).exit_code == 0
    return file


def test_a_whole_journal_is_said_to_be_whole(run: Run, checkpoint: Path) -> None:
    told = run("verify", "--from", checkpoint)

    assert (told.exit_code, told.output) == (
        0,
        f"The journal is whole, and as {checkpoint} knows it.\n",
    )


def test_what_happens_after_a_checkpoint_leaves_it_good(
    run: Run, checkpoint: Path, cases: list[Filed], sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        add_note(session, cases[0].key, "The customer called.", AGENT)

    assert run("verify", "--from", checkpoint).exit_code == 0


def test_a_changed_entry_is_said_with_its_place(
    run: Run, cases: list[Filed], tamper: Tamper
) -> None:
    number = cases[1].number
    tamper(
        "UPDATE journal SET actor_name = 'Nobody' WHERE event = 'parcel-arrived' "
        f"AND reclamation_id = {cases[1].key}"
    )

    told = run("verify")

    assert told.exit_code == 1
    assert "entry 3: It was changed after it had been written." in told.output
    assert number in told.output
    assert cases[0].number not in told.output
    assert run("verify", "--reclamation", cases[0].number).exit_code == 0
    assert run("verify", "--reclamation", number).exit_code == 1


def test_an_end_that_was_cut_off_together_with_its_head_is_found_by_the_checkpoint_alone(
    run: Run, cases: list[Filed], tamper: Tamper, checkpoint: Path
) -> None:
    key = cases[0].key
    tamper(
        f"DELETE FROM journal WHERE reclamation_id = {key} AND sequence > 1",
        "UPDATE journal_heads h SET sequence = 1, hash = j.hash FROM journal j "
        f"WHERE j.reclamation_id = {key} AND h.reclamation_id = {key}",
    )

    assert run("verify").exit_code == 0
    told = run("verify", "--from", checkpoint)

    assert told.exit_code == 1
    number = cases[0].number
    assert f"{number}, entry 2: The end was cut off: entries 2 to " in told.output


def test_a_reclamation_that_was_removed_with_everything_is_found_by_the_checkpoint_alone(
    run: Run, cases: list[Filed], tamper: Tamper, checkpoint: Path
) -> None:
    key, number = cases[0].key, cases[0].number
    tables = ("journal", "journal_heads", "effects", "deadlines", "items")
    tamper(
        *(f"DELETE FROM {table} WHERE reclamation_id = {key}" for table in tables),
        f"DELETE FROM reclamations WHERE id = {key}",
    )

    assert run("verify").exit_code == 0
    for narrowed in ((), ("--reclamation", number)):
        told = run("verify", "--from", checkpoint, *narrowed)
        assert told.exit_code == 1
        assert f"{number}, entry 1: The whole reclamation is gone" in told.output


def test_a_chain_that_was_written_anew_is_found_by_the_checkpoint_alone(
    run: Run, cases: list[Filed], tamper: Tamper, checkpoint: Path, sessions: sessionmaker[Session]
) -> None:
    key, number = cases[0].key, cases[0].number
    statements, previous = [], ""
    with sessions() as session, session.no_autoflush:
        entries = session.scalars(
            select(JournalEntry)
            .where(JournalEntry.reclamation_id == key)
            .order_by(JournalEntry.sequence)
        ).all()
        for entry in entries:
            if entry.sequence == 2:
                entry.actor_name = "Nobody"
            entry.previous_hash = previous or entry.previous_hash
            previous = chained_hash(entry, number, 1 if entry.item_id else None)
            statements.append(
                f"UPDATE journal SET actor_name = '{entry.actor_name}', hash = '{previous}', "
                f"previous_hash = '{entry.previous_hash}' WHERE id = {entry.id}"
            )
        session.rollback()
    head = f"UPDATE journal_heads SET hash = '{previous}' WHERE reclamation_id = {key}"
    tamper(*statements, head)

    assert run("verify").exit_code == 0
    told = run("verify", "--from", checkpoint)

    assert told.exit_code == 1
    assert "the chain was written anew from here or from an earlier entry on" in told.output


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda text: text.replace("2", "3", 1), "does not fit the lines before it"),
        (lambda text: "".join(text.splitlines(keepends=True)[:-1]), "Its last line is missing"),
        (lambda text: text + "[]\n", "stands after the end"),
        (lambda _: "something else\n", "Line 1 is not a line of a checkpoint"),
    ],
)
def test_a_damaged_checkpoint_tells_nothing(
    run: Run, checkpoint: Path, damage: Callable[[str], str], said: str
) -> None:
    checkpoint.write_text(damage(checkpoint.read_text()))

    told = run("verify", "--from", checkpoint)

    assert told.exit_code == 2
    assert said in told.output


def test_what_cannot_be_told_is_exit_2(run: Run, tmp_path: Path) -> None:
    assert run("verify", "--reclamation", "R-999999").exit_code == 2
    assert run("verify", "--from", tmp_path / "not-there").exit_code == 2


def test_a_checkpoint_is_never_written_over(run: Run, checkpoint: Path) -> None:
    before = checkpoint.read_text()

    told = run("checkpoint", "-o", checkpoint)

    assert told.exit_code == 1
    assert checkpoint.read_text() == before
