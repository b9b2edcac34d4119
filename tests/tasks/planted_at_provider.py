"""Refunds in PostgreSQL and in the sandbox's own book, discrepancies between them, and the run.

`python -m tests.tasks.planted_at_provider` plants 500 among 10,000, lets `redress refunds
reconcile` look for them over HTTP, and compares what it wrote with what was planted.

Claims and refunds are filed and asked for through the real doors; how they ended is written set
by set into the tables of both sides.
"""

import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import click
import psycopg
from psycopg.rows import class_row

from config.bootstrap import build
from config.settings import PROJECT
from tasks.effects.carry_out import carry_out_next
from tasks.providers.sandbox.ledger import Ledger
from tasks.workshop import open_workshop
from tests.storms.auditor import ledger_rows
from tests.storms.crowd import Crowd
from tests.storms.surroundings import Surroundings, surrounded
from tests.tasks.planted_fates import HEALING, ODD, PLANTED, Fate, Share, There, there

AGO = timedelta(hours=2)
"""When all was paid; what is newer than a quarter of an hour is not missed yet."""
MOST_LOOKED_AT = 20
"""So many of what a worker was still to pay are really handed to a worker afterwards."""

SHARES = """
    SELECT s.id, e.id AS effect, e.key || '-' || s.position AS reference, s.amount, p.currency,
           p.reference AS payment
    FROM refund_shares s JOIN refunds f ON f.id = s.refund_id JOIN effects e ON e.id = f.effect_id
    JOIN payments p ON p.id = s.payment_id ORDER BY s.id
"""
ENDS: Mapping[str, Sequence[str]] = {
    "paid": (
        (
            "UPDATE refund_shares SET status = 'paid', provider_reference ="
            " 'sbx_' || lpad(id::text, 8, '0') WHERE id = ANY(%(shares)s)"
        ),
        (
            "UPDATE refunds SET status = 'paid', paid_amount = amount, settled_at = %(at)s"
            " WHERE effect_id = ANY(%(effects)s)"
        ),
        "UPDATE effects SET status = 'done', done_at = %(at)s WHERE id = ANY(%(effects)s)",
    ),
    "unknown": (
        "UPDATE refunds SET status = 'unclear' WHERE effect_id = ANY(%(effects)s)",
        "UPDATE effects SET status = 'unknown' WHERE id = ANY(%(effects)s)",
        (
            "UPDATE items SET state = 'refund-unclear' WHERE id IN"
            " (SELECT item_id FROM effects WHERE id = ANY(%(effects)s))"
        ),
    ),
    "refused": (
        "UPDATE refund_shares SET status = 'refused' WHERE id = ANY(%(shares)s)",
        (
            "UPDATE refunds SET status = 'refused', settled_at = %(at)s"
            " WHERE effect_id = ANY(%(effects)s)"
        ),
        "UPDATE effects SET status = 'refused', done_at = %(at)s WHERE id = ANY(%(effects)s)",
    ),
    "waiting": (
        "UPDATE effects SET due_at = now() + interval '1 day' WHERE id = ANY(%(effects)s)",
    ),
}
"""How a refund stands here, and what is written for it."""
ATTEMPT = """
    INSERT INTO attempts (effect_id, share_id, epoch, at, action, key, request_hash, answered_at,
                          result, answer, worker)
    SELECT effect, share, 1, %(at)s, 'call', 'key-' || share, '', %(at)s, %(result)s, '{}', 'bulk'
    FROM unnest(%(effects)s::bigint[], %(shares)s::bigint[]) AS of_one(effect, share)
"""


@dataclass(slots=True)
class Expected:
    """What a run has to find: each discrepancy by kind and reference, and what heals."""

    discrepancies: Counter[tuple[str, str]] = field(default_factory=Counter)
    healed: dict[str, list[Share]] = field(default_factory=dict)
    """By how it stood here: unknown or waiting."""


@dataclass(slots=True)
class Ran:
    """What came of it."""

    expected: Expected
    seconds: list[float] = field(default_factory=list)
    """Of the first run and of the second."""
    words: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)


def plant(around: Surroundings, dice: random.Random, refunds: int, discrepancies: int) -> Expected:
    """Refunds on both sides, of which so many differ; as many again look odd and are sound."""
    redress = build(around.settings)
    crowd = Crowd(around, redress, dice, two_payments=refunds + 1)
    crowd.file(refunds)
    while crowd.asked < refunds:
        crowd.ask(500)
    redress.engine.dispose()
    expected = Expected()
    with psycopg.connect(around.plain_url) as ours:
        with ours.cursor(row_factory=class_row(Share)) as cursor:
            shares = cursor.execute(SHARES).fetchall()
        fates = list(_fates(shares, dice, discrepancies, expected))
        _write_here(ours, fates)
    _write_there(around, [row for _, fate in fates for row in fate.there], 2 * refunds)
    return expected


def _fates(
    shares: Sequence[Share], dice: random.Random, discrepancies: int, expected: Expected
) -> Iterator[tuple[Share, Fate]]:
    chosen = dice.sample(range(len(shares)), 2 * discrepancies)
    wrong = {n: list(PLANTED)[i % len(PLANTED)] for i, n in enumerate(chosen[:discrepancies])}
    odd = {n: ODD[i % len(ODD)] for i, n in enumerate(chosen[discrepancies:])}
    for number, share in enumerate(shares):
        if number in wrong:
            kind = wrong[number]
            fate = dice.choice(PLANTED[kind])(share)
            expected.discrepancies[kind, _told_as(share, fate)] += 1
        else:
            sound = odd.get(number, there())
            fate = sound(share)
            if sound in HEALING:
                expected.healed.setdefault(fate.here, []).append(share)
        yield share, fate


def _told_as(share: Share, fate: Fate) -> str:
    strange = [row.reference for row in fate.there if row.reference.startswith("stranger")]
    return strange[0] if strange else share.reference


def _write_here(ours: psycopg.Connection, fates: Sequence[tuple[Share, Fate]]) -> None:
    for here, statements in ENDS.items():
        for just_now in (False, True):
            group = [s for s, fate in fates if (fate.here, fate.just_now) == (here, just_now)]
            values = {
                "shares": [share.id for share in group],
                "effects": [share.effect for share in group],
                "at": datetime.now(UTC) - (timedelta(minutes=1) if just_now else AGO),
                "result": {"paid": "done", "refused": "refused"}.get(here, "unknown"),
            }
            for statement in (ATTEMPT, *statements):
                ours.execute(statement.encode(), values)


def _write_there(around: Surroundings, rows: Sequence[There], first_free: int) -> None:
    Ledger(around.ledger)  # makes the tables
    at = (datetime.now(UTC) - AGO).isoformat()
    with closing(sqlite3.connect(around.ledger)) as book, book:
        numbered = [
            replace(row, id=first_free + number) if row.id is None else row
            for number, row in enumerate(rows)
        ]
        book.executemany(
            "INSERT INTO refunds (id, reference, payment, amount, currency, key, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (r.id, r.reference, r.payment, r.amount, r.currency, f"key-{r.id}", at)
                for r in numbered
            ],
        )
        book.executemany(
            "INSERT INTO mishaps VALUES (?, ?, ?)",
            [(row.id, row.mishap, at) for row in numbered if row.mishap],
        )


def rage(around: Surroundings, dice: random.Random, refunds: int, discrepancies: int) -> Ran:
    """Plant, reconcile twice, and say what is not as it must be."""
    ran = Ran(plant(around, dice, refunds, discrepancies))
    around.start("provider")
    for number in (1, 2):
        _reconcile(around, ran)
        found = _found(around)
        missed, false = ran.expected.discrepancies - found, found - ran.expected.discrepancies
        ran.violations += [f"run {number}: missed {kind} of {ref}" for kind, ref in missed]
        ran.violations += [f"run {number}: false alarm {kind} of {ref}" for kind, ref in false]
    first, second = _runs(around)
    healed = sum(len(shares) for shares in ran.expected.healed.values())
    ran.words.append(
        f"{refunds} refunds here, {first[0]} listed there over HTTP, {first[1]} compared; found "
        f"{first[2]} of {discrepancies} planted, healed {first[3]} of {healed}; the second run "
        f"found the same {second[2]} and healed {second[3]}"
    )
    if (first[3], second[3]) != (healed, 0):
        ran.violations.append(f"{first[3]} and {second[3]} healed, not {healed} and none")
    ran.violations += _not_healed(around, ran.expected)
    return ran


def _reconcile(around: Surroundings, ran: Ran) -> None:
    """`redress refunds reconcile`, as whoever types it."""
    environment = around.processes["sweeper-1"].environment
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "config.cli", "refunds", "reconcile", "--provider", "sandbox"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    ran.seconds.append(time.monotonic() - began)
    if done.returncode != 1:  # "something differs that a person has to look at"
        ran.violations.append(f"exit {done.returncode}: {done.stderr[-500:]}")


def _found(around: Surroundings) -> Counter[tuple[str, str]]:
    query = "SELECT kind, reference FROM discrepancies WHERE closed_at IS NULL"
    with psycopg.connect(around.plain_url) as connection:
        return Counter((str(k), str(ref)) for k, ref in connection.execute(query))


def _runs(around: Surroundings) -> list[tuple[Any, ...]]:
    query = "SELECT listed, compared, found, healed FROM reconciliations ORDER BY id"
    with psycopg.connect(around.plain_url) as connection:
        return connection.execute(query).fetchall()


def _not_healed(around: Surroundings, expected: Expected) -> Iterator[str]:
    """What was unknown must be paid; what waits is given to a worker, who must pay nothing."""
    waiting = [share.effect for share in expected.healed.get("waiting", [])][:MOST_LOOKED_AT]
    before = len(ledger_rows(around.ledger))
    shop = open_workshop(around.settings)
    for effect in waiting:
        carry_out_next(shop, effect)
    shop.close()
    paid = len(ledger_rows(around.ledger)) - before
    if paid:
        yield f"{paid} adopted refunds were paid again"
    known = [share.effect for share in expected.healed.get("unknown", [])]
    query = """
        SELECT e.key, e.status, f.status, i.state FROM effects e
        JOIN refunds f ON f.effect_id = e.id JOIN items i ON i.id = f.item_id
        WHERE e.id = ANY(%s) AND (e.status, f.status, i.state) <> ('done', 'paid', 'goodwill-paid')
    """
    with psycopg.connect(around.plain_url) as connection:
        for key, *states in connection.execute(query, (known + waiting,)):
            yield f"{key} is {', '.join(states)}"


@click.command()
@click.option("--seed", type=int, default=2026, show_default=True)
@click.option("--refunds", type=click.IntRange(1), default=10_000, show_default=True)
@click.option("--discrepancies", type=click.IntRange(1), default=500, show_default=True)
def main(seed: int, refunds: int, discrepancies: int) -> None:
    """Plant discrepancies between our database and a provider, and reconcile the two."""
    began = time.monotonic()
    with surrounded(quiet=True, broker=False, durable=False) as around:
        ran = rage(around, random.Random(seed), refunds, discrepancies)
    kinds = Counter(kind for kind, _ in ran.expected.discrepancies)
    click.echo(", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())))
    click.echo("\n".join(ran.words))
    took = " and ".join(f"{seconds:.1f} s" for seconds in ran.seconds)
    click.echo(f"The runs took {took}; all of it {time.monotonic() - began:.0f} s.")
    for sentence in ran.violations[:20]:
        click.echo(f"  {sentence}", err=True)
    click.echo(f"{len(ran.violations)} violations (seed {seed}).")
    sys.exit(1 if ran.violations else 0)


if __name__ == "__main__":
    main()
