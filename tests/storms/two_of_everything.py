"""Storm 9, two: four sweepers, eight workers, rolling restarts with SIGTERM.

There is no beat to have two of: what is periodic are rows that any sweeper may take, so four
sweepers (and the one in each process of each worker) are all that could get into each other's
way. Deadlines fire in the same run, each once.
"""

import itertools
import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import psycopg

from claims.door import CaseRef, Firing, fire_many
from config.bootstrap import build
from config.doorbell import Doorbell
from tests.storms.auditor import audit
from tests.storms.crowd import Crowd
from tests.storms.figures import Figures, Options, sentences
from tests.storms.surroundings import Surroundings, surrounded
from tests.support.cases import LEAD

WORKERS, SWEEPERS, ROUNDS, REFUNDS = 8, 4, 2, 600
DEADLINES = 200
PATIENCE_SECONDS = 240.0
LONGEST_END_SECONDS = 20.0
"""A part that is asked to end is to have ended by then, with its work."""
NOBODYS_EFFECT = 999_999_999


@dataclass(slots=True)
class Rolled:
    """What came of it."""

    restarts: int = 0
    longest_end: float = 0.0
    seconds: float = 0.0
    deadlines: int = 0
    violations: list[str] = field(default_factory=list)


def run(options: Options) -> Figures:
    refunds = options.refunds or REFUNDS
    with surrounded(SWEEP_SECONDS="1", LEASE_SECONDS="10") as around:
        many(around, WORKERS, SWEEPERS)
        around.start(*[name for name in around.processes if name != "web"])
        rolled = rage(around, options.dice(), refunds, DEADLINES, ROUNDS)
        wrong = [
            *rolled.violations,
            *sentences(audit(around.ledger, around.plain_url, paid_in_full=refunds)),
        ]
    return Figures(
        "two",
        {
            "workers": f"{WORKERS} (1 process each)",
            "sweepers": SWEEPERS,
            "beats": "none: there is no beat",
            "rolling restarts": rolled.restarts,
            "longest end": f"{rolled.longest_end:.1f} s",
            "refunds": refunds,
            "deadlines fired once": rolled.deadlines,
            "seconds": f"{rolled.seconds:.0f}",
        },
        wrong,
    )


def many(around: Surroundings, workers: int, sweepers: int) -> None:
    """So many of each, beside the provider."""
    for number in range(1, workers + 1):
        around.add(f"worker-{number}", "worker", "--concurrency", "1")
    for number in range(1, sweepers + 1):
        around.add(f"sweeper-{number}", "sweep")


def rage(
    around: Surroundings, dice: random.Random, refunds: int, deadlines: int, rounds: int
) -> Rolled:
    """Ask for refunds and let deadlines run out while every part is restarted in turn."""
    rolled, redress = Rolled(), build(around.settings)
    crowd = Crowd(around, redress, dice, prefix=f"T{around.settings.port}")
    late = Crowd(around, redress, dice, prefix=f"D{around.settings.port}")
    before = crowd.settled()
    began = time.monotonic()
    try:
        crowd.file(refunds)
        if deadlines:
            _let_run_out(around, late, deadlines)
        parts = [name for name in around.processes if name.startswith(("worker", "sweeper"))]
        parts = [name for name in parts if around.processes[name].is_wanted]
        ends = list(itertools.chain.from_iterable([parts] * rounds))
        for done, name in enumerate(ends, start=1):
            until = refunds * done // len(ends)
            while crowd.asked < until:
                crowd.ask(min(20, until - crowd.asked))
            with _rung_to_the_last(around):
                _restart(around, name, rolled)
        around.wait_until(
            lambda: crowd.settled() - before >= refunds and crowd.waiting() == 0,
            PATIENCE_SECONDS,
            "every effect",
        )
        rolled.deadlines = _count_fired(around, late, deadlines, rolled)
    finally:
        redress.engine.dispose()
    rolled.seconds = time.monotonic() - began
    return rolled


@contextmanager
def _rung_to_the_last(around: Surroundings) -> Iterator[None]:
    """Rings go on while a part ends: what it was handed last must not hold it up."""
    doorbell, ended = Doorbell(around.settings), threading.Event()

    def ring() -> None:
        while not ended.wait(0.02):
            doorbell.ring([NOBODYS_EFFECT])

    ringer = threading.Thread(target=ring)
    ringer.start()
    try:
        yield
    finally:
        ended.set()
        ringer.join()


def _restart(around: Surroundings, name: str, rolled: Rolled) -> None:
    took = around.terminate(name, patience=LONGEST_END_SECONDS + 10)
    rolled.longest_end = max(rolled.longest_end, took)
    if took > LONGEST_END_SECONDS:
        rolled.violations.append(f"{name} took {took:.0f} s to end after SIGTERM.")
    around.processes[name].start()
    rolled.restarts += 1


def _let_run_out(around: Surroundings, late: Crowd, count: int) -> None:
    """Parcels that are waited for, and whose reminder is due now."""
    late.file(count, "refund")
    firings = [Firing(CaseRef("item", each.item_id), "request-return") for each in late.filed]
    with late.redress.sessions.begin() as session:
        for fired in fire_many(session, late.redress.rules, firings, LEAD):
            assert not isinstance(fired, Exception), fired
    with psycopg.connect(around.plain_url) as connection:
        connection.execute(
            "INSERT INTO clock (shift) VALUES (%s)"
            " ON CONFLICT (only_row) DO UPDATE SET shift = clock.shift + excluded.shift",
            (timedelta(days=15),),
        )


def _count_fired(around: Surroundings, late: Crowd, count: int, rolled: Rolled) -> int:
    """How many of the deadlines fired exactly once, by the journal."""
    if not count:
        return 0
    with psycopg.connect(around.plain_url) as connection:
        fired: Mapping[int, int] = dict(
            connection.execute(
                "SELECT item_id, count(*) FROM journal WHERE actor_kind = 'clock'"
                " AND event = 'parcel-reminder-due' GROUP BY item_id"
            ).fetchall()
        )
    for each in late.filed:
        times = fired.get(each.item_id, 0)
        if times != 1:
            rolled.violations.append(f"The deadline of item {each.item_id} fired {times} times.")
    return sum(1 for times in fired.values() if times == 1)
