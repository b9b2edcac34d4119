"""A thread in each process: renews its row of `running_processes`, and looks at the shop's files.

Begin it after the fork: a thread does not live on in a child.
"""

import logging
import os
import socket
import threading
import time
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from claims.rules import Rules
from config import processes
from config.last_good import keep_files
from config.processes import ProcessKind
from config.reloading import Reloading
from config.settings import Settings

_RENEWED_EVERY = 2.0
_LAST_TURN_SECONDS = 2.0

log = logging.getLogger(__name__)


class Watch:
    """One process at its files. A folder that is not watched (RELOAD_SECONDS=0) is still looked
    at when `redress workflow reload` asks."""

    def __init__(
        self, settings: Settings, sessions: sessionmaker[Session], rules: Rules, kind: ProcessKind
    ) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.kind: ProcessKind = kind
        self.reloading = Reloading(settings, rules)
        self._sessions = sessions
        self._looks_itself = settings.reload_seconds > 0
        self._every = settings.reload_seconds or _RENEWED_EVERY
        self._looks_again_at = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._could_tell = True
        self._settings = settings
        self._kept = ""

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Stop looking, and take the row away. Safe to call twice."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(_LAST_TURN_SECONDS)
        try:
            with self._sessions.begin() as session:
                processes.leave(session, self.name)
        except SQLAlchemyError as away:
            log.warning("The row of this process could not be taken away: %s", _first_line(away))

    def turn(self) -> None:
        """Renew the row; look at the files, at once if somebody asked for it; tell what came."""
        asked = self._tell()
        if asked is not None:
            if self.reloading.look(at_once=True):
                self._tell(asked)
        elif self._is_time() and self.reloading.look():
            self._tell()

    def _is_time(self) -> bool:
        now = time.monotonic()
        if not self._looks_itself or now < self._looks_again_at:
            return False
        self._looks_again_at = now + self._every * 0.9  # the waits between turns are not exact
        return True

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.turn()
            except Exception:
                log.exception("A look at the shop's files failed; the next one tries again.")
            self._stopping.wait(min(self._every, _RENEWED_EVERY))

    def _tell(self, answers: datetime | None = None) -> datetime | None:
        """Files are taken up with the database away, too; it is told once that it is."""
        reloading = self.reloading
        try:
            with self._sessions.begin() as session:
                asked = processes.tell(
                    session, self.name, self.kind, reloading.rules, reloading.refused, answers
                )
                self._keep_files(session)
        except SQLAlchemyError as away:
            if self._could_tell:
                log.warning("The database cannot be told of this process: %s", _first_line(away))
            self._could_tell = False
            return None
        self._could_tell = True
        return asked

    def _keep_files(self, session: Session) -> None:
        """Once for each taking up, for those who begin while the files are broken."""
        rules = self.reloading.rules
        if rules.fingerprint != self._kept and keep_files(session, self._settings, rules):
            self._kept = rules.fingerprint


def _first_line(away: SQLAlchemyError) -> str:
    return (str(getattr(away, "orig", away)).strip().splitlines() or [type(away).__name__])[0]
