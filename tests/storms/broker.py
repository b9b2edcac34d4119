"""Storm 3, broker: Valkey never started, flushed again and again, killed again and again.

The broker is only a doorbell: whatever happens to it, every refund is paid once, and within a
few sweeps.
"""

import random
import time
from contextlib import closing

import redis

from config.bootstrap import build
from tests.storms.auditor import audit
from tests.storms.crowd import Crowd
from tests.storms.figures import Figures, Options, sentences
from tests.storms.surroundings import Surroundings, surrounded

FLUSHES, KILLS, REFUNDS = 50, 20, 600
PATIENCE_SECONDS = 120.0
AT_ONCE = 6


def run(options: Options) -> Figures:
    kills, refunds = options.kills or KILLS, options.refunds or REFUNDS
    third = max(1, refunds // 3)
    dice = options.dice()
    with surrounded(quiet=True, broker=False, SWEEP_SECONDS="0.5") as around:
        around.start("provider", "worker-1", "sweeper-1")
        without = rage(around, dice, third, flushes=0, kills=0)
        wrong = sentences(audit(around.ledger, around.plain_url, paid_in_full=third))
    with surrounded(quiet=True, SWEEP_SECONDS="0.5") as around:
        around.start("provider", "worker-1", "sweeper-1")
        flushed = rage(around, dice, third, flushes=FLUSHES, kills=0)
        killed = rage(around, dice, third, flushes=0, kills=kills)
        wrong += sentences(audit(around.ledger, around.plain_url, paid_in_full=2 * third))
    return Figures(
        "broker",
        {
            "never started": f"{third} refunds in {without:.0f} s",
            f"{FLUSHES} flushes": f"{third} refunds in {flushed:.0f} s",
            f"{kills} kills": f"{third} refunds in {killed:.0f} s",
        },
        wrong,
    )


def rage(
    around: Surroundings, dice: random.Random, refunds: int, *, flushes: int, kills: int
) -> float:
    """Ask for refunds, a few at a time, while the broker is emptied or killed; gives the seconds.

    Whoever asks rings the doorbell, so that messages are lost in each of these.
    """
    redress = build(around.settings)
    crowd = Crowd(around, redress, dice, prefix=f"B{around.settings.port}-{flushes}-{kills}")
    before = crowd.settled()
    crowd.file(refunds)
    began = time.monotonic()
    harm = ["flush"] * flushes + ["kill"] * kills
    try:
        while crowd.asked < refunds or harm:
            around.look_after()
            if crowd.asked < refunds:
                crowd.ask(min(AT_ONCE, refunds - crowd.asked))
            share = 1 if not refunds else crowd.asked / refunds
            while harm and len(harm) > (flushes + kills) * (1 - share):
                _harm(around, harm.pop())
        around.wait_until(
            lambda: crowd.settled() - before >= refunds, PATIENCE_SECONDS, "every refund"
        )
    finally:
        redress.engine.dispose()
    return time.monotonic() - began


def _harm(around: Surroundings, how: str) -> None:
    if how == "flush":
        with closing(redis.Redis.from_url(around.valkey.url)) as client:
            client.flushall()
    else:
        around.kill_broker()
        time.sleep(0.2)
        around.start_broker()
