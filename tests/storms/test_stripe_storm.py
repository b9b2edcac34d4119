"""The short form of the storm over Stripe, and its judge with what was planted into it."""

import random
from collections.abc import Callable

import psycopg
import pytest
from psycopg.rows import dict_row

from config.local.postgres import LocalPostgres
from tests.storms import stripe
from tests.storms.auditor import Row, compare, kinds
from tests.storms.stripe_book import stripe_rows

REFUNDS = 5
SWEEPERS = ("sweeper-1", "sweeper-2")


@pytest.mark.timeout(200)
@pytest.mark.parametrize("mode", ["keys", "no keys"])
def test_kills_and_lost_answers_at_stripe_lose_nothing_and_double_nothing(
    mode: stripe.Mode, cluster: LocalPostgres
) -> None:
    dice = random.Random(3)
    with stripe.at_stripe(mode, dice, cluster, broker=False, lease_seconds=1.5) as surroundings:
        around, line, url = surroundings
        line.fates = {"straight": 0.6, "answer-lost": 0.3, "request-lost": 0.1}
        raged = stripe.rage(around, line, url, mode, dice, 1, REFUNDS, SWEEPERS, ["sweeper"])
        with psycopg.connect(around.plain_url, row_factory=dict_row) as ours:
            there = stripe_rows(url)
            for kind, plant in PLANTED.items():
                found = compare(plant(there), ours, REFUNDS, "stripe")
                assert set(kinds(found)) == {kind}, kind

    assert raged.told == []
    assert line.seen["answer-lost"] > 0
    assert raged.kills.kills.total() == 1


PLANTED: dict[str, Callable[[list[Row]], list[Row]]] = {
    "lost": lambda rows: rows[1:],
    "doubled": lambda rows: [*rows, {**rows[0], "id": rows[0]["id"]}],
    "wrong-amount": lambda rows: [{**rows[0], "amount": rows[0]["amount"] + 1}, *rows[1:]],
    "wrong-currency": lambda rows: [{**rows[0], "currency": "CHF"}, *rows[1:]],
    "wrong-payment": lambda rows: [{**rows[0], "payment": "ch_another"}, *rows[1:]],
    "misnamed": lambda rows: [{**rows[0], "id": "re_another"}, *rows[1:]],
    "unknown-here": lambda rows: [*rows, {**rows[0], "id": "re_new", "reference": ""}],
}
