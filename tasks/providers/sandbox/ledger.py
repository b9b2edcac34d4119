"""The sandbox's own book: payments, refunds, answers kept under keys, and its movable clock.

A SQLite file. Everything is committed before it is answered, so that what the sandbox said is
true after a crash, too. Amounts are integers in minor units.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

KEY_LIFETIME = timedelta(hours=24)

TABLES = """
CREATE TABLE IF NOT EXISTS payments (
    reference TEXT PRIMARY KEY, amount INTEGER, currency TEXT NOT NULL, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS refunds (
    id INTEGER PRIMARY KEY AUTOINCREMENT, reference TEXT NOT NULL, payment TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0), currency TEXT NOT NULL, key TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS refunds_reference ON refunds (reference);
CREATE INDEX IF NOT EXISTS refunds_payment ON refunds (payment);
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, asked TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS mishaps (
    refund INTEGER PRIMARY KEY, status TEXT NOT NULL CHECK (status IN ('reversed', 'failed')),
    at TEXT NOT NULL
);
CREATE VIEW IF NOT EXISTS refunds_now AS
    SELECT refunds.*, coalesce(mishaps.status, 'paid') AS status,
        coalesce(mishaps.at, refunds.at) AS changed
    FROM refunds LEFT JOIN mishaps ON mishaps.refund = refunds.id;
CREATE TABLE IF NOT EXISTS clock (id INTEGER PRIMARY KEY CHECK (id = 1), ahead REAL NOT NULL);
INSERT OR IGNORE INTO clock VALUES (1, 0);
"""

JsonObject = dict[str, object]


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP status and a JSON body."""

    status: int
    body: JsonObject


@dataclass(frozen=True, slots=True)
class Asked:
    """A refund as it was asked for."""

    key: str
    payment: str
    amount: int
    currency: str
    reference: str

    @property
    def text(self) -> str:
        """What must be the same when the key is the same."""
        return json.dumps([self.payment, self.amount, self.currency, self.reference])


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """What goes wrong in the book itself, for one refund whose key is new."""

    refuse: str | None = None
    store_error: bool = False
    store_error_after_paying: bool = False
    pay_twice: bool = False


class Ledger:
    """One SQLite file, shared by the threads of one process; each thread its own connection.

    With `open_payments`, a payment never heard of is taken as captured without bound.
    """

    def __init__(self, path: Path, *, open_payments: bool = False) -> None:
        self._path = path
        self._open_payments = open_payments
        self._threads = threading.local()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection().executescript(TABLES)

    def register_payment(self, reference: str, amount: int, currency: str) -> Reply:
        """Take a payment as captured; the same again changes nothing, another is refused."""
        with self._transaction() as book:
            book.execute(
                "INSERT OR IGNORE INTO payments VALUES (?, ?, ?, ?)",
                (reference, amount, currency, self._now(book).isoformat()),
            )
            known = book.execute(
                "SELECT amount, currency FROM payments WHERE reference = ?", (reference,)
            ).fetchone()
        if tuple(known) != (amount, currency):
            return _error(409, f"Payment {reference} is known with {known[0]} {known[1]}.")
        return Reply(201, {"payment": reference, "amount": amount, "currency": currency})

    def refund(self, asked: Asked, wrong: Misbehaviour) -> Reply:
        """Refund, or answer what the key got before; the answer is kept under the key."""
        with self._transaction() as book:
            now = self._now(book)
            kept = book.execute(
                "SELECT asked, status, body FROM answers WHERE key = ? AND at > ?",
                (asked.key, (now - KEY_LIFETIME).isoformat()),
            ).fetchone()
            if kept is not None:
                if kept["asked"] != asked.text:
                    return _error(409, "This Idempotency-Key was used for another refund.")
                return Reply(kept["status"], json.loads(kept["body"]))
            reply = self._decide(book, asked, wrong, now)
            book.execute(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)",
                (asked.key, asked.text, reply.status, json.dumps(reply.body), now.isoformat()),
            )
        return reply

    def befall(self, refund: str, status: str) -> Reply:
        """Have a refund reversed by the customer's bank, or fail after it was made."""
        number = refund.removeprefix("sbx_")
        row_id = int(number) if number.isdecimal() else 0
        with self._transaction() as book:
            book.execute(
                "INSERT OR REPLACE INTO mishaps SELECT id, ?, ? FROM refunds WHERE id = ?",
                (status, self._now(book).isoformat(), row_id),
            )
            row = book.execute("SELECT * FROM refunds_now WHERE id = ?", (row_id,)).fetchone()
        if row is None:
            return _error(404, f"There is no refund {refund}.")
        return Reply(200, _shown(row))

    def look_up(self, reference: str, payment: str | None = None) -> JsonObject:
        """Every refund with this reference of the shop's, and the others of the payment."""
        rows = self._connection().execute(
            "SELECT * FROM refunds_now WHERE reference = ? OR payment = ? ORDER BY id",
            (reference, payment),
        )
        shown = [_shown(row) for row in rows]
        return {
            "refunds": [each for each in shown if each["reference"] == reference],
            "others": [each for each in shown if each["reference"] != reference],
        }

    def page(self, after: int, limit: int, since: str = "") -> JsonObject:
        """The refunds made or changed since, in the order they were made, after that with the
        number `after`."""
        rows = (
            self._connection()
            .execute(
                "SELECT * FROM refunds_now WHERE id > ? AND changed >= ? ORDER BY id LIMIT ?",
                (after, since, limit),
            )
            .fetchall()
        )
        following = rows[-1]["id"] if len(rows) == limit else None
        return {"refunds": [_shown(row) for row in rows], "next": following}

    def latest(self, limit: int) -> list[JsonObject]:
        rows = self._connection().execute(
            "SELECT * FROM refunds_now ORDER BY id DESC LIMIT ?", (limit,)
        )
        return [_shown(row) for row in rows]

    def now(self) -> datetime:
        return self._now(self._connection())

    def move_clock(self, seconds: float) -> datetime:
        """Move the sandbox's clock on (or back) and tell what it shows now."""
        with self._transaction() as book:
            book.execute("UPDATE clock SET ahead = ahead + ?", (seconds,))
            return self._now(book)

    def forget(self) -> None:
        """Everything is as on the first day, the clock too; for tests and trials."""
        with self._transaction() as book:
            for table in ("payments", "refunds", "answers", "mishaps"):
                book.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
            book.execute("UPDATE clock SET ahead = 0")

    def _decide(
        self, book: sqlite3.Connection, asked: Asked, wrong: Misbehaviour, now: datetime
    ) -> Reply:
        refusal = self._refusal(book, asked, wrong, now)
        if refusal is not None:
            return refusal
        if wrong.store_error and not wrong.store_error_after_paying:
            return _error(500, "Something went wrong here; this answer is kept under your key.")
        for _ in range(2 if wrong.pay_twice else 1):
            written = book.execute(
                "INSERT INTO refunds (reference, payment, amount, currency, key, at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    asked.reference,
                    asked.payment,
                    asked.amount,
                    asked.currency,
                    asked.key,
                    now.isoformat(),
                ),
            )
        if wrong.store_error:
            return _error(500, "Something went wrong here; this answer is kept under your key.")
        row = book.execute("SELECT * FROM refunds WHERE id = ?", (written.lastrowid,)).fetchone()
        return Reply(201, _shown(row))

    def _refusal(
        self, book: sqlite3.Connection, asked: Asked, wrong: Misbehaviour, now: datetime
    ) -> Reply | None:
        if wrong.refuse is not None:
            return _error(402, wrong.refuse)
        if self._open_payments:
            book.execute(
                "INSERT OR IGNORE INTO payments VALUES (?, NULL, ?, ?)",
                (asked.payment, asked.currency, now.isoformat()),
            )
        payment = book.execute(
            "SELECT amount, currency,"
            " (SELECT coalesce(sum(amount), 0) FROM refunds_now"
            "  WHERE payment = ?1 AND status = 'paid') AS refunded"
            " FROM payments WHERE reference = ?1",
            (asked.payment,),
        ).fetchone()
        if payment is None:
            return _error(404, f"There is no payment {asked.payment}.")
        if payment["currency"] != asked.currency:
            return _error(402, f"Payment {asked.payment} was made in {payment['currency']}.")
        if payment["amount"] is not None and asked.amount > payment["amount"] - payment["refunded"]:
            left = f"{payment['amount'] - payment['refunded']} {asked.currency} (minor)"
            return _error(402, f"Of payment {asked.payment} only {left} are left.")
        return None

    def _now(self, book: sqlite3.Connection) -> datetime:
        (ahead,) = book.execute("SELECT ahead FROM clock").fetchone()
        return datetime.now(UTC) + timedelta(seconds=ahead)

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._threads, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self._path, timeout=30, isolation_level=None)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            self._threads.connection = connection
        return connection

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def _shown(row: sqlite3.Row) -> JsonObject:
    return {**dict(row), "id": f"sbx_{row['id']:08d}"}


def _error(status: int, sentence: str) -> Reply:
    return Reply(status, {"error": sentence})
