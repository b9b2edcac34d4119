"""What a storm rages over: every part of Redress as a real process, each to be killed by name.

PostgreSQL, Valkey, the sandbox provider with a ledger of its own, workers, sweepers, web; all on
loopback, in a temporary data folder that is gone afterwards.

Start parts only from a thread that lives as long as they do: Linux ends them with the thread.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psutil

from config.local import children
from config.local.postgres import APPLICATION, OWNER, LocalPostgres
from config.local.valkey import LocalValkey, free_port
from config.settings import PROJECT, Settings, as_environment, settings_from
from tests.storms.quiet_shop import quiet_shop
from tests.support.cluster import TEMPLATE, remove_cluster, start_cluster
from tests.support.loopback import http

HOST = "127.0.0.1"
NO_BROKER = "redis://127.0.0.1:1/0"
"""An address at which no broker ever answers."""
READY_SECONDS = 180.0
LEAST_LIFE_SECONDS = 0.5


@dataclass(slots=True)
class Process:
    """One part that runs for long, in a process group of its own."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    is_wanted: bool = False
    """Whether it is to run: `look_after` starts it again where it has ended by itself."""
    starts: int = 0
    started_at: float = 0.0
    process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self.process is not None, f"{self.name} was not started"
        return self.process.pid

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def may_start(self) -> bool:
        """Whether it has ended, and not as soon as it began: that would go on and on."""
        return not self.runs and time.monotonic() - self.started_at > LEAST_LIFE_SECONDS

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = children.start(
            self.command, log=self.log, environment=self.environment, folder=PROJECT
        )
        self.is_wanted = True
        self.starts += 1

    def words(self) -> str:
        """What it has said so far, in all its lives."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""


@dataclass(slots=True)
class Surroundings:
    """Made by `surrounded`."""

    folder: Path
    postgres: LocalPostgres
    database: str
    valkey: LocalValkey
    settings: Settings
    ledger: Path
    """The provider's own SQLite file."""
    processes: dict[str, Process] = field(default_factory=dict)
    orphans: list[psutil.Process] = field(default_factory=list)
    """Children whose parents were killed; they are left to themselves until the end."""
    faults: list[dict[str, Any]] = field(default_factory=list)
    """What the provider does wrong; it forgets when it is killed and is told again."""
    faults_seed: int = 0

    @property
    def owner_url(self) -> str:
        """The database for the role that owns the tables (it may move the clock)."""
        return self.postgres.url(OWNER, self.database)

    @property
    def plain_url(self) -> str:
        """The database for psycopg, as its superuser: for auditors, who see everything."""
        return self.postgres.url("postgres", self.database).replace("+psycopg", "")

    # Parts

    def add(
        self,
        name: str,
        part: str,
        *arguments: str,
        settings: Mapping[str, object] | None = None,
        environment: Mapping[str, str] | None = None,
        command: Sequence[str] | None = None,
    ) -> Process:
        """`redress PART` under a name of its own, not started yet.

        `settings` changes some of them for this one; `command` runs another Python program in
        place of `redress PART`, with the same environment.
        """
        own = self.settings.model_copy(update=dict(settings or {}))
        words = list(command) if command else ["-m", "config.cli", part, *arguments]
        self.processes[name] = Process(
            name,
            [sys.executable, *words],
            {**_bare_environment(), **as_environment(own), **(environment or {})},
            self.folder / f"{name}.log",
        )
        return self.processes[name]

    def start(self, *names: str) -> None:
        """Start parts and wait until each is ready; without names all that were added.

        One that runs already is left alone.
        """
        for name in names or tuple(self.processes):
            if not self.processes[name].runs:
                self.processes[name].start()
        for name in names or tuple(self.processes):
            self.wait_until(partial(self._is_ready, self.processes[name]), READY_SECONDS, name)

    def kill(self, name: str) -> int:
        """kill -9 of this one process; its children are left to themselves. Gives its number."""
        process = self.processes[name]
        pid = process.pid
        if process.runs:
            self.orphans += [psutil.Process(child) for child in self.children_of(name)]
            os.kill(pid, signal.SIGKILL)
            assert process.process is not None
            process.process.wait()
        return pid

    def kill_group(self, name: str) -> None:
        """kill -9 of a part with all its children, as a container that is taken away."""
        process = self.processes[name]
        if process.process is not None:
            children.kill_group(process.process)

    def kill_child(self, name: str, dice: random.Random) -> int | None:
        """kill -9 of one child of a part, whichever; None where it has none just now."""
        found = self.children_of(name)
        if not found:
            return None
        chosen = dice.choice(found)
        with suppress(ProcessLookupError):
            os.kill(chosen, signal.SIGKILL)
        return chosen

    def children_of(self, name: str) -> list[int]:
        process = self.processes[name]
        if not process.runs:
            return []
        try:
            return sorted(child.pid for child in psutil.Process(process.pid).children())
        except psutil.NoSuchProcess:
            return []

    def pause(self, name: str) -> None:
        """SIGSTOP of the whole group: it hangs wherever it is."""
        os.killpg(self.processes[name].pid, signal.SIGSTOP)

    def resume(self, name: str) -> None:
        os.killpg(self.processes[name].pid, signal.SIGCONT)

    def terminate(self, name: str, patience: float = 30) -> float:
        """SIGTERM, as an operator would, and it stays down; gives the seconds that it took."""
        process = self.processes[name]
        process.is_wanted = False
        began = time.monotonic()
        if process.process is not None:
            children.stop(process.process, patience=patience)
        return time.monotonic() - began

    def look_after(self) -> list[str]:
        """Start again what has ended by itself; the provider is told its faults again."""
        again = [each for each in self.processes.values() if each.is_wanted and each.may_start]
        for process in again:
            process.start()
        if self.faults and any(each.name == "provider" for each in again):
            self.misbehave(*self.faults, seed=self.faults_seed)
        return [process.name for process in again]

    def wait(self, seconds: float) -> None:
        """Let time pass while everything is looked after."""
        self._look_until(lambda: False, seconds)

    def wait_until(self, is_true: Callable[[], bool], seconds: float, about: str = "it") -> float:
        """Look after everything until something is true; gives the seconds it took.

        AssertionError with the ends of the logs where it takes longer than `seconds`.
        """
        began = time.monotonic()
        if not self._look_until(is_true, seconds):
            raise AssertionError(f"{about}: not within {seconds:g} s.\n{self.last_words()}")
        return time.monotonic() - began

    def last_words(self, count: int = 8) -> str:
        """The end of every log."""
        return "\n".join(
            f"--- {process.name}\n{children.last_lines(process.log, count)}"
            for process in self.processes.values()
        )

    # Servers

    def kill_postgres(self) -> None:
        """kill -9 of the whole server; `start_postgres` recovers it."""
        if self.postgres._process is not None:
            children.kill_group(self.postgres._process)

    def start_postgres(self) -> None:
        self.postgres.start()

    def kill_broker(self) -> None:
        if self.valkey._process is not None:
            children.kill_group(self.valkey._process)

    def start_broker(self) -> None:
        """On the port that it had, with nothing in it."""
        self.valkey.start()

    # The provider

    def misbehave(self, *faults: dict[str, Any], seed: int = 0) -> None:
        """Let the provider misbehave (see `tasks.providers.sandbox.faults`), after a kill too."""
        self.faults, self.faults_seed = list(faults), seed
        url = f"{self.settings.sandbox_url}/faults"
        end = time.monotonic() + READY_SECONDS
        while True:
            try:
                http.put(url, json={"seed": seed, "faults": self.faults}).raise_for_status()
            except httpx.TransportError:
                assert time.monotonic() < end, f"the provider does not come up\n{self.last_words()}"
                time.sleep(0.02)
            else:
                return

    def provider_is_up(self) -> bool:
        return _answers(str(self.settings.sandbox_url))

    # Within

    def _is_ready(self, process: Process) -> bool:
        if process.name.startswith("provider"):
            return self.provider_is_up()
        if process.name.startswith("web"):
            return _answers(self.settings.public_url)
        if process.name.startswith("worker"):
            return process.words().count("ready.") >= process.starts or (
                self.settings.redis_url == NO_BROKER and "Connection refused" in process.words()
            )
        if process.name.startswith("sweep"):
            return process.words().count("The sweeper looks") >= process.starts
        return process.runs

    def _look_until(self, is_true: Callable[[], bool], seconds: float) -> bool:
        end = time.monotonic() + seconds
        while True:
            self.look_after()
            if is_true():
                return True
            if time.monotonic() >= end:
                return False
            time.sleep(0.05)

    def end(self) -> None:
        """Nothing that was started here is left; a number that is somebody else's by now is not
        touched."""
        for process in self.processes.values():
            process.is_wanted = False
            self.orphans += [psutil.Process(child) for child in self.children_of(process.name)]
            if process.runs:
                self.kill_group(process.name)
        for orphan in self.orphans:
            with suppress(psutil.NoSuchProcess):
                orphan.kill()


@contextmanager
def surrounded(
    *,
    cluster: LocalPostgres | None = None,
    broker: bool = True,
    durable: bool = True,
    quiet: bool = False,
    poison: bool = False,
    **changes: str,
) -> Iterator[Surroundings]:
    """A migrated, empty database, a broker (unless `broker` is False: it is never started) and a
    provider, a worker of two children and a sweeper that are named `provider`, `worker-1`,
    `sweeper-1` and `web`, added but not started.

    `cluster` is a server that runs already, such as that of pytest; otherwise one is started.
    With `quiet` the shop writes no letters (`quiet_shop`), and with `poison` has some.
    `changes` are settings by their names in the environment: LEASE_SECONDS="6".
    """
    folder = Path(tempfile.mkdtemp(prefix="redress-storm-"))
    server = cluster or start_cluster(durable=durable)
    database = f"redress_{folder.name.removeprefix('redress-storm-')}"
    valkey = LocalValkey(folder, folder / "valkey.log")
    made: Surroundings | None = None
    try:
        server.create_database(database, TEMPLATE)
        if broker:
            valkey.start()
        sandbox_port, web_port = free_port(), free_port()
        letters = folder / "letters"
        letters.mkdir()
        settings = settings_from(
            {
                "DATABASE_URL": server.url(APPLICATION, database),
                "OWNER_DATABASE_URL": server.url(OWNER, database),
                "APP_DATABASE_ROLE": APPLICATION,
                "REDIS_URL": valkey.url or NO_BROKER,
                "SECRET_KEY": "a secret that only the storms know, and long enough",
                "MAIL_URL": letters.as_uri(),
                "MAIL_FROM": "Redress <service@redress.example>",
                "SANDBOX_URL": f"http://{HOST}:{sandbox_port}",
                "PUBLIC_URL": f"http://{HOST}:{web_port}",
                "PORT": str(web_port),
                "DATA_DIR": str(folder),
                "SWEEP_SECONDS": "0.5",
                "LEASE_SECONDS": "6",
                "RELOAD_SECONDS": "0",
                **(quiet_shop(folder, poison=poison) if quiet else {}),
                **changes,
            }
        )
        made = Surroundings(
            folder, server, database, valkey, settings, folder / "ledger" / "ledger.sqlite"
        )
        made.add(
            "provider",
            "provider",
            "--port",
            str(sandbox_port),
            environment={"SANDBOX_LEDGER": str(made.ledger), "SANDBOX_OPEN_PAYMENTS": "1"},
        )
        made.add("worker-1", "worker", "--concurrency", "2")
        made.add("sweeper-1", "sweep")
        made.add("web", "web", "--workers", "1")
        yield made
    finally:
        if made is not None:
            made.end()
        valkey.stop()
        if cluster is None:
            remove_cluster(server)
        else:
            server.drop_database(database)
        shutil.rmtree(folder, ignore_errors=True)


def _answers(url: str) -> bool:
    try:
        return http.get(f"{url}/healthz", timeout=1).status_code == 200
    except httpx.HTTPError:
        return False


def _bare_environment() -> dict[str, str]:
    folder = Path(sys.executable).parent
    return {"PATH": f"{folder}:/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}
