"""Programs that must not outlive the one that started them."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from config.local.account import Account

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def start(
    command: Sequence[str | Path],
    *,
    log: Path | IO[bytes],
    environment: Mapping[str, str] | None = None,
    folder: Path = Path("/"),
    account: Account = Account(None, None),  # noqa: B008 (a frozen value)
    stop_signal: signal.Signals = signal.SIGTERM,
    given: bytes = b"",
) -> subprocess.Popen[bytes]:
    """Start a program in a session and process group of its own, its words going to the log.

    It gets no Ctrl-C of our terminal. On Linux the kernel sends it `stop_signal` when we die,
    even of kill -9.
    """
    out = log.open("ab") if isinstance(log, Path) else log
    try:
        process = subprocess.Popen(
            [os.fspath(part) for part in command],
            stdin=subprocess.PIPE if given else subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=None if environment is None else dict(environment),
            start_new_session=True,
            preexec_fn=_die_with(os.getpid(), stop_signal),  # noqa: PLW1509 (one system call)
            umask=0o077,
            **account.for_subprocess(),
        )
    finally:
        if isinstance(log, Path):
            out.close()
    if process.stdin is not None:
        process.stdin.write(given)
        process.stdin.close()
    return process


def stop(
    process: subprocess.Popen[bytes],
    *,
    by: signal.Signals = signal.SIGTERM,
    patience: float = 10,
) -> None:
    """Ask it to end; after `patience` seconds its whole group is killed. Never raises."""
    if process.poll() is None:
        process.send_signal(by)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Nothing of its process group is left afterwards."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(
    is_ready: Callable[[], bool], process: subprocess.Popen[bytes], seconds: float
) -> bool:
    """Whether it was ready in time; at once False when the process has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_ready():
            return True
        if process.poll() is not None:
            return False
        time.sleep(0.02)
    return False


def last_lines(log: Path, count: int = 12) -> str:
    """The end of a log, for a sentence that has to say why."""
    try:
        return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])
    except OSError:
        return ""


def _die_with(parent: int, by: signal.Signals) -> Callable[[], None] | None:
    if _libc is None:
        return None

    def tie() -> None:
        assert _libc is not None
        _libc.prctl(_PR_SET_PDEATHSIG, int(by))
        if os.getppid() != parent:
            os._exit(1)

    return tie
