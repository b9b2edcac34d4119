"""Storm 10, restore: a dump, more refunds, the old dump put back; nobody is paid twice.

What was paid after the dump is missing in it, and half of the claims are. Those are filed again,
in another order and so under other numbers, and all are asked for again, by people who find no
trace of the first time; the provider has forgotten the keys meanwhile or not.
"""

import random
import subprocess
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg

from config.local.account import server_account
from config.local.binaries import postgres_programs
from tests.storms.at_hand import at_hand
from tests.storms.auditor import audit, ledger_rows
from tests.storms.figures import Figures, Options, sentences
from tests.storms.surroundings import Surroundings, surrounded

REFUNDS, RESTORES = 300, 10
LATEST = timedelta(hours=72)
"""After so long at most the dump is put back; the provider forgets keys after 24 hours."""
FAULTS = (
    {"kind": "drop-after", "probability": 0.1},
    {"kind": "drop-before", "probability": 0.1},
    {"kind": "store-error", "probability": 0.05},
    {"kind": "store-error", "paid": True, "probability": 0.05},
)


@dataclass(slots=True)
class Restored:
    """What came of it."""

    restores: int = 0
    missing: int = 0
    """Refunds that the provider had paid and the dump knew nothing of."""
    keys_forgotten: int = 0
    """Restores after which the provider no longer knew the keys of before."""
    renumbered: int = 0
    """Claims that got another number when they were filed again."""
    adopted: int = 0
    """Refunds that were found at the provider by a look-up and taken as they are."""
    violations: list[str] = field(default_factory=list)


def run(options: Options) -> Figures:
    restores, refunds = options.kills or RESTORES, options.refunds or REFUNDS
    total = Restored()
    with surrounded(quiet=True, broker=False, durable=False) as around:
        for number in range(restores):
            dice = random.Random(f"{options.seed}-{number}")
            rage(around, dice, refunds, total, first=number * refunds + 1)
    return Figures(
        "restore",
        {
            "dumps put back": total.restores,
            "with keys forgotten": total.keys_forgotten,
            "refunds": restores * refunds,
            "paid and missing in the dump": total.missing,
            "filed again under another number": total.renumbered,
            "adopted by look-up": total.adopted,
        },
        total.violations,
    )


def rage(
    around: Surroundings, dice: random.Random, refunds: int, total: Restored, first: int = 1
) -> None:
    """Refund a part, dump, refund more, put the dump back, ask for the rest again."""
    dump = around.folder / "dump"
    with at_hand(around, dice) as hand:
        hand.crowd.first = first
        around.misbehave(*FAULTS, seed=dice.randrange(1 << 30))
        hand.crowd.file(refunds // 2)
        later = hand.crowd.place(refunds - refunds // 2)
        hand.crowd.ask(refunds // 3)
        hand.work(dice.randrange(1, refunds // 3))
        asked_in_dump = hand.crowd.asked
        _run(around, "pg_dump", "--format=custom", f"--file={dump}", around.plain_url)
        shift = _shift(around)

        hand.crowd.claim(later)
        hand.crowd.ask(dice.randrange(refunds // 3, refunds - asked_in_dump))
        for _ in range(3):
            hand.work()
            hand.pass_time(timedelta(minutes=dice.randrange(5)))
        passed = dice.random() * LATEST
        hand.pass_time(passed)
        numbers = _numbers(around)
        hand.shop.engine.dispose()
        moved = _shift(around) - shift
        _put_back(around, dump)
        hand.move_database_clock(moved)  # the time is what it is; only rows are old

        paid_before = len(ledger_rows(around.ledger))
        total.missing += paid_before - _paid_here(around)
        total.restores += 1
        total.keys_forgotten += passed > timedelta(hours=24)
        del hand.crowd.filed[refunds // 2 :]
        dice.shuffle(later)
        hand.crowd.claim(later)
        total.renumbered += sum(1 for each in _numbers(around) if each not in numbers)
        hand.crowd.asked = asked_in_dump
        hand.crowd.ask(refunds - asked_in_dump)
        if not hand.settle(timedelta(hours=2), rounds=60):
            total.violations.append(f"After a restore: {hand.crowd.statuses()}")
    total.adopted += _adopted(around)
    found = audit(around.ledger, around.plain_url, paid_in_full=first + refunds - 1)
    total.violations += sentences(found)


def _put_back(around: Surroundings, dump: Path) -> None:
    around.postgres.drop_database(around.database)
    around.postgres.create_database(around.database)
    _run(around, "pg_restore", "--exit-on-error", f"--dbname={around.plain_url}", str(dump))
    dump.unlink()


def _run(around: Surroundings, program: str, *arguments: str) -> None:
    programs = postgres_programs(server_account(), around.postgres.home)
    done = subprocess.run(
        [programs / program, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{program}: {done.stderr}"


def _shift(around: Surroundings) -> timedelta:
    shift: timedelta = _one(around, "SELECT coalesce(max(shift), interval '0') FROM clock")
    return shift


def _paid_here(around: Surroundings) -> int:
    return int(_one(around, "SELECT count(*) FROM refund_shares WHERE status = 'paid'"))


def _numbers(around: Surroundings) -> set[tuple[int, str]]:
    """Each order's key with the number of a reclamation of it."""
    with psycopg.connect(around.plain_url, autocommit=True) as connection:
        return set(connection.execute("SELECT order_id, number FROM reclamations").fetchall())


def _adopted(around: Surroundings) -> int:
    query = """
        SELECT count(*) FROM attempts WHERE action = 'look-up' AND result = 'done'
        AND at > (SELECT max(since) FROM incarnations)"""
    return int(_one(around, query))


def _one(around: Surroundings, query: str) -> Any:
    with psycopg.connect(around.plain_url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]
