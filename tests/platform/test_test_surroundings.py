"""What the other tests stand on."""

import pytest
from psycopg import errors
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session, sessionmaker


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
