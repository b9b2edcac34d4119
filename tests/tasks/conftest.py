"""A worker's workshop inside the test, and a desk at which refunds are asked for."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from claims.rules import Rules
from config.settings import Settings
from tasks.workshop import Workshop, open_workshop
from tests.support.parts import Sandbox
from tests.tasks.desk import Desk


@pytest.fixture
def owner_sessions(owner_database_url: str) -> Iterator[sessionmaker[Session]]:
    """Sessions of the role that owns the tables: it may move the clock."""
    engine = create_engine(owner_database_url)
    yield sessionmaker(engine)
    engine.dispose()


@pytest.fixture
def workshop(settings: Settings, rules: Rules) -> Iterator[Workshop]:
    """What a worker process holds; effects are carried out in the test's own thread."""
    shop = open_workshop(settings, rules)
    yield shop
    shop.close()


@pytest.fixture
def desk(
    sessions: sessionmaker[Session],
    owner_sessions: sessionmaker[Session],
    rules: Rules,
    sandbox: Sandbox,
) -> Desk:
    return Desk(sessions, owner_sessions, rules, sandbox)
