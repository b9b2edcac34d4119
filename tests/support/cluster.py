"""One PostgreSQL for a run of pytest, one database for each of its workers."""

import os
import secrets
import shutil
import tempfile
from pathlib import Path

import psycopg

from config import migrations
from config.local.account import OPEN_FOLDER
from config.local.postgres import APPLICATION, OWNER, LocalPostgres, end_server_of

TEMPLATE = "redress_template"
_PREFIX = "redress-test-"
_CLEAN_SECONDS = 4
_TRIES = 4

_SMALL = 256 * 1024
"""Bytes up to which deleting the rows of a table is quicker than making its files anew."""

_CLEAN = f"""
DO $$
DECLARE
    name text;
    names text[] := (SELECT array_agg(format('%I.%I', schemaname, tablename)) FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version');
    large_ones text[] := '{{}}';
BEGIN
    SET LOCAL session_replication_role = replica;
    EXECUTE 'LOCK TABLE ' || array_to_string(names, ', ');
    FOREACH name IN ARRAY names LOOP
        IF pg_relation_size(name) > {_SMALL} THEN large_ones := large_ones || name;
        ELSIF pg_relation_size(name) > 0 THEN EXECUTE 'DELETE FROM ' || name;
        END IF;
    END LOOP;
    IF large_ones <> '{{}}' THEN
        EXECUTE 'TRUNCATE ' || array_to_string(large_ones, ', ') || ' CASCADE';
    END IF;
    PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
        FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$
"""


def start_cluster(*, durable: bool = False) -> LocalPostgres:
    """A server with a migrated template; remains of runs that were killed are swept away."""
    _sweep_remains()
    home = _open_folder() / f"{_PREFIX}{os.getpid()}-{secrets.token_hex(3)}"
    cluster = LocalPostgres(home, home / "log", durable=durable, max_connections=200)
    try:
        cluster.start()
        cluster.create_database(TEMPLATE)
        migrations.migrate(cluster.url(OWNER, TEMPLATE), APPLICATION)
    except BaseException:
        remove_cluster(cluster)
        raise
    return cluster


def remove_cluster(cluster: LocalPostgres) -> None:
    """Stop the server and take its folder away."""
    cluster.stop()
    shutil.rmtree(cluster.home, ignore_errors=True)


def reach_cluster(home: str) -> LocalPostgres:
    """The cluster that another process of this run has started."""
    return LocalPostgres(Path(home), Path(os.devnull), durable=False)


def clean(connection: psycopg.Connection) -> None:
    """Every table but Alembic's is empty and every sequence at its start, whatever triggers say.

    The connection is a superuser's. A transaction that a test has left open does not hold this
    up: it is cut.
    """
    connection.execute(f"SET lock_timeout = '{_CLEAN_SECONDS}s'")
    for attempt in range(_TRIES):
        try:
            connection.execute(_CLEAN)
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            if attempt == _TRIES - 1:
                raise
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
                " current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in%'"
            )
        else:
            return


def _open_folder() -> Path:
    return OPEN_FOLDER if os.geteuid() == 0 else Path(tempfile.gettempdir())


def _sweep_remains() -> None:
    for home in _open_folder().glob(f"{_PREFIX}*-*"):
        pid = home.name.removeprefix(_PREFIX).split("-")[0]
        if pid.isdigit() and not _is_alive(int(pid)):
            end_server_of(home / "data")
            shutil.rmtree(home, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
