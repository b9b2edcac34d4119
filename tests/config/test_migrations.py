"""The tables' version, and the rights of the two roles."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from config import migrations
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
