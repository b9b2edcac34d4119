"""The doorbell: tells the workers over the broker that there is work; the truth is the database.

It lies here because both the pages and the workers ring it. A bell that nobody hears loses
nothing: the sweep finds the effect a moment later. So nothing is ever raised, and a broker that
is away holds nobody up for more than a moment, and only now and then.
"""

import logging
import threading
import time
from collections.abc import Iterable

from celery import Celery

from config.settings import Settings

CARRY_OUT = "effects.carry_out"
"""The name of the workers' task; it takes an effect's key in the database."""
QUEUE = "redress"
PATIENCE_SECONDS = 0.5
SILENCE_SECONDS = 5.0
"""How long a broker that did not answer is left alone."""

log = logging.getLogger(__name__)


def celery_app(settings: Settings, *, gives_up: bool) -> Celery:
    """Celery with a broker and nothing else: no results, no delays, no retries, JSON only.

    `gives_up` is for those who ring: one short try. Those who listen wait for the broker.
    """
    app = Celery("redress", broker=settings.redis_url, set_as_current=not gives_up)
    app.conf.update(
        accept_content=["json"],
        broker_connection_retry_on_startup=True,
        enable_utc=True,
        result_backend=None,
        task_default_queue=QUEUE,
        task_ignore_result=True,
        task_serializer="json",
        timezone="UTC",
        worker_prefetch_multiplier=1,
    )
    if gives_up:
        app.conf.update(
            broker_connection_timeout=PATIENCE_SECONDS,
            broker_transport_options={
                "socket_connect_timeout": PATIENCE_SECONDS,
                "socket_timeout": PATIENCE_SECONDS,
                "max_retries": 0,
                "interval_start": 0,
                "interval_step": 0,
                "interval_max": 0,
            },
            task_publish_retry=False,
        )
    return app


class Doorbell:
    """One for each process; threads may share it."""

    def __init__(self, settings: Settings) -> None:
        self._app = celery_app(settings, gives_up=True)
        self._lock = threading.Lock()
        self._silent_until = 0.0

    def ring(self, effect_ids: Iterable[int]) -> bool:
        """Tell the workers of these effects; False where the broker did not take it. Never raises.

        Call it after the commit: before it, nobody could see the effects.
        """
        ids = list(effect_ids)
        if not ids:
            return True
        with self._lock:
            if time.monotonic() < self._silent_until:
                return False
        try:
            with self._app.producer_or_acquire() as producer:
                for effect_id in ids:
                    self._app.send_task(
                        CARRY_OUT,
                        [effect_id],
                        task_id=f"effect-{effect_id}",
                        producer=producer,
                        retry=False,
                        ignore_result=True,
                    )
        except Exception as wrong:  # noqa: BLE001 - whatever it is, the sweep finds the effects
            with self._lock:
                self._silent_until = time.monotonic() + SILENCE_SECONDS
            log.warning("The doorbell was not heard (%s); the sweep will find the work.", wrong)
            return False
        return True
