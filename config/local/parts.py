"""The parts of Redress that `make run` keeps alive beside its servers."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from config.local import children
from config.local.account import LocalServerProblem
from config.settings import PROJECT

_http = httpx.Client(trust_env=False, timeout=1)  # made once: each new one reads all TLS roots
_LONG_ENOUGH = 60
"""Seconds after which a part counts as having started well."""
_LONGEST_PAUSE = 30.0


@dataclass(slots=True)
class RunningPart:
    """`redress NAME` as a child; begins again when it ends by itself, a little later each time."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    say: Callable[[str], None]
    process: subprocess.Popen[bytes] | None = None
    _started: float = 0.0
    _again_at: float | None = None
    _failures: int = field(default=0, init=False)

    def start(self) -> None:
        self.process = children.start(
            [sys.executable, "-m", "config.cli", self.name, *self.arguments],
            log=self.log,
            environment=self.environment,
            folder=PROJECT,
        )
        self._started, self._again_at = time.monotonic(), None

    def wait_until_healthy(self, url: str, seconds: float = 45) -> None:
        """Wait for its /healthz. Raises LocalServerProblem with the end of its log."""
        assert self.process is not None, "it was not started"
        if not children.wait_until(lambda: is_healthy(url), self.process, seconds):
            raise LocalServerProblem(
                f"redress {self.name} does not start ({self.log}):\n"
                f"{children.last_lines(self.log, 40)}"
            )

    def look_after(self) -> None:
        """Notice an end that nobody asked for, say so, and start again after a pause."""
        if self.process is None:
            return
        if self._again_at is not None:
            if time.monotonic() >= self._again_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        children.kill_group(self.process)
        lived = time.monotonic() - self._started
        self._failures = 1 if lived > _LONG_ENOUGH else self._failures + 1
        pause = min(_LONGEST_PAUSE, 0.5 * 2 ** (self._failures - 1))
        self._again_at = time.monotonic() + pause
        how = f"by signal {-code}" if code < 0 else f"with code {code}"
        self.say(
            f"The {self.name} ended {how}; it starts again in {pause:g} s. Its log: {self.log}"
        )


def stop_all(parts: list[RunningPart], patience: float = 8) -> None:
    """All are asked at once; whoever has not ended in time is killed with its group."""
    running = [part.process for part in parts if part.process is not None]
    for process in running:
        if process.poll() is None:
            process.terminate()
    end = time.monotonic() + patience
    for process in running:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, end - time.monotonic()))
        children.kill_group(process)


def is_healthy(url: str) -> bool:
    """Whether GET /healthz answers 200 there."""
    try:
        return _http.get(f"{url}/healthz").status_code == 200
    except httpx.HTTPError:
        return False
