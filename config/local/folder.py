"""The data folder `.redress/`: what `make run` keeps there, and that only one runs in it."""

import fcntl
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from config.local.account import LocalServerProblem, project_home
from config.local.signins import write_private
from config.settings import environment_file

_LARGEST_LOG = 5_000_000


@dataclass(slots=True)
class DataFolder:
    path: Path
    _lock: IO[str] | None = None

    def open(self) -> None:
        """Make the folder and take it for this process.

        Raises LocalServerProblem where it cannot be written to, or where another one runs here.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.logs.mkdir(mode=0o700, exist_ok=True)
            lock = (self.path / "running").open("a+", encoding="utf-8")
        except OSError as problem:
            raise LocalServerProblem(
                f"The data folder {self.path} cannot be written to ({problem.strerror}); "
                "name another one: DATA_DIR=/a/folder make run"
            ) from problem
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            who = lock.read().strip() or "another process"
            lock.close()
            raise LocalServerProblem(
                f"Redress is running in this folder already ({who}); "
                "stop that one first, with Ctrl-C where it was started."
            ) from None
        self._lock = lock
        self.say_who(f"process {os.getpid()}")

    def say_who(self, who: str) -> None:
        """What the second `make run` will read about this one."""
        assert self._lock is not None, "the folder is not open"
        self._lock.truncate(0)
        self._lock.write(who)
        self._lock.flush()

    def close(self) -> None:
        environment_file(self.path).unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @property
    def logs(self) -> Path:
        return self.path / "log"

    def log(self, name: str) -> Path:
        """The log of a part; a long one of earlier starts is put aside once."""
        path = self.logs / f"{name}.log"
        if path.exists() and path.stat().st_size > _LARGEST_LOG:
            path.replace(path.with_suffix(".log.1"))
        return path

    def secret(self, name: str) -> str:
        """A secret made at the first start, the same at every later one."""
        path = self.path / name
        if not path.exists():
            write_private(path, secrets.token_urlsafe(48))
        return path.read_text(encoding="utf-8").strip()

    def write_environment(self, environment: Mapping[str, str]) -> None:
        """For `redress` in a second terminal (see config.settings.load)."""
        lines = "".join(f"{name}={value}\n" for name, value in sorted(environment.items()))
        write_private(environment_file(self.path), lines)

    def database_home(self) -> Path:
        """Where the database lies; as root that is elsewhere, and a link here shows where."""
        home = project_home(self.path)
        link = self.path / "postgres"
        if home != link and not (link.is_symlink() and link.readlink() == home):
            link.unlink(missing_ok=True)
            link.symlink_to(home)
        return home
