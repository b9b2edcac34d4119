"""Storm 6, zombies: workers are stopped in the middle of a call, past their lease, and go on.

By then somebody else has taken the refund. What the zombie writes is refused by the fence; what
the provider told it is kept as an observation.
"""

import random
import time
from dataclasses import dataclass, field
from typing import Any

import psycopg

from config.bootstrap import build
from tests.storms.auditor import audit
from tests.storms.crowd import Crowd
from tests.storms.figures import Figures, Options, sentences
from tests.storms.surroundings import Surroundings, surrounded

ZOMBIES, AT_ONCE, LEASE = 60, 2, 3.0
BACKLOG = 8
PATIENCE_SECONDS = 60.0

IN_A_CALL = """
    SELECT a.effect_id FROM attempts a JOIN effects e ON e.id = a.effect_id
    WHERE a.answered_at IS NULL AND a.epoch = e.epoch AND a.worker LIKE %s
    AND e.lease_until > redress_now()
"""
LATE = """
    SELECT a.id, a.effect_id, a.epoch, a.result FROM attempts a JOIN effects e ON e.id = a.effect_id
    WHERE a.answered_at IS NOT NULL AND e.epoch > a.epoch AND EXISTS (
        SELECT FROM attempts b WHERE b.effect_id = a.effect_id AND b.epoch > a.epoch
        AND b.at < a.answered_at)
"""
FORGOTTEN = f"""
    SELECT late.effect_id FROM ({LATE}) late WHERE late.result = 'done' AND NOT EXISTS (
        SELECT FROM observations o WHERE o.effect_id = late.effect_id AND o.epoch = late.epoch)
"""
WRITTEN_TWICE = """
    SELECT input ->> 'key', count(*) FROM journal WHERE kind = 'effect'
    GROUP BY 1 HAVING count(*) > 1
"""


@dataclass(slots=True)
class Risen:
    """What came of it."""

    zombies: int = 0
    late: int = 0
    """Answers that a zombie wrote down after somebody else had taken the refund."""
    kept: int = 0
    """Words of the provider that were kept as observations, as their writes were refused."""
    refunds: int = 0
    violations: list[str] = field(default_factory=list)


def run(options: Options) -> Figures:
    with surrounded(
        quiet=True, broker=False, SWEEP_SECONDS="0.3", LEASE_SECONDS=str(LEASE)
    ) as around:
        sweepers(around, 4)
        risen = rage(around, options.dice(), options.kills or ZOMBIES, LEASE)
        found = audit(around.ledger, around.plain_url, paid_in_full=risen.refunds)
    return Figures(
        "zombies",
        {
            "stopped in a call": risen.zombies,
            "refunds": risen.refunds,
            "late answers": risen.late,
            "kept as observations": risen.kept,
        },
        [*risen.violations, *sentences(found)],
    )


def sweepers(around: Surroundings, count: int) -> None:
    """A provider and so many workers without a broker, each with one thing at a time to do.

    Their watchdogs sleep (`undead`).
    """
    for number in range(1, count + 1):
        around.add(f"sweeper-{number}", "sweep", command=["-m", "tests.storms.undead"])
    around.start("provider", *[f"sweeper-{number}" for number in range(1, count + 1)])


def rage(around: Surroundings, dice: random.Random, zombies: int, lease: float) -> Risen:
    """Stop some, wait until their leases are over and others have worked, let them go on."""
    risen = Risen()
    around.misbehave({"kind": "answer-late", "seconds": lease / 5, "probability": 1.0})
    redress = build(around.settings)
    crowd = Crowd(around, redress, dice, prefix="Z")
    crowd.file(zombies * BACKLOG)
    names = [name for name in around.processes if name.startswith("sweeper")]
    while risen.zombies < zombies:
        crowd.ask(BACKLOG - crowd.waiting())
        chosen = dice.sample(names, min(AT_ONCE, zombies - risen.zombies, len(names) - 1))
        stopped = [name for name in chosen if _stop_in_a_call(around, name)]
        if stopped:
            time.sleep(lease + dice.random() * lease)
        for name in stopped:
            around.resume(name)
        risen.zombies += len(stopped)
    risen.refunds = crowd.asked
    try:
        around.wait_until(lambda: crowd.waiting() == 0, PATIENCE_SECONDS, "the end")
        around.wait(lease)
    except AssertionError as wrong:
        risen.violations.append(str(wrong))
    redress.engine.dispose()
    risen.late = len(_rows(around, LATE))
    risen.kept = len(_rows(around, "SELECT id FROM observations"))
    risen.violations += [f"the late word on {row} was dropped" for row in _rows(around, FORGOTTEN)]
    risen.violations += [f"an end was written twice: {row}" for row in _rows(around, WRITTEN_TWICE)]
    return risen


def _stop_in_a_call(around: Surroundings, name: str) -> bool:
    """SIGSTOP while an attempt of its own waits for its answer; False where none came."""
    pid = around.processes[name].pid
    end = time.monotonic() + 5
    while time.monotonic() < end:
        if _rows(around, IN_A_CALL, f"%:{pid}"):
            around.pause(name)
            if _rows(around, IN_A_CALL, f"%:{pid}"):
                return True
            around.resume(name)
        time.sleep(0.02)
    return False


def _rows(around: Surroundings, query: str, *values: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(around.plain_url, autocommit=True) as connection:
        return connection.execute(query.encode(), values or None).fetchall()
