"""Storm 12, stripe: kill -9 of what pays refunds at Stripe, on a line that loses answers.

Stripe is localstripe, which knows no idempotency keys. Once a proxy before it honours them as
Stripe documents it, and once there is none: there nothing but the look-up by our reference in
the refund's metadata keeps a refund from being made twice, and localstripe itself is killed too.
localstripe's own list of refunds is the judge.
"""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import click
import psycopg
from psycopg.rows import dict_row

from config.bootstrap import build
from config.local.postgres import LocalPostgres
from config.local.valkey import free_port
from tests.storms import kill
from tests.storms.auditor import compare, kinds
from tests.storms.crowd import Crowd
from tests.storms.figures import Figures, Options, sentences
from tests.storms.lossy_line import STRAIGHT, LossyLine, lossy_line
from tests.storms.stripe_book import stripe_rows
from tests.storms.surroundings import READY_SECONDS, Surroundings, surrounded
from tests.support.loopback import http

KILLS, REFUNDS = 20, 200
SETTLED_SECONDS = 300.0
"""Each try that was unlucky lengthens the wait; after the sixth that is more than a minute."""
KEY = "sk_test_storm"
SHOPS = {"NORTH": "EUR", "EAST": "JPY"}
BY_CHARGE = 3
"""One payment in so many is named by its charge, the others by their PaymentIntent."""
TARGETS = ("child",) * 6 + ("worker",) * 3 + ("sweeper",) * 3
PARTS = ("worker-1", "worker-2", "sweeper-1")
Mode = Literal["keys", "no keys", "keys believed"]
"""`keys believed`: a planted mistake, for the storm itself to be judged by; nobody honours them."""

BLIND = """
    SELECT share_id, key FROM (
        SELECT share_id, key, action,
            lag(action) OVER own AS action_before, lag(result) OVER own AS result_before
        FROM attempts WHERE share_id IS NOT NULL WINDOW own AS (PARTITION BY share_id ORDER BY id)
    ) AS told
    WHERE action = 'call' AND action_before = 'call'
      AND result_before IS DISTINCT FROM 'not-begun'
"""
"""Calls that follow another call of the same share which may have paid, and no look-up."""


@dataclass(slots=True)
class Raged:
    """What one of the two came to."""

    mode: Mode
    kills: kill.Raged
    fates: str
    calls: int
    look_ups: int
    blind: int
    told: list[str] = field(default_factory=list)
    lost: int = 0
    doubled: int = 0

    def words(self) -> str:
        died = ", ".join(f"{count} {name}" for name, count in sorted(self.kills.kills.items()))
        return (
            f"{self.kills.kills.total()} kills ({died}), {self.fates}, {self.calls} calls, "
            f"{self.look_ups} look-ups, {self.blind} calls made again without one, "
            f"lost {self.lost}, doubled {self.doubled}, "
            f"settled {self.kills.settled_after:.1f} s after the last kill, "
            f"{self.kills.seconds:.0f} s"
        )


def run(options: Options) -> Figures:
    kills, refunds = options.kills or KILLS, options.refunds or REFUNDS
    counts: dict[str, object] = {"refunds each": refunds}
    violations: list[str] = []
    for mode in ("keys", "no keys"):
        with at_stripe(mode, options.dice()) as (around, line, upstream):
            raged = rage(around, line, upstream, mode, options.dice(), kills, refunds, PARTS)
        click.echo(f"  {mode}: {raged.words()}")
        counts[mode] = raged.words()
        violations += [f"{mode}: {sentence}" for sentence in raged.told]
    return Figures("stripe", counts, violations)


@contextmanager
def at_stripe(
    mode: Mode,
    dice: random.Random,
    cluster: LocalPostgres | None = None,
    *,
    broker: bool = True,
    lease_seconds: float = 6,
) -> Iterator[tuple[Surroundings, LossyLine, str]]:
    """Surroundings whose workers pay at localstripe over a lossy line; and localstripe's address.

    localstripe runs, and the proxy where there is one; no part of Redress does.
    """
    upstream = free_port()
    url = f"http://127.0.0.1:{upstream}"
    with (
        lossy_line(random.Random(dice.random())) as line,
        surrounded(
            cluster=cluster,
            broker=broker,
            quiet=True,
            LEASE_SECONDS=str(lease_seconds),
            STRIPE_API_KEY=KEY,
            STRIPE_API_BASE=f"http://127.0.0.1:{line.port}",
        ) as around,
    ):
        line.late_seconds = around.settings.lease_seconds / 3 + 0.5  # a call has a third of it
        book = str(around.folder / "stripe.pickle")
        around.add("stripe", "", command=["-m", "tests.storms.stripe_on_disk", str(upstream), book])
        for name in ("worker-1", "worker-2", "sweeper-1", "sweeper-2"):
            part = "worker" if name.startswith("worker") else "sweep"
            around.add(name, part, *_usual(part), **_arguments(mode, part, line))
        around.start("stripe")
        around.wait_until(lambda: _answers(url), READY_SECONDS, "localstripe")
        line.upstream = upstream if mode == "no keys" else _proxied(around, url, mode)
        yield around, line, url


def rage(
    around: Surroundings,
    line: LossyLine,
    upstream: str,
    mode: Mode,
    dice: random.Random,
    kills: int,
    refunds: int,
    parts: Sequence[str],
    targets: Sequence[str] = TARGETS,
) -> Raged:
    """Kill what pays refunds at Stripe, and compare localstripe's list with our ledger."""
    redress = build(around.settings)
    till = Till(upstream)
    crowd = Crowd(
        around, redress, dice, shops=SHOPS, prefix="S", provider="stripe", taken_as=till.take
    )
    around.start(*parts)
    if mode == "no keys":
        targets = (*targets, *["stripe"] * max(1, len(targets) // 4))
    killed = kill.rage(around, crowd, dice, kills, refunds, SETTLED_SECONDS, targets)
    redress.engine.dispose()
    line.fates = STRAIGHT
    raged = Raged(mode, killed, _list(line), *_tried(around))
    with psycopg.connect(around.plain_url, row_factory=dict_row) as connection:
        found = compare(stripe_rows(upstream), connection, refunds, "stripe")
    raged.lost, raged.doubled = kinds(found)["lost"], kinds(found)["doubled"]
    raged.told = [*killed.violations, *sentences(found)]
    if mode == "no keys" and raged.blind:
        raged.told.append(f"{raged.blind} calls were made again without a look-up before them.")
    return raged


class Till:
    """Takes payments at localstripe, each large enough that nothing paid twice is refused."""

    def __init__(self, url: str) -> None:
        self._url, self._taken = url, 0
        card = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2040", "cvc": "123"}
        asked = {"type": "card", **{f"card[{name}]": value for name, value in card.items()}}
        self._method = str(self._post("payment_methods", asked)["id"])

    def take(self, _name: str, captured: int, currency: str) -> str:
        """Stripe's name of a payment that a card has made."""
        asked = {"amount": str(10 * captured), "currency": currency.lower(), "confirm": "true"}
        made = self._post("payment_intents", {**asked, "payment_method": self._method})
        self._taken += 1
        if self._taken % BY_CHARGE:
            return str(made["id"])
        return str(made["latest_charge"]["id"])

    def _post(self, what: str, body: dict[str, str]) -> dict[str, Any]:
        signed = {"Authorization": f"Bearer {KEY}"}
        answer = http.post(f"{self._url}/v1/{what}", data=body, headers=signed)
        made: dict[str, Any] = answer.raise_for_status().json()
        return made


def _arguments(mode: Mode, part: str, line: LossyLine) -> dict[str, Any]:
    """How a part is started: as it is where keys are relied upon."""
    if mode != "no keys":
        return {}
    words = ["-m", "tests.storms.keyless", part]
    if part == "worker":
        words += ["--concurrency", "2", "--loglevel", "INFO"]
        words += ["--without-gossip", "--without-mingle"]
    return {"command": words, "environment": {"ON_ITS_WAY_SECONDS": f"{2 * line.late_seconds}"}}


def _usual(part: str) -> tuple[str, ...]:
    return ("--concurrency", "2") if part == "worker" else ()


def _proxied(around: Surroundings, url: str, mode: Mode) -> int:
    """Start the proxy that honours keys, or that does not where they are only believed in."""
    part = around.add("keys", "", command=["-m", "tests.tasks.providers.stripe_proxy", url])
    around.start("keys")
    around.wait_until(lambda: "\n" in part.words(), READY_SECONDS, "the proxy")
    address = part.words().strip()
    if mode == "keys believed":
        http.post(f"{address}/_proxy/honour_keys", json={"honour": False}).raise_for_status()
    return int(address.rpartition(":")[2])


def _answers(url: str) -> bool:
    try:
        return stripe_rows(url) == []
    except OSError:
        return False


def _tried(around: Surroundings) -> tuple[int, int, int]:
    """Calls, look-ups, and calls made again without a look-up, by plain SQL."""
    with psycopg.connect(around.plain_url) as connection:
        told = connection.execute(
            "SELECT count(*) FILTER (WHERE action = 'call'),"
            " count(*) FILTER (WHERE action = 'look-up') FROM attempts"
        ).fetchone()
        blind = len(connection.execute(BLIND).fetchall())
    assert told is not None
    return int(told[0]), int(told[1]), blind


def _list(line: LossyLine) -> str:
    return "requests: " + ", ".join(f"{count} {fate}" for fate, count in sorted(line.seen.items()))
