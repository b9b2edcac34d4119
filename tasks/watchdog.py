"""What a worker does about work that hangs or eats all memory: it ends itself before others suffer.

What it was at is left as an attempt without an answer, which the next worker clears up; after a
few of these a person looks (`tasks.effects.crashes`). A worker's child is replaced by its parent,
a sweeper by whatever started it.
"""

import faulthandler
import logging
import resource
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

log = logging.getLogger(__name__)


class Watchdog:
    """The deadlines of this process's threads; past the nearest the whole process ends.

    The kernel's clock and a thread outside Python see to it: code that hangs in C without
    letting Python's other threads run is ended just so. The log then has where each thread was.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ends: dict[int, float] = {}

    @contextmanager
    def within(self, limit: timedelta) -> Iterator[None]:
        """What is done in here takes no longer, or it is the end of this process."""
        mine = threading.get_ident()
        self._put(mine, time.monotonic() + limit.total_seconds())
        try:
            yield
        finally:
            self._put(mine, None)

    def _put(self, thread: int, end: float | None) -> None:
        with self._lock:
            if end is None:
                self._ends.pop(thread, None)
            else:
                self._ends[thread] = end
            if not self._ends:
                faulthandler.cancel_dump_traceback_later()
                return
            left = max(0.001, min(self._ends.values()) - time.monotonic())
            faulthandler.dump_traceback_later(left, exit=True, file=sys.__stderr__ or sys.stderr)


watchdog = Watchdog()
"""Of this process; its threads share it."""


def bound_memory(megabytes: int) -> None:
    """From now on asking for more than this in all is a MemoryError; 0: no bound of ours."""
    if not megabytes:
        return
    bytes_ = megabytes * 1024 * 1024
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        bytes_ = min(bytes_, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (bytes_, hard))
