"""A real PostgreSQL of our own: a socket in a closed folder, no port, gone when we are."""

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.local import children
from config.local.account import (
    SOCKET_NAME,
    Account,
    LocalServerProblem,
    make_private,
    server_account,
    socket_folder,
)
from config.local.binaries import postgres_programs

SUPERUSER = "postgres"
OWNER = "redress"
APPLICATION = "redress_app"
DATABASE = "redress"

_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_START_SECONDS = 60
_TRIES = 5


@dataclass(slots=True)
class LocalPostgres:
    """One server for one home folder. `durable=False` is for tests: a power cut may lose data."""

    home: Path
    log: Path
    durable: bool = True
    max_connections: int = 100
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    name: ClassVar[str] = "PostgreSQL"

    @property
    def data(self) -> Path:
        return self.home / "data"

    def start(self) -> None:
        """Make the cluster where there is none, end what an unclean end left over, and start.

        Raises LocalServerProblem with the server's own last words.
        """
        account = server_account()
        self.home.parent.mkdir(parents=True, exist_ok=True)
        make_private(self.home, account)
        make_private(socket_folder(self.home), account)
        programs = postgres_programs(account, self.home)
        if not (self.data / "whole").exists():
            self._make_cluster(programs, account)
        self._end_left_over()
        for attempt in range(_TRIES):
            self._process = self._launch(programs, account)
            if children.wait_until(self._answers, self._process, _START_SECONDS):
                self._make_roles()
                return
            if self._process.poll() is None:
                break
            time.sleep(0.3 * (attempt + 1))
        self.stop()
        raise LocalServerProblem(
            f"The local PostgreSQL does not start ({self.log}):\n{children.last_lines(self.log)}"
        )

    def stop(self) -> None:
        """A clean end within seconds; connections are cut."""
        if self._process is not None:
            children.stop(self._process, by=signal.SIGINT, patience=20)
            self._process = None

    def ended_by_itself(self) -> bool:
        """True when the server went away without `stop`."""
        return self._process is not None and self._process.poll() is not None

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address of a database for one of the roles of this server."""
        folder = quote(str(socket_folder(self.home)), safe="")
        return f"postgresql+psycopg://{role}@/{database}?host={folder}"

    def connect(self, role: str = SUPERUSER, database: str = "postgres") -> psycopg.Connection:
        """A plain connection outside any transaction."""
        return psycopg.connect(
            host=str(socket_folder(self.home)),
            user=role,
            dbname=database,
            connect_timeout=5,
            autocommit=True,
        )

    def create_database(self, name: str, template: str = "template0") -> None:
        """A database that belongs to the owner role."""
        with self.connect() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template)
                )
            )

    def drop_database(self, name: str) -> None:
        """Gone, with everyone who is connected to it."""
        with self.connect() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def _make_cluster(self, programs: Path, account: Account) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        command: list[str | Path] = [
            programs / "initdb",
            "--auth=trust",
            "-U",
            SUPERUSER,
            "-D",
            self.data,
        ]
        command += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--locale=C", "--no-instructions"]
        if not self.durable:
            command.append("--no-sync")
        made = subprocess.run(
            command,
            cwd="/",
            env={"PATH": os.defpath, "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            umask=0o077,
            check=False,
            **account.for_subprocess(),
        )
        if made.returncode != 0:
            raise LocalServerProblem(f"initdb cannot make {self.data}:\n{made.stderr.strip()}")
        (self.data / "whole").touch()

    def _launch(self, programs: Path, account: Account) -> subprocess.Popen[bytes]:
        values = {
            "listen_addresses": "",
            "unix_socket_directories": str(socket_folder(self.home)),
            "unix_socket_permissions": "0700",
            "max_connections": str(self.max_connections),
            "timezone": "UTC",
            "log_timezone": "UTC",
            **({} if self.durable else _FORGETFUL),
        }
        command: list[str | Path] = [programs / "postgres", "-D", self.data]
        for name, value in values.items():
            command += ["-c", f"{name}={value}"]
        return children.start(
            command,
            log=self.log,
            environment={"PATH": os.defpath, "LC_ALL": "C"},
            account=account,
            stop_signal=signal.SIGINT,
        )

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _make_roles(self) -> None:
        with self.connect() as connection:
            there = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
            for role in (OWNER, APPLICATION):
                if role not in there:
                    connection.execute(
                        sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE").format(
                            sql.Identifier(role)
                        )
                    )
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            has_database = connection.execute(query, [DATABASE]).fetchone()
        if has_database is None:
            self.create_database(DATABASE)

    def _end_left_over(self) -> None:
        """A server that survived its supervisor is ended; stale pid files are taken away.

        They may name a process of today that has nothing to do with it.
        """
        if self._process is not None:
            self._process.poll()
        end_server_of(self.data)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        socket = socket_folder(self.home) / SOCKET_NAME
        socket.unlink(missing_ok=True)
        socket.with_name(f"{SOCKET_NAME}.lock").unlink(missing_ok=True)


def end_server_of(data: Path) -> bool:
    """End the PostgreSQL that runs on this data folder, if one does, and tell whether one did."""
    import psutil  # noqa: PLC0415 (comes with the local servers; production has neither)

    try:
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        server = psutil.Process(pid)
        if str(data) not in server.cmdline():
            return False
        for by in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            server.send_signal(by)
            try:
                server.wait(10)
            except psutil.TimeoutExpired:
                continue
            return True
    except (FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
        return False
    return True
