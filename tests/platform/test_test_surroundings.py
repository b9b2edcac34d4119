"""What the other tests stand on."""

import smtplib

import pytest
from psycopg import errors
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from tests.conftest import Surroundings
from tests.support.mail import Mailbox
from tests.support.parts import Part, Sandbox


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_finds_an_empty_database(sessions: sessionmaker[Session], turn: int) -> None:
    with sessions.begin() as session:
        assert session.scalar(text("SELECT count(*) FROM shops")) == 0
        session.execute(text("INSERT INTO shops (code, name, currency) VALUES ('A', 'Ars', 'EUR')"))

    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM shops")) == 1


def test_the_application_may_not_change_tables(session: Session) -> None:
    with pytest.raises(ProgrammingError) as refused:
        session.execute(text("CREATE TABLE surprise (id int)"))

    assert isinstance(refused.value.orig, errors.InsufficientPrivilege)


@pytest.mark.parametrize("verb", ["UPDATE journal SET id = id", "DELETE FROM journal"])
def test_the_application_may_not_rewrite_the_journal(session: Session, verb: str) -> None:
    with pytest.raises(ProgrammingError) as refused:
        session.execute(text(verb))

    assert isinstance(refused.value.orig, errors.InsufficientPrivilege)


def test_worker_and_sweeper_are_real_processes(worker: Part, sweeper: Part) -> None:
    assert worker.is_running
    assert sweeper.is_running
    assert worker.pid != sweeper.pid


def test_a_test_that_wants_no_worker_has_none(session: Session, surroundings: Surroundings) -> None:
    running = {part.name for part in surroundings.parts.values() if part.is_running}
    assert running.isdisjoint({"worker", "sweep"})


def test_a_letter_arrives_in_the_mailbox(mailbox: Mailbox) -> None:
    with smtplib.SMTP("127.0.0.1", mailbox.port, timeout=5) as server:
        server.sendmail("a@shop.example", "b@home.example", "To: b@home.example\n\nHello")

    assert [letter.get_content().strip() for letter in mailbox.to("b@home.example")] == ["Hello"]


def test_the_sandbox_begins_with_an_empty_ledger(sandbox: Sandbox) -> None:
    assert sandbox.ledger() == []
