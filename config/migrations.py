"""The tables' version: bring it up to date as their owner, then give the application its rights."""

import psycopg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.pool import NullPool

from config.settings import PROJECT

READ_ONLY = ("alembic_version", "clock")
APPEND_ONLY = ("journal", "refund_lines", "observations", "workflow_versions", "attachments")
ROWS_END = ("web_sessions", "staff_roles", "running_processes", "provider_events")
"""The only tables of which the application deletes rows; everything else is kept."""
_LOCK = 7_245_001
"""Of PostgreSQL's advisory locks: two migrations at once wait for each other."""


def migrate(owner_url: str, application: str | None) -> str | None:
    """Bring the tables to the newest revision and return its name.

    `application` is the role that afterwards may read and change rows, but neither tables nor
    what the journal already holds. Safe to run twice, also at once.
    """
    engine = _engine(owner_url)
    try:
        with engine.connect() as lock, engine.connect() as connection:
            lock.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
            command.upgrade(_config(connection), "head")
            connection.commit()
            if application and application != make_url(owner_url).username:
                _give_rights(connection, application)
                connection.commit()
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def create_role(owner_url: str, application: str, application_url: str) -> None:
    """Make the application's role where it is missing; its password is that of its address.

    A password that has changed since is set anew.
    """
    password = make_url(application_url).password
    role = sql.Identifier(application)
    with psycopg.connect(
        make_url(owner_url).set(drivername="postgresql").render_as_string(False)
    ) as c:
        there = c.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [application]).fetchone()
        if there is None:
            c.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
        if password:
            c.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, sql.Literal(password)))


def present_revision(database_url: str) -> str | None:
    """The revision that the database is at; None where nothing was migrated yet."""
    engine = _engine(database_url)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def newest_revision() -> str | None:
    """The revision that this checkout's migrations end at."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def _give_rights(connection: Connection, application: str) -> None:
    """Take all rights away and give those that are meant, so that none is left from before."""
    role = connection.dialect.identifier_preparer.quote(application)
    default = "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
    statements = [
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}",
        f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        f"{default} REVOKE ALL ON TABLES FROM {role}",
        f"{default} REVOKE ALL ON SEQUENCES FROM {role}",
        f"{default} GRANT SELECT, INSERT, UPDATE ON TABLES TO {role}",
        f"{default} GRANT USAGE, SELECT ON SEQUENCES TO {role}",
    ]
    there = set(inspect(connection).get_table_names())
    statements += [f"REVOKE INSERT, UPDATE ON {t} FROM {role}" for t in READ_ONLY if t in there]
    statements += [f"REVOKE UPDATE ON {t} FROM {role}" for t in APPEND_ONLY if t in there]
    statements += [f"GRANT DELETE ON {t} TO {role}" for t in ROWS_END if t in there]
    for statement in statements:
        connection.execute(text(statement))


def _engine(url: str) -> Engine:
    return create_engine(url, poolclass=NullPool)


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
