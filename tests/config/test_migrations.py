"""The tables' version, and the rights of the two roles."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from alembic import command
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from claims.incarnations import restored_at
from config import migrations
from config.local.account import server_account
from config.local.binaries import postgres_programs
from config.local.postgres import APPLICATION, OWNER, SUPERUSER, LocalPostgres


@pytest.fixture
def empty(cluster: LocalPostgres, worker_id: str) -> Iterator[str]:
    name = f"empty_{worker_id}"
    cluster.create_database(name)
    yield name
    cluster.drop_database(name)


def test_an_empty_database_is_brought_to_the_newest_revision(
    cluster: LocalPostgres, empty: str
) -> None:
    assert migrations.present_revision(cluster.url(OWNER, empty)) is None

    migrations.migrate(cluster.url(OWNER, empty), APPLICATION)

    present = migrations.present_revision(cluster.url(APPLICATION, empty))
    assert present == migrations.newest_revision()


def test_two_migrations_at_once_do_no_harm(cluster: LocalPostgres, empty: str) -> None:
    url = cluster.url(OWNER, empty)

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: migrations.migrate(url, APPLICATION), range(2)))

    assert done == [migrations.newest_revision()] * 2


@pytest.mark.parametrize(
    "statement", ["TRUNCATE journal", "UPDATE alembic_version SET version_num = 1"]
)
def test_the_application_may_not_touch_what_is_not_its_own(
    cluster: LocalPostgres, database: str, statement: str
) -> None:
    with (
        cluster.connect(APPLICATION, database) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


def test_a_missing_role_is_made_with_the_password_of_its_address(
    cluster: LocalPostgres, worker_id: str
) -> None:
    role = f"made_{worker_id}"
    url = f"postgresql://{role}:a-password@localhost/redress"

    migrations.create_role(cluster.url(SUPERUSER), role, url)
    migrations.create_role(cluster.url(SUPERUSER), role, url)

    with cluster.connect() as connection:
        query = "SELECT rolcanlogin, rolsuper, rolpassword FROM pg_authid WHERE rolname = %s"
        row = connection.execute(query, [role]).fetchone()
        connection.execute(f"DROP ROLE {role}".encode())
    assert row is not None
    assert row[:2] == (True, False)
    assert row[2].startswith("SCRAM-SHA-256$")


def noted(cluster: LocalPostgres, name: str) -> datetime | None:
    """When the rows noticed that they were restored; notes where they live."""
    engine = create_engine(cluster.url(APPLICATION, name))
    try:
        with Session(engine) as session, session.begin():
            return restored_at(session)
    finally:
        engine.dispose()


def run(cluster: LocalPostgres, program: str, *arguments: str) -> None:
    programs = postgres_programs(server_account(), cluster.home)
    subprocess.run([programs / program, *arguments], capture_output=True, check=True)


def test_a_dump_that_is_put_back_into_its_own_database_is_noticed(
    cluster: LocalPostgres, empty: str, tmp_path: Path
) -> None:
    migrations.migrate(cluster.url(OWNER, empty), APPLICATION)
    before = noted(cluster, empty)
    dump, there = str(tmp_path / "dump"), cluster.url(SUPERUSER, empty).replace("+psycopg", "")

    run(cluster, "pg_dump", "--format=custom", f"--file={dump}", there)
    run(cluster, "pg_restore", "--clean", "--exit-on-error", f"--dbname={there}", dump)

    assert before is None
    assert noted(cluster, empty) is not None


def test_rows_that_are_brought_up_to_date_were_not_restored(
    cluster: LocalPostgres, empty: str
) -> None:
    engine = create_engine(cluster.url(OWNER, empty))
    with engine.connect() as connection:
        command.upgrade(migrations._config(connection), "0016")
        connection.execute(
            text("INSERT INTO incarnations VALUES (redress_identity(), redress_now())")
        )
        connection.commit()
    engine.dispose()

    migrations.migrate(cluster.url(OWNER, empty), APPLICATION)

    assert noted(cluster, empty) is None
