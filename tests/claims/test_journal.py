"""The journal is append-only and hash-chained: what was tampered with is found."""

from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session, sessionmaker

from claims.edits import add_note
from claims.journal import BEGINNING, chained_hash, verify
from claims.models import Item, JournalEntry
from claims.rules import Rules
from config.local.postgres import LocalPostgres
from tests.support.cases import AGENT, FINANCE, WAREHOUSE, claim_first, press, work_off
from tests.support.shop import an_order

Tamper = Callable[[str], None]


@pytest.fixture
def played(sessions: sessionmaker[Session], rules: Rules) -> int:
    """The key of a reclamation that was claimed, came back, was paid and closed, with a note."""
    with sessions.begin() as session:
        item = claim_first(session, rules, an_order(session))
        press(session, rules, item, "request-return", AGENT)
        press(session, rules, item, "parcel-arrived", WAREHOUSE, received="1", condition="opened")
        press(session, rules, item, "refund", AGENT, amount="24.99")
        work_off(session, rules, item)
        add_note(session, item.reclamation_id, "Größe 42 war 40 – “sorry”", FINANCE)
        return item.reclamation_id


@pytest.fixture
def tamper(cluster: LocalPostgres, database: str) -> Tamper:
    """As somebody who holds the whole database and switches its triggers off."""

    def run(statement: str) -> None:
        with cluster.connect(database=database) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(statement.encode())

    return run


def test_the_chain_of_a_case_that_was_played_through_is_whole(
    session: Session, played: int
) -> None:
    assert verify(session, played) == []

    entries = session.scalars(
        select(JournalEntry)
        .where(JournalEntry.reclamation_id == played)
        .order_by(JournalEntry.sequence)
    ).all()
    assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))
    assert {entry.kind for entry in entries} == {"claim", "event", "effect", "note"}
    previous = BEGINNING
    for entry in entries:
        position = session.get_one(Item, entry.item_id).position if entry.item_id else None
        assert entry.previous_hash == previous
        assert chained_hash(entry, entry.reclamation.number, position) == entry.hash
        previous = entry.hash


@pytest.mark.parametrize(
    "change",
    [
        "input = '{\"amount\": 2500}'",
        "actor_name = 'Somebody else'",
        "at = at - interval '1 second'",
        "to_state = 'rejected'",
        "item_id = NULL",
        "kind = 'note'",
        "workflow_hash = NULL",
        "request_token = 'made up'",
    ],
)
def test_an_entry_that_was_changed_is_found(
    session: Session, played: int, tamper: Tamper, change: str
) -> None:
    tamper(f"UPDATE journal SET {change} WHERE reclamation_id = {played} AND event = 'refund'")

    [wrong] = verify(session, played)

    assert "was changed" in wrong.wrong


def test_a_changed_entry_with_a_hash_computed_anew_breaks_the_next_link(
    session: Session, played: int, tamper: Tamper
) -> None:
    entry = session.scalars(select(JournalEntry).where(JournalEntry.event == "refund")).one()
    number = entry.reclamation.number
    with session.no_autoflush:
        entry.actor_name = "Somebody else"
        new_hash = chained_hash(entry, number, 1)
        session.rollback()
    tamper(
        f"UPDATE journal SET actor_name = 'Somebody else', hash = '{new_hash}' "
        f"WHERE reclamation_id = {played} AND event = 'refund'"
    )

    [wrong] = verify(session, played)

    assert "does not follow" in wrong.wrong


def test_an_entry_that_was_taken_out_is_found(
    session: Session, played: int, tamper: Tamper
) -> None:
    tamper(f"DELETE FROM journal WHERE reclamation_id = {played} AND event = 'refund'")

    assert any("is missing" in broken.wrong for broken in verify(session, played))


def test_a_last_entry_that_was_taken_off_is_found(
    session: Session, played: int, tamper: Tamper
) -> None:
    tamper(f"DELETE FROM journal WHERE reclamation_id = {played} AND kind = 'note'")

    [wrong] = verify(session, played)

    assert "the journal ends at entry" in wrong.wrong


def test_the_application_can_neither_change_nor_delete_entries(
    session: Session, played: int
) -> None:
    for statement in ("UPDATE journal SET actor_name = 'x'", "DELETE FROM journal"):
        with pytest.raises(DatabaseError, match="permission denied"):
            session.execute(text(statement))
        session.rollback()


def test_the_owner_of_the_tables_is_refused_by_a_trigger(
    owner_database_url: str, played: int
) -> None:
    address = owner_database_url.replace("+psycopg", "")
    for statement in (
        b"UPDATE journal SET actor_name = 'x'",
        b"DELETE FROM journal",
        b"TRUNCATE journal CASCADE",
    ):
        with psycopg.connect(address) as connection:
            with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
                connection.execute(statement)
            connection.rollback()
