"""A real Valkey of our own: on loopback, behind a password, keeping nothing on disk."""

import secrets
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.local import children
from config.local.account import LocalServerProblem
from config.local.binaries import valkey_program

_TRIES = 5


@dataclass(slots=True)
class LocalValkey:
    """A broker that may forget everything: it is only the doorbell."""

    folder: Path
    log: Path
    url: str = field(default="", init=False)
    """redis://… of the server; empty before the first `start`, then always the same."""
    _port: int = field(default=0, init=False)
    _password: str = field(default_factory=lambda: secrets.token_urlsafe(24), init=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    name: ClassVar[str] = "Valkey"

    def start(self) -> None:
        """Start on a free port, or again on the one it had.

        Raises LocalServerProblem with the server's own last words.
        """
        program = valkey_program()
        for _ in range(_TRIES):
            self._port = self._port or free_port()
            configuration = (
                f"port {self._port}\nbind 127.0.0.1\nrequirepass {self._password}\n"
                'save ""\nappendonly no\nmaxmemory-policy noeviction\n'
            )
            self._process = children.start(
                [program, "-"], log=self.log, folder=self.folder, given=configuration.encode()
            )
            self.url = f"redis://:{self._password}@127.0.0.1:{self._port}/0"
            if children.wait_until(self._answers, self._process, 10):
                return
            self.stop()
            self._port = 0
        raise LocalServerProblem(
            f"The local Valkey does not start ({self.log}):\n{children.last_lines(self.log)}"
        )

    def stop(self) -> None:
        """Ends within a second; what it held is gone, as it may be."""
        if self._process is not None:
            children.stop(self._process, patience=5)
            self._process = None

    def ended_by_itself(self) -> bool:
        """True when the server went away without `stop`."""
        return self._process is not None and self._process.poll() is not None

    def _answers(self) -> bool:
        client = redis.Redis.from_url(
            self.url, socket_connect_timeout=1, socket_timeout=1, retry=Retry(NoBackoff(), 0)
        )
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()


def free_port() -> int:
    """A port of the loopback address that was free a moment ago.

    Below those that the system gives to calls: one of these could take it in the meantime.
    """
    while True:
        port = secrets.choice(range(15_000, 32_000))
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
