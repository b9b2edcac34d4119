"""Storm 1, kill: kill -9 at random of web, worker, child, sweeper and provider while refunds run.

Nothing may be lost or doubled, and `SETTLED_SECONDS` after the last kill nothing may be left
waiting. In the same run plain Celery at its best practice does the same (`plain_celery`).
"""

import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import click

from config.bootstrap import build
from tests.storms.auditor import audit, kinds
from tests.storms.clerks import Clerks
from tests.storms.crowd import Crowd
from tests.storms.figures import Figures, Options, sentences
from tests.storms.killing import SLOW_PROVIDER, Pace
from tests.storms.plain import Plain, rage_over_plain_celery
from tests.storms.surroundings import Surroundings, surrounded

KILLS, REFUNDS = 200, 5000
SETTLED_SECONDS = 15.0
BACKLOG = 60
"""So many refunds wait at once, as on a busy day; the next are asked for when some are paid."""
STILL_SECONDS = 60.0
"""Without a single refund settled for so long, the storm is given up."""
BY_CLERKS = 20
"""One refund in so many is asked for on the pages, by clerks who press again what was cut off."""

TARGETS = ("child",) * 6 + ("worker",) * 3 + ("sweeper",) * 3 + ("provider",) * 3 + ("web",) * 2


@dataclass(slots=True)
class Raged:
    """What a kill storm came to."""

    kills: Counter[str] = field(default_factory=Counter)
    settled_after: float = 0.0
    """Seconds from the last kill until nothing waited any more."""
    presses: int = 0
    again: int = 0
    """Presses that had to be made again because the web was killed under them."""
    seconds: float = 0.0
    violations: list[str] = field(default_factory=list)


def run(options: Options) -> Figures:
    kills, refunds = options.kills or KILLS, options.refunds or REFUNDS
    with surrounded(quiet=True) as around, _crowd(around, options) as crowd:
        around.add("worker-2", "worker", "--concurrency", "2")
        around.start()
        raged = rage(around, crowd, options.dice(), kills, refunds)
        found = audit(around.ledger, around.plain_url, paid_in_full=refunds)
    told = kinds(found)
    ours: dict[str, object] = {
        "kills": f"{raged.kills.total()} ({_list(raged.kills)})",
        "refunds": refunds,
        "pressed on pages": f"{raged.presses} ({raged.again} again)",
        "lost": told["lost"],
        "doubled": told["doubled"],
        "settled after the last kill": f"{raged.settled_after:.1f} s",
        "seconds": f"{raged.seconds:.0f}",
    }
    violations = [*raged.violations, *sentences(found)]
    click.echo(f"  {Figures('kill', ours, violations).line}")
    for key in ("fresh", "stable"):
        plain = rage_over_plain_celery(options.dice(), kills, refunds, key)
        ours[f"plain Celery, {key} key"] = _plainly(plain)
        click.echo(f"  plain Celery, {key} key: {_plainly(plain)}")
    return Figures("kill", ours, violations)


def rage(
    around: Surroundings,
    crowd: Crowd,
    dice: random.Random,
    kills: int,
    refunds: int,
    patience: float = SETTLED_SECONDS,
    targets: Sequence[str] = TARGETS,
) -> Raged:
    """Ask for refunds and kill what carries them out, until all are asked for and all are dead.

    `patience`: so many seconds after the last kill nothing may be left waiting. The sandbox
    answers slowly where it runs.
    """
    if around.processes["provider"].is_wanted:
        around.misbehave(*SLOW_PROVIDER, seed=dice.randrange(1 << 30))
    crowd.file(refunds)
    has_pages = around.processes["web"].is_wanted
    clerks = Clerks(around, crowd, refunds // BY_CLERKS if has_pages else 0)
    raged, pace = Raged(), Pace(kills, refunds, STILL_SECONDS)
    began = time.monotonic()
    with clerks.pressing():
        while True:
            around.look_after()
            settled = crowd.settled()
            if (
                crowd.asked + clerks.count < refunds
                and crowd.asked + clerks.presses - settled < BACKLOG
            ):
                crowd.ask(min(BACKLOG // 2, refunds - clerks.count - crowd.asked))
            is_all_asked = crowd.asked + clerks.count >= refunds and clerks.are_done
            if pace.is_due(settled, may_end=is_all_asked):
                raged.kills[_kill_one(around, dice, targets)] += 1
            if (pace.is_over and is_all_asked) or pace.stands_still(settled):
                break
            time.sleep(0.05)
    _settle(around, crowd, raged, pace, patience)
    raged.seconds = time.monotonic() - began
    raged.presses, raged.again = clerks.presses, clerks.again
    raged.violations += clerks.violations
    return raged


def _settle(around: Surroundings, crowd: Crowd, raged: Raged, pace: Pace, seconds: float) -> None:
    def is_settled() -> bool:
        return crowd.waiting() == 0

    try:
        around.wait_until(is_settled, pace.last_kill + seconds - time.monotonic(), "the end")
    except AssertionError:
        raged.violations.append(
            f"{crowd.waiting()} effects wait {seconds:g} s after the last kill."
        )
        around.wait(STILL_SECONDS)
    raged.settled_after = time.monotonic() - pace.last_kill


def _kill_one(around: Surroundings, dice: random.Random, targets: Sequence[str]) -> str:
    target = dice.choice(targets)
    if target == "child":
        workers = [name for name in around.processes if around.children_of(name)]
        workers = [name for name in workers if name.startswith("worker")]
        if workers and around.kill_child(dice.choice(workers), dice):
            return "child"
        target = "worker"
    names = [each.name for each in around.processes.values() if each.is_wanted]
    chosen = dice.choice([name for name in names if name.startswith(target)] or names)
    around.kill(chosen)
    return chosen.partition("-")[0]


@contextmanager
def _crowd(around: Surroundings, options: Options) -> Iterator[Crowd]:
    redress = build(around.settings)
    try:
        yield Crowd(around, redress, options.dice())
    finally:
        redress.engine.dispose()


def _list(kills: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(kills.items()))


def _plainly(plain: Plain) -> str:
    return (
        f"kills {plain.kills}, lost {plain.lost}, paid more than once {plain.doubled} "
        f"(up to {plain.most}×)"
    )
