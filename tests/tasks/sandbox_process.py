"""A sandbox provider of a test's own, as the process that it is."""

import os
import signal
import ssl
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

_TLS = ssl.create_default_context()  # made once: it costs 20 ms


class SandboxProcess:
    """Started on a port of the system's choice; `ledger` outlives a restart."""

    def __init__(self, ledger: Path, *, open_payments: bool = False) -> None:
        self.ledger = ledger
        self._open_payments = open_payments
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self) -> "SandboxProcess":
        self._http = httpx.Client(verify=_TLS, trust_env=False)
        environment = {
            **os.environ,
            "SANDBOX_PORT": "0",
            "SANDBOX_LEDGER": str(self.ledger),
            "SANDBOX_OPEN_PAYMENTS": "1" if self._open_payments else "0",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tasks.providers.sandbox.server"],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        self.url = line.split()[-1]
        return self

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self._process is not None
        self._process.send_signal(how)
        code = self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._http.close()
        return code

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def register(self, reference: str, amount: int, currency: str = "EUR") -> None:
        body = {"reference": reference, "amount": amount, "currency": currency}
        self._http.post(f"{self.url}/payments", json=body).raise_for_status()

    def faults(self, *faults: dict[str, Any], seed: int = 0) -> None:
        plan = {"seed": seed, "faults": list(faults)}
        self._http.put(f"{self.url}/faults", json=plan).raise_for_status()

    def refund(self, key: str, **body: Any) -> httpx.Response:
        whole = {"payment": "P-1", "amount": 500, "currency": "EUR", "reference": "R-1", **body}
        return self._http.post(f"{self.url}/refunds", json=whole, headers={"Idempotency-Key": key})

    def refunds(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._http.get(f"{self.url}/refunds").json()["refunds"]
        return found

    def wait_for_refunds(self, count: int) -> None:
        stop = time.monotonic() + 10
        while len(self.refunds()) < count:
            assert time.monotonic() < stop, f"only {len(self.refunds())} refunds were made"
            time.sleep(0.02)
