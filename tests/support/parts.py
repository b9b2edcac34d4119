"""The parts of Redress as real processes of the tests."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from config.local import children
from config.settings import PROJECT, Settings, as_environment
from tests.support.loopback import http


@dataclass(slots=True)
class Part:
    """`redress NAME` with these settings; ends with pytest whatever happens."""

    name: str
    settings: Settings
    log: Path
    is_ready: Callable[["Part"], bool]
    arguments: Sequence[str] = ()
    environment: dict[str, str] = field(default_factory=dict)
    patience: float = 90
    _process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, f"redress {self.name} was not started"
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it and wait until it is ready; fails with the end of its log."""
        self.log.unlink(missing_ok=True)
        self._process = children.start(
            [sys.executable, "-m", "config.cli", self.name, *self.arguments],
            log=self.log,
            environment={**_bare_environment(), **as_environment(self.settings)} | self.environment,
            folder=PROJECT,
        )
        if not children.wait_until(lambda: self.is_ready(self), self._process, self.patience):
            self.stop()
            end = children.last_lines(self.log, 40)
            raise AssertionError(f"redress {self.name} did not become ready:\n{end}")

    def ensure(self) -> "Part":
        if not self.is_running:
            self.start()
        return self

    def stop(self) -> None:
        """As an operator would: SIGTERM, and kill -9 after ten seconds."""
        if self._process is not None:
            children.stop(self._process)
            self._process = None

    def kill(self) -> None:
        """kill -9 of the whole group, as a machine that loses its power."""
        if self._process is not None:
            children.kill_group(self._process)
            self._process = None

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None, f"redress {self.name} was not started"
        self._process.send_signal(number)

    def words(self) -> str:
        """What it has said so far."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""


@dataclass(slots=True)
class WebPart(Part):
    """A part with an address."""

    url: str = ""


@dataclass(slots=True)
class Sandbox(WebPart):
    """The payment provider; its ledger is the judge of what was paid."""

    def ledger(self) -> list[dict[str, Any]]:
        """Every refund that it has paid, oldest first."""
        answer = http.get(f"{self.url}/refunds").raise_for_status().json()
        rows: list[dict[str, Any]] = answer if isinstance(answer, list) else answer["refunds"]
        return rows

    def faults(self, **faults: Any) -> None:
        """Let it misbehave; the keys are those of `PUT /faults`."""
        http.put(f"{self.url}/faults", json=faults).raise_for_status()

    def forget(self) -> None:
        """As on the first day: no payments, no refunds, no faults."""
        http.delete(f"{self.url}/ledger").raise_for_status()

    def register_payment(self, reference: str, amount: int, currency: str = "EUR") -> None:
        body = {"reference": reference, "amount": amount, "currency": currency}
        http.post(f"{self.url}/payments", json=body).raise_for_status()


def says(sentence: str) -> Callable[[Part], bool]:
    """Ready once this stands in the log."""
    return lambda part: sentence in part.words()


def answers(url: str) -> Callable[[Part], bool]:
    """Ready once /healthz answers 200."""

    def is_healthy(_: Part) -> bool:
        try:
            return http.get(f"{url}/healthz", timeout=1).status_code == 200
        except httpx.HTTPError:
            return False

    return is_healthy


def eventually(
    is_true: Callable[[], bool], seconds: float = 60, about: str = "it", every: float = 0.05
) -> None:
    """Wait until something that another process does has happened."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_true():
            return
        time.sleep(every)
    raise AssertionError(f"{about} did not happen within {seconds} s")


def _bare_environment() -> dict[str, str]:
    folder = Path(sys.executable).parent
    return {"PATH": f"{folder}:/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}
