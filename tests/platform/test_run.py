"""`redress run`: one command, everything runs, and nothing is left when it ends."""

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from config.local.account import project_home
from config.local.valkey import free_port
from tests.support.parts import eventually

BARE = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "redress"
    yield path
    shutil.rmtree(project_home(path), ignore_errors=True)


def start(folder: Path, port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "config.cli", "run"],
        env={**BARE, "DATA_DIR": str(folder), "PORT": str(port)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def words_until(process: subprocess.Popen[str], sentence: str) -> str:
    assert process.stdout is not None
    heard = ""
    for line in process.stdout:
        heard += line
        if sentence in line:
            return heard
    raise AssertionError(f"it ended before it said {sentence!r}:\n{heard}")


def end(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=30)
    return rest


def everyone_below(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def test_it_starts_looks_after_its_parts_and_ends_all_of_them(folder: Path) -> None:
    port = free_port()
    first = start(folder, port)
    try:
        said = words_until(first, "Ctrl-C ends everything.")
        assert f"Redress runs at http://127.0.0.1:{port}" in said
        assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200

        second = start(folder, free_port())
        refusal, _ = second.communicate(timeout=20)
        assert second.returncode == 1
        assert f"running in this folder already (process {first.pid}, http://127" in refusal

        sweeper = _part(first, "tasks.sweep")
        sweeper.kill()
        assert "The sweep ended by signal 9" in words_until(first, "it starts again")
        eventually(lambda: _has_part(first, "tasks.sweep"), about="a new sweeper")

        doctor = subprocess.run(
            [sys.executable, "-m", "config.cli", "doctor"],
            env={**BARE, "DATA_DIR": str(folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert doctor.returncode == 0, doctor.stdout + doctor.stderr
        assert len(re.findall("^✓", doctor.stdout, re.M)) == len(doctor.stdout.splitlines())
    finally:
        below = everyone_below(first)
        begun = time.monotonic()
        assert "its data stays" in end(first)
    assert time.monotonic() - begun < 12
    assert first.returncode == 0
    assert [process for process in below if process.is_running()] == []
    for name in ("secret-key", "sign-ins.txt"):
        if (folder / name).exists():
            assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600

    begun = time.monotonic()
    again = start(folder, port)
    said = words_until(again, "Ctrl-C ends everything.")
    took = time.monotonic() - begun
    again.kill()
    again.communicate()
    assert took < 8, f"the second start took {took:.1f} s"
    assert "once" not in said


def test_a_port_in_use_is_a_sentence(folder: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        process = start(folder, port)
        said, _ = process.communicate(timeout=20)

    assert process.returncode == 1
    assert said.startswith(
        f"Error: Port {port} is in use by another program; choose another: PORT="
    )
    assert "Traceback" not in said


def test_a_port_that_is_no_number_is_a_sentence(folder: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "config.cli", "run"],
        env={**BARE, "DATA_DIR": str(folder), "PORT": "eighty"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert process.returncode == 1
    assert process.stderr == "Error: PORT is 'eighty'; write a number from 1 to 65535.\n"


def test_nothing_of_it_outlives_kill_9_and_the_next_start_recovers(folder: Path) -> None:
    first = start(folder, free_port())
    eventually(lambda: _has_part(first, "postgres"), about="PostgreSQL")
    time.sleep(0.5)
    below = everyone_below(first)

    first.kill()
    first.communicate()

    eventually(lambda: not any(process.is_running() for process in below), about="the end of all")
    again = start(folder, free_port())
    try:
        eventually(lambda: _has_part(again, "config.cli\0web"), about="the pages")
    finally:
        end(again)
    assert os.listdir(folder / "log")


def _part(process: subprocess.Popen[str], words: str) -> psutil.Process:
    for child in psutil.Process(process.pid).children():
        try:
            if words in "\0".join(child.cmdline()):
                return child
        except psutil.NoSuchProcess:
            continue
    raise LookupError(words)


def _has_part(process: subprocess.Popen[str], words: str) -> bool:
    try:
        _part(process, words)
    except LookupError:
        return False
    return True
