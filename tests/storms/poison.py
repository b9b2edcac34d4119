"""Storm 8, poison: effects that segfault, hang, eat memory and answer nonsense among refunds.

Each must end as an incident after a few attempts, and the refunds beside them must be paid, and
at their own pace: as many refunds are paid first without any poison, in the same processes.
"""

import random
import time
from dataclasses import dataclass, field

import psycopg

from claims.door import CaseRef, Firing, fire_many
from config.bootstrap import Redress, build
from tasks.effects.crashes import MOST_CRASHES
from tests.storms.auditor import audit
from tests.storms.crowd import Crowd
from tests.storms.figures import Figures, Options, sentences
from tests.storms.poisonous import KINDS
from tests.storms.surroundings import Surroundings, surrounded
from tests.support.cases import LEAD

REFUNDS, OF_EACH = 400, 2
SLOWEST = 3.0
"""So many times as long the refunds may take beside the poison; processes are started anew for
it, which costs a second of work each."""
PATIENCE_SECONDS = 300.0


@dataclass(slots=True)
class Poisoned:
    """What came of it."""

    clean: float = 0.0
    beside: float = 0.0
    """Seconds for the same number of refunds, without poison and beside it."""
    effects: int = 0
    until_incidents: float = 0.0
    violations: list[str] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return self.beside / self.clean


def run(options: Options) -> Figures:
    refunds = options.refunds or REFUNDS
    with surrounded(quiet=True, poison=True) as around:
        around.add("worker-2", "worker", "--concurrency", "2")
        around.start("provider", "worker-1", "worker-2", "sweeper-1")
        poisoned = rage(around, options.dice(), refunds, OF_EACH)
        found = audit(
            around.ledger, around.plain_url, paid_in_full=2 * refunds, may_be={"with-a-person"}
        )
    if poisoned.ratio > SLOWEST:
        poisoned.violations.append(f"the refunds took {poisoned.ratio:.1f} times as long")
    return Figures(
        "poison",
        {
            "poisoned effects": f"{poisoned.effects} ({', '.join(KINDS)})",
            "attempts until the incident": MOST_CRASHES,
            "all incidents after": f"{poisoned.until_incidents:.0f} s",
            "refunds": refunds,
            "without poison": f"{poisoned.clean:.1f} s",
            "beside it": f"{poisoned.beside:.1f} s",
            "ratio": f"{poisoned.ratio:.2f}",
        },
        [*poisoned.violations, *sentences(found)],
    )


def rage(
    around: Surroundings,
    dice: random.Random,
    refunds: int,
    of_each: int,
    kinds: tuple[str, ...] = KINDS,
) -> Poisoned:
    """Pay refunds without poison and then beside it; wait until each poison is an incident."""
    poisoned, redress = Poisoned(), build(around.settings)
    try:
        poisoned.clean = _pay(around, redress, dice, refunds, "clean")
        began = time.monotonic()
        _take(around, redress, dice, kinds * of_each)
        poisoned.effects = len(kinds) * of_each
        poisoned.beside = _pay(around, redress, dice, refunds, "beside")
        try:
            around.wait_until(lambda: _waiting(around) == 0, PATIENCE_SECONDS, "every incident")
        except AssertionError as wrong:
            poisoned.violations.append(str(wrong).splitlines()[0])
        poisoned.until_incidents = time.monotonic() - began
        poisoned.violations += _wrong(around)
    finally:
        redress.engine.dispose()
    return poisoned


def _pay(
    around: Surroundings, redress: Redress, dice: random.Random, refunds: int, name: str
) -> float:
    crowd = Crowd(around, redress, dice, prefix=f"P{around.settings.port}-{name}")
    crowd.file(refunds)
    before, began = crowd.settled(), time.monotonic()
    crowd.ask(refunds)
    around.wait_until(lambda: crowd.settled() - before >= refunds, PATIENCE_SECONDS, "refunds")
    return time.monotonic() - began


def _take(
    around: Surroundings, redress: Redress, dice: random.Random, kinds: tuple[str, ...]
) -> None:
    crowd = Crowd(around, redress, dice, prefix=f"P{around.settings.port}-poison")
    crowd.file(len(kinds), "poison")
    firings = [
        Firing(CaseRef("item", each.item_id), f"take-{kind}")
        for each, kind in zip(crowd.filed, kinds, strict=True)
    ]
    with redress.sessions.begin() as session:
        for fired in fire_many(session, redress.rules, firings, LEAD):
            assert not isinstance(fired, Exception), fired


def _waiting(around: Surroundings) -> int:
    with psycopg.connect(around.plain_url) as connection:
        [(count,)] = connection.execute(
            "SELECT count(*) FROM effects WHERE kind LIKE 'poison.%' AND status = 'waiting'"
        )
    return int(count)


def _wrong(around: Surroundings) -> list[str]:
    """Which poisoned effects did not end as one incident after as many attempts as promised."""
    with psycopg.connect(around.plain_url) as connection:
        rows = connection.execute(
            "SELECT e.kind, e.status, (SELECT count(*) FROM attempts a WHERE a.effect_id = e.id),"
            " (SELECT count(*) FROM incidents i WHERE i.effect_id = e.id)"
            " FROM effects e WHERE kind LIKE 'poison.%'"
        ).fetchall()
    return [
        f"{kind} is {status} after {attempts} attempts with {incidents} incidents"
        for kind, status, attempts, incidents in rows
        if (status, attempts, incidents) != ("stopped", MOST_CRASHES, 1)
    ]
