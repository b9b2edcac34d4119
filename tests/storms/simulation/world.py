"""The database of the simulation: PostgreSQL with all its rules, and a clock that is set by hand.

One connection, one transaction around each run: what a run commits are savepoints of it, and at
its end everything is as it was filed. Transactions therefore never overlap; see decision 0019.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.orm import Session, sessionmaker

from claims.models import Item
from claims.rules import Rules
from config.local.postgres import APPLICATION, OWNER, LocalPostgres
from tests.storms.simulation.stage import Mood, Stage
from tests.support.cases import claim_first
from tests.support.cluster import TEMPLATE
from tests.support.shop import Line, an_order

CLOCK = """
CREATE OR REPLACE FUNCTION redress_now() RETURNS timestamptz LANGUAGE sql STABLE AS
$$ SELECT current_setting('redress.now')::timestamptz $$
"""
SETTLED = b"SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"
"""What PostgreSQL does of itself at a real COMMIT."""


class World:
    """Made by `a_world`; `items` are claims of which nothing has been refunded."""

    def __init__(self, engine: Engine, rules: Rules, items: list[int]) -> None:
        self.rules, self.items = rules, items
        self.engine = engine
        self.connection: Connection = engine.connect()
        self.has_written = False
        self._shown: float | None = None
        event.listen(self.connection, "before_cursor_execute", self._note)

    def _note(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            self.has_written = True

    @property
    def raw(self) -> psycopg.Connection[Any]:
        """The same connection, as psycopg has it."""
        raw = self.connection.connection.driver_connection
        assert isinstance(raw, psycopg.Connection)
        return raw

    @contextmanager
    def untouched(self) -> Iterator[None]:
        """Whatever happens within is undone at the end."""
        outer = self.connection.begin()
        try:
            yield
        finally:
            outer.rollback()
            self.forget_clock()

    def set_clock(self, stage: Stage, ahead: float) -> None:
        now = stage.now.timestamp() + ahead
        if now == self._shown:
            return
        self._shown = now
        self.raw.execute("SELECT set_config('redress.now', to_timestamp(%s)::text, false)", (now,))

    def forget_clock(self) -> None:
        """A rollback has put it back."""
        self._shown = None

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self.raw.execute(query.encode(), values).fetchall()

    def close(self) -> None:
        self.connection.close()
        self.engine.dispose()


class SteppedSessions(sessionmaker[Session]):
    """Transactions whose beginning, commit and end are points of a stage."""

    def __init__(self, world: World, stage: Stage, ahead: list[float]) -> None:
        super().__init__(
            world.connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        self._world, self._stage, self._ahead = world, stage, ahead

    def begin(self) -> AbstractContextManager[Session]:
        return self._begin()

    @contextmanager
    def _begin(self) -> Iterator[Session]:
        stage, world = self._stage, self._world
        stage.reach("begin")
        world.set_clock(stage, self._ahead[0])
        stage.in_transaction, world.has_written = True, False
        try:
            with super().begin() as session:
                yield session
                session.flush()
                if world.has_written:
                    world.raw.execute(SETTLED)
                stage.reach("commit")
        except BaseException:
            world.forget_clock()
            raise
        finally:
            stage.in_transaction = False
        stage.reach("committed")


@contextmanager
def a_world(cluster: LocalPostgres, rules: Rules, name: str) -> Iterator[World]:
    """A database of its own with four claims: of one payment, of two, and two of one order."""
    cluster.create_database(name, TEMPLATE)
    owner = create_engine(cluster.url(OWNER, name))
    engine = create_engine(cluster.url(APPLICATION, name), pool_size=1)
    try:
        with owner.begin() as connection:
            connection.execute(text(CLOCK))
        owner.dispose()
        world = World(engine, rules, [])
        world.set_clock(Stage(0, Mood(), 0.0), -86_400.0)
        with Session(world.connection) as session, session.begin():
            world.items = [item.id for item in _claims(session, rules)]
        world.connection.commit()
        yield world
        world.close()
    finally:
        owner.dispose()
        engine.dispose()
        cluster.drop_database(name)


def _claims(session: Session, rules: Rules) -> list[Item]:
    one = an_order(session, [Line(unit_price=1500)], number="S-1")
    two = an_order(session, [Line(unit_price=1500)], payments=[700, 800], number="S-2")
    both = an_order(session, [Line(unit_price=500), Line(unit_price=500)], number="S-3")
    return [
        claim_first(session, rules, order, resolution="goodwill", line=line)
        for order, line in ((one, 0), (two, 0), (both, 0), (both, 1))
    ]
