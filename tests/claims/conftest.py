"""The domain by itself: real PostgreSQL, the shop's own definitions, no worker."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker


@pytest.fixture
def owner_sessions(owner_database_url: str) -> Iterator[sessionmaker[Session]]:
    """Sessions of the role that owns the tables: it may move the clock."""
    engine = create_engine(owner_database_url)
    yield sessionmaker(engine)
    engine.dispose()
