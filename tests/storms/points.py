"""The points of a flow at which a process may die, counted while it runs: a hook for tests alone.

Before and after every commit, every ring of the doorbell, every acknowledgement and every call
outside; of a call to the payment provider also the moment when the request has been sent and
nothing has been read. At the chosen point the process ends at once, as by kill -9: `os._exit`
runs no handler, flushes nothing and rolls nothing back.
"""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from celery import Celery
from kombu.message import Message
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from tasks import workshop
from tasks.mail import Mail, Send
from tasks.providers.sandbox.adapter import Sandbox

CRASHED = 137
"""The exit code of a process that died at its point."""
NOT_OF_THE_FLOW = frozenset({"watch"})
"""Threads whose commits belong to no effect."""


class Points:
    """Notes each point in a file, one a line, and dies at number `crash_at` if it is given."""

    def __init__(self, notes: Path, crash_at: int | None) -> None:
        self._file = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._crash_at = crash_at
        self._count = 0
        self._lock = threading.Lock()
        self.counts = False
        """Whether the flow has begun."""

    def reach(self, name: str) -> None:
        if not self.counts or threading.current_thread().name in NOT_OF_THE_FLOW:
            return
        with self._lock:
            self._count += 1
            os.write(self._file, f"{name}\n".encode())
            if self._count == self._crash_at:
                os._exit(CRASHED)

    def install(self) -> None:
        """Lie in wait in this process; there is no way back."""
        self._around(PGDialect_psycopg, "do_commit", "commit")
        self._around(Celery, "send_task", "publish")
        self._around(Message, "ack_log_error", "acknowledge")
        self._around(Sandbox, "_call", "call")
        self._around(httpx.HTTPTransport, "handle_request", "request", self._told_when_sent)
        send_for = workshop.sender_for

        def sender_for(url: str) -> Send:
            send = send_for(url)

            def watched(mail: Mail) -> Any:
                self.reach("before letter")
                outcome = send(mail)
                self.reach("after letter")
                return outcome

            return watched

        workshop.sender_for = sender_for

    def _around(
        self, owner: type, method: str, name: str, prepare: Callable[..., None] | None = None
    ) -> None:
        inner = getattr(owner, method)

        def outer(this: Any, *arguments: Any, **more: Any) -> Any:
            if prepare is not None:
                prepare(*arguments)
            self.reach(f"before {name}")
            answer = inner(this, *arguments, **more)
            self.reach(f"after {name}")
            return answer

        setattr(owner, method, outer)

    def _told_when_sent(self, request: httpx.Request) -> None:
        def trace(event: str, _info: object) -> None:
            if event == "http11.send_request_body.complete":
                self.reach("request sent")

        request.extensions["trace"] = trace
