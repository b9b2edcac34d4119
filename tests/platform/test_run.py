"""`redress run`: one command, everything runs, and nothing is left when it ends."""

import re
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from config.local import children
from config.local.account import project_home
from config.local.valkey import free_port
from tests.support.loopback import http
from tests.support.parts import eventually

BARE = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "redress"
    yield path
    shutil.rmtree(project_home(path), ignore_errors=True)


@dataclass(slots=True)
class Run:
    """A `redress run` that ends with pytest, whatever happens."""

    process: subprocess.Popen[bytes]
    log: Path
    read: int = 0

    @property
    def pid(self) -> int:
        return self.process.pid

    def words_until(self, sentence: str) -> str:
        """What it said since the last time, once this sentence is among it."""

        def has_said() -> bool:
            ended = self.process.poll() is not None
            assert sentence in self.unread() or not ended, f"it ended:\n{self.unread()}"
            return sentence in self.unread()

        eventually(has_said, seconds=120, about=f"the sentence {sentence!r}")
        words = self.unread()
        self.read += len(words)
        return words

    def unread(self) -> str:
        return self.log.read_text(encoding="utf-8")[self.read :]

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def wait(self) -> str:
        self.process.wait(60)
        return self.unread()

    def everyone_below(self) -> list[psutil.Process]:
        return psutil.Process(self.pid).children(recursive=True)

    def part(self, words: str) -> psutil.Process | None:
        for child in psutil.Process(self.pid).children():
            with suppress(psutil.NoSuchProcess):
                if words in "\0".join(child.cmdline()):
                    return child
        return None


def start(folder: Path, port: int | str) -> Run:
    log = folder.with_name(f"run-{secrets.token_hex(3)}.log")
    environment = {**BARE, "DATA_DIR": str(folder), "PORT": str(port)}
    command = [sys.executable, "-m", "config.cli", "run"]
    return Run(children.start(command, log=log, environment=environment), log)


def all_have_ended(processes: list[psutil.Process]) -> bool:
    return not any(process.is_running() for process in processes)


@pytest.mark.timeout(300)  # it starts everything three times
def test_it_starts_looks_after_its_parts_and_ends_all_of_them(folder: Path) -> None:
    port = free_port()
    first = start(folder, port)
    said = first.words_until("Ctrl-C ends everything.")
    assert f"Redress runs at http://127.0.0.1:{port}" in said
    assert http.get(f"http://127.0.0.1:{port}/healthz").status_code == 200

    second = start(folder, free_port())
    refusal = second.wait()
    assert second.process.returncode == 1
    assert f"running in this folder already (process {first.pid}, http://127" in refusal

    eventually(lambda: first.part("tasks.sweep") is not None, about="the sweeper")
    sweeper = first.part("tasks.sweep")
    assert sweeper is not None
    sweeper.kill()
    assert "The sweep ended by signal 9" in first.words_until("it starts again")
    eventually(lambda: first.part("tasks.sweep") is not None, about="a new sweeper")

    doctor = subprocess.run(
        [sys.executable, "-m", "config.cli", "doctor"],
        env={**BARE, "DATA_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr
    assert len(re.findall("^✓", doctor.stdout, re.M)) == len(doctor.stdout.splitlines())

    below = first.everyone_below()
    first.end()
    assert first.process.returncode == 0
    assert "its data stays" in first.unread()
    assert all_have_ended(below)
    for name in ("secret-key", "sign-ins.txt"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600

    (folder / "sign-ins.txt").unlink()
    again = start(folder, port)
    said = again.words_until("Ctrl-C ends everything.")
    assert "this happens once" not in said
    assert "redress staff password anna@redress.example" in said
    again.end()


def test_a_port_in_use_is_a_sentence(folder: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        run = start(folder, port)
        said = run.wait()

    assert run.process.returncode == 1
    assert said.startswith(
        f"Error: Port {port} is in use by another program; choose another: PORT="
    )
    assert "Traceback" not in said


def test_a_port_that_is_no_number_is_a_sentence(folder: Path) -> None:
    run = start(folder, "eighty")

    assert run.wait() == "Error: PORT is 'eighty'; write a number from 1 to 65535.\n"
    assert run.process.returncode == 1


def test_nothing_of_it_outlives_kill_9_and_the_next_start_recovers(folder: Path) -> None:
    first = start(folder, free_port())
    eventually(lambda: first.part("valkey-server") is not None, about="the servers")
    below = first.everyone_below()

    first.process.kill()
    first.process.wait()

    eventually(lambda: all_have_ended(below), about="the end of all")
    again = start(folder, free_port())
    eventually(lambda: again.part("valkey-server") is not None, about="the next start")
    below = again.everyone_below()
    again.end()
    assert all_have_ended(below)
