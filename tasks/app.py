"""The Celery app: `celery -A tasks.app worker`. Its one task is the doorbell's.

Nothing depends on a message: no results, no retries, no delays. Each process of a worker also
sweeps, so that everything is done with the broker never started.
"""

import logging
import threading

from billiard import pool  # type: ignore[import-untyped]  # it has no types
from celery import signals

from config.doorbell import CARRY_OUT, celery_app
from config.last_good import rules_at_start
from config.settings import load
from config.watching import Watch
from tasks.effects.carry_out import carry_out_next
from tasks.sweep import sweep_until_stopped
from tasks.watchdog import bound_memory
from tasks.workshop import Workshop, open_workshop

LAST_WORK_SECONDS = 15.0
ROUNDS_OF_LAST_WORDS = 10
"""Tenths of a second for which a process that ends waits until its parent has read its results."""

log = logging.getLogger(__name__)

settings = load()
app = celery_app(settings, gives_up=False)


class WorkerProcess:
    """What one process of the worker holds: made after the fork, never shared with another."""

    def __init__(self) -> None:
        self.shop: Workshop | None = None
        self.sweeper: threading.Thread | None = None
        self.watch: Watch | None = None

    def begin(self) -> None:
        # A parent asked to end forgets what it had just handed to a child and reads its result no
        # more, and the child waits 30 s for that (billiard 4.3). There is nothing in a result here.
        pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT = ROUNDS_OF_LAST_WORDS
        bound_memory(settings.worker_memory_mb)
        self.shop = open_workshop(settings, rules_at_start(settings))
        self.watch = Watch(settings, self.shop.sessions, self.shop.rules, "worker")
        self.watch.begin()
        self.sweeper = threading.Thread(
            target=sweep_until_stopped, args=(self.shop,), name="sweeper", daemon=True
        )
        self.sweeper.start()

    def end(self) -> None:
        """Begin nothing new, and wait for what is in hand; its lease is handed back."""
        if self.shop is not None and self.sweeper is not None:
            self.shop.stopping.set()
            self.sweeper.join(LAST_WORK_SECONDS)
        if self.watch is not None:
            self.watch.end()


process = WorkerProcess()


@signals.worker_process_init.connect  # type: ignore[untyped-decorator]  # celery has no types
def begin_process(**_: object) -> None:
    process.begin()


@signals.worker_process_shutdown.connect  # type: ignore[untyped-decorator]  # celery has no types
def end_process(**_: object) -> None:
    process.end()


@app.task(name=CARRY_OUT, ignore_result=True)  # type: ignore[untyped-decorator]
def carry_out(effect_id: int) -> None:
    """Carry out one effect, if it is still due and nobody has it in hand."""
    if process.shop is not None:
        carry_out_next(process.shop, effect_id)
