"""The kill storm over plain Celery: the same provider, the same kills, the same number of refunds.

Web and sweeper it has not got; worker, child and provider are killed in the same proportions.
"""

import random
import time
from collections import Counter
from dataclasses import dataclass

import psycopg
from celery import Celery

from tests.storms.auditor import ledger_rows
from tests.storms.killing import SLOW_PROVIDER, Pace
from tests.storms.plain_celery import QUEUE, TABLE, VISIBILITY_SECONDS
from tests.storms.surroundings import Surroundings, surrounded

TARGETS = ("child",) * 6 + ("worker",) * 3 + ("provider",) * 3
BACKLOG = 60
STILL_SECONDS = 60.0
LOST_SECONDS = 3.0
VISIBILITIES = 3
"""For so many visibility timeouts without a payment the broker may bring a message back."""


@dataclass(frozen=True, slots=True)
class Plain:
    """What became of plain Celery's refunds, by the provider's ledger."""

    key: str
    kills: int
    lost: int
    doubled: int
    most: int
    """How often the one was paid that was paid most often."""


def rage_over_plain_celery(dice: random.Random, kills: int, refunds: int, key: str) -> Plain:
    with surrounded(quiet=True) as around:
        around.processes = {"provider": around.processes["provider"]}
        command = ["-m", "celery", "-A", "tests.storms.plain_celery", "worker"]
        command += ["--concurrency", "2", "--loglevel", "INFO"]
        command += ["--without-gossip", "--without-mingle"]
        own = {"PLAIN_DATABASE_URL": around.plain_url, "REFUND_KEY": key}
        for number in (1, 2):
            around.add(
                f"worker-{number}",
                "worker",
                environment=own,
                command=[*command, "--hostname", f"plain-{number}@%h"],
            )
        around.start()
        around.misbehave(*SLOW_PROVIDER, seed=dice.randrange(1 << 30))
        made = _rage(around, dice, kills, refunds)
        paid = Counter(row["reference"] for row in ledger_rows(around.ledger))
    lost = sum(1 for number in range(1, refunds + 1) if not paid[f"refund-{number}"])
    doubled = sum(1 for times in paid.values() if times > 1)
    return Plain(key, made, lost, doubled, max(paid.values(), default=0))


def _rage(around: Surroundings, dice: random.Random, kills: int, refunds: int) -> int:
    publisher = Celery("publisher", broker=around.settings.redis_url, set_as_current=False)
    pace, asked, backlog = Pace(kills, refunds, STILL_SECONDS), 0, BACKLOG
    raised = time.monotonic()
    quiet_seconds = float(VISIBILITIES * VISIBILITY_SECONDS)
    with psycopg.connect(around.plain_url, autocommit=True) as connection:
        connection.execute(TABLE.encode())
        while True:
            around.look_after()
            paid = _paid(connection)
            while asked < refunds and asked - paid < backlog:
                asked += 1
                connection.execute(
                    "INSERT INTO plain_refunds VALUES (%s, %s)", (asked, dice.randint(100, 1999))
                )
                publisher.send_task("plain.refund", [asked], queue=QUEUE)
            if pace.quiet_for(paid) > LOST_SECONDS and time.monotonic() > raised + LOST_SECONDS:
                backlog += BACKLOG  # what waits may be lost, and holds up nobody else
                raised = time.monotonic()
            if pace.is_due(paid):
                _kill_one(around, dice)
            if paid == refunds or pace.stands_still(paid):
                break
            if asked == refunds and pace.is_over and pace.quiet_for(paid) > quiet_seconds:
                break
            time.sleep(0.05)
    publisher.close()
    return pace.made


def _paid(connection: psycopg.Connection) -> int:
    query = "SELECT count(*) FROM plain_refunds WHERE paid_at IS NOT NULL"
    [(count,)] = connection.execute(query)
    return int(count)


def _kill_one(around: Surroundings, dice: random.Random) -> None:
    target = dice.choice(TARGETS)
    if target == "provider":
        around.kill(target)
        return
    worker = dice.choice(["worker-1", "worker-2"])
    if target == "worker" or around.kill_child(worker, dice) is None:
        around.kill(worker)
