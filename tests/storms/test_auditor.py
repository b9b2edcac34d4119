"""The auditor finds what was planted into either ledger, and nothing else."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import dict_row

from config.bootstrap import build, read_rules
from config.local.postgres import LocalPostgres
from tasks.effects.carry_out import carry_out_next
from tasks.workshop import open_workshop
from tests.storms.auditor import Row, differences, kinds
from tests.storms.crowd import Crowd
from tests.storms.surroundings import Surroundings, surrounded

REFUNDS = 8


@pytest.fixture(scope="module")
def settled(cluster: LocalPostgres) -> Iterator[Surroundings]:
    """A few refunds that were paid by the book."""
    with surrounded(cluster=cluster, quiet=True, broker=False) as around:
        around.start("provider")
        pay_a_few(around)
        yield around


def pay_a_few(around: Surroundings) -> None:
    rules = read_rules(around.settings)
    redress = build(around.settings, rules)
    crowd = Crowd(around, redress, random.Random(3))
    crowd.file(REFUNDS)
    crowd.ask(REFUNDS)
    shop = open_workshop(around.settings, rules)
    while carry_out_next(shop):
        pass
    shop.close()
    redress.engine.dispose()


@pytest.fixture
def book(settled: Surroundings, tmp_path: Path) -> Path:
    """A copy of the provider's ledger, to be written into."""
    copy = tmp_path / "ledger.sqlite"
    with closing(sqlite3.connect(settled.ledger)) as source, closing(sqlite3.connect(copy)) as to:
        source.backup(to)
    return copy


@pytest.fixture
def ours(settled: Surroundings) -> Iterator[psycopg.Connection[Row]]:
    """Our database in a transaction that is rolled back, with every trigger asleep.

    Where a CHECK would refuse the plant, the plant takes it away first.
    """
    with psycopg.connect(settled.plain_url, row_factory=dict_row) as connection:
        connection.execute("SET LOCAL session_replication_role = replica")
        yield connection
        connection.rollback()


THERE = {
    "lost": "DELETE FROM refunds WHERE id = 1",
    "doubled": "INSERT INTO refunds (reference, payment, amount, currency, key, at)"
    " SELECT reference, payment, amount, currency, key, at FROM refunds WHERE id = 1",
    "wrong-amount": "UPDATE refunds SET amount = amount + 1 WHERE id = 1",
    "wrong-currency": "UPDATE refunds SET currency = 'CHF' WHERE id = 1",
    "wrong-payment": "UPDATE refunds SET payment = 'somebody-elses' WHERE id = 1",
    "unknown-here": "INSERT INTO refunds (reference, payment, amount, currency, key, at)"
    " VALUES ('of-nobody', 'p', 1, 'EUR', 'k', '2026-01-01')",
}

HERE = {
    "denied": "UPDATE refund_shares SET status = 'refused' WHERE id = 1",
    "misnamed": "UPDATE refund_shares SET provider_reference = 'sbx_99' WHERE id = 1",
    "stuck": "UPDATE effects SET status = 'waiting' WHERE id = 1",
    "with-a-person": "UPDATE effects SET status = 'unknown' WHERE id = 1",
    "held of a payment": "UPDATE payments SET refund_held = refund_held - 1 WHERE id = 1",
    "held above what was captured": "ALTER TABLE payments DROP CONSTRAINT"
    " ck_payments_refund_within_captured; UPDATE payments SET captured = captured - 1 WHERE id = 1",
    "held of a line": "UPDATE order_lines SET refund_held = refund_held - 1 WHERE id = 1",
    "held above what was paid": "ALTER TABLE order_lines DROP CONSTRAINT"
    " ck_order_lines_refund_within_paid; UPDATE order_lines SET paid = paid - 1 WHERE id = 1",
    "held of shipping": "UPDATE orders SET shipping_paid = 1, shipping_refund_held = 1"
    " WHERE id = 1",
    "held in the entries": "UPDATE refund_lines SET amount = amount + 1 WHERE id = 1",
    "held as paid": "UPDATE refunds SET paid_amount = paid_amount - 1 WHERE id = 1",
    "journal changed": "UPDATE journal SET actor_name = 'Nobody' WHERE id = 1",
    "journal with a gap": "DELETE FROM journal WHERE id = 2",
    "journal cut": "DELETE FROM journal WHERE id = (SELECT max(id) FROM journal)",
    "journal without a head": "DELETE FROM journal_heads WHERE reclamation_id = 1",
}


def test_two_ledgers_that_agree_are_called_so(book: Path, ours: psycopg.Connection[Row]) -> None:
    assert differences(book, ours, paid_in_full=REFUNDS) == []


@pytest.mark.parametrize("kind", THERE)
def test_what_was_planted_at_the_provider_is_found(
    kind: str, book: Path, ours: psycopg.Connection[Row]
) -> None:
    with closing(sqlite3.connect(book, isolation_level=None)) as connection:
        connection.execute(THERE[kind])

    assert set(kinds(differences(book, ours, paid_in_full=REFUNDS))) == {kind}


@pytest.mark.parametrize("planted", HERE)
def test_what_was_planted_in_our_database_is_found(
    planted: str, book: Path, ours: psycopg.Connection[Row]
) -> None:
    ours.execute(HERE[planted].encode())

    kind = planted.split(maxsplit=1)[0]
    found = kinds(differences(book, ours))
    assert kind in found
    assert set(found) <= {kind, "held"}


def test_a_refund_that_was_never_written_down_is_missed(
    book: Path, ours: psycopg.Connection[Row]
) -> None:
    assert set(kinds(differences(book, ours, paid_in_full=REFUNDS + 1))) == {"lost"}
