"""Compares the provider's own ledger with our database, by plain SQL and nothing of our program.

It knows the two sets of tables and how a share's reference is put together; it shares no line of
code with what it judges, so that a mistake made there is not made here again.
"""

import hashlib
import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any, Literal

import psycopg
from psycopg.rows import dict_row

Kind = Literal[
    "lost",  # we say it was paid, or nobody tries any more, and the provider knows nothing
    "doubled",  # the provider paid one share more than once
    "wrong-amount",
    "wrong-currency",
    "wrong-payment",
    "unknown-here",  # the provider paid what we never asked for
    "denied",  # the provider paid, and we wrote that it was refused or given up
    "misnamed",  # we keep another name of the provider's refund than the provider
    "stuck",  # still waiting: it was to be over by now
    "with-a-person",  # unknown or stopped: nothing is lost, but a person has to decide
    "held",  # what is held or counted does not add up
    "journal",  # the chain of a reclamation's journal is broken
]
Row = dict[str, Any]

SHARES = """
    SELECT s.id, s.amount, s.status, s.provider_reference, s.position, f.status AS refund_status,
           p.reference AS payment, p.currency, e.key, e.status AS effect_status, e.last_word
    FROM refund_shares s
    JOIN refunds f ON f.id = s.refund_id
    JOIN payments p ON p.id = s.payment_id
    JOIN effects e ON e.id = f.effect_id
    WHERE p.provider = %s
    ORDER BY s.id
"""

SUMS = {
    "payment {0} holds {1}, its shares come to {2}": """
        SELECT p.reference, p.refund_held, coalesce(sum(s.amount), 0)
        FROM payments p LEFT JOIN refund_shares s
          ON s.payment_id = p.id AND s.status IN ('held', 'paid')
        GROUP BY p.id HAVING p.refund_held <> coalesce(sum(s.amount), 0)""",
    "payment {0} holds {1} and captured {2}": """
        SELECT reference, refund_held, captured FROM payments
        WHERE refund_held NOT BETWEEN 0 AND captured""",
    "order line {0} holds {1}, its entries come to {2}": """
        SELECT l.id, l.refund_held, coalesce(sum(r.amount), 0)
        FROM order_lines l LEFT JOIN refund_lines r ON r.order_line_id = l.id
        GROUP BY l.id HAVING l.refund_held <> coalesce(sum(r.amount), 0)""",
    "order line {0} holds {1} and was paid {2}": """
        SELECT id, refund_held, paid FROM order_lines WHERE refund_held NOT BETWEEN 0 AND paid""",
    "order {0} holds {1} of its shipping, the entries come to {2}": """
        SELECT o.number, o.shipping_refund_held, coalesce(sum(r.amount), 0)
        FROM orders o LEFT JOIN refund_lines r ON r.order_id = o.id AND r.order_line_id IS NULL
        GROUP BY o.id HAVING o.shipping_refund_held <> coalesce(sum(r.amount), 0)""",
    "refund {0} is over {1}, its lines come to {2}": """
        SELECT f.id, f.amount, coalesce(sum(l.amount), 0)
        FROM refunds f LEFT JOIN refund_lines l ON l.refund_id = f.id
        WHERE f.status IN ('asked', 'paid', 'unclear', 'proposed')
          AND f.paid_amount IN (0, f.amount)
        GROUP BY f.id HAVING f.amount <> coalesce(sum(l.amount), 0)""",
    "refund {0} is over {1}, its shares come to {2}": """
        SELECT f.id, f.amount, coalesce(sum(s.amount), 0)
        FROM refunds f LEFT JOIN refund_shares s ON s.refund_id = f.id
        WHERE f.status IN ('asked', 'paid', 'unclear')
        GROUP BY f.id HAVING f.amount <> coalesce(sum(s.amount), 0)""",
    "refund {0} says that {1} was paid, its shares say {2}": """
        SELECT f.id, f.paid_amount, coalesce(sum(s.amount), 0)
        FROM refunds f LEFT JOIN refund_shares s ON s.refund_id = f.id AND s.status = 'paid'
        WHERE f.status IN ('paid', 'refused')
        GROUP BY f.id HAVING f.paid_amount <> coalesce(sum(s.amount), 0)""",
}

JOURNAL = """
    SELECT j.*, r.number, i.position FROM journal j
    JOIN reclamations r ON r.id = j.reclamation_id LEFT JOIN items i ON i.id = j.item_id
    ORDER BY j.reclamation_id, j.sequence
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that must not be, with the names of what it is about."""

    kind: Kind
    sentence: str


def audit(
    ledger: Path,
    database: str,
    *,
    paid_in_full: int | None = None,
    may_be: Collection[Kind] = (),
) -> list[Difference]:
    """Everything in which the two ledgers differ, and what is wrong in ours by itself.

    `ledger` is the sandbox's SQLite file, `database` an address for psycopg of a role that sees
    everything. `paid_in_full` is how many refunds must have been paid to the end, as whoever
    asked for them knows. Kinds in `may_be` are not told.
    """
    with psycopg.connect(database, row_factory=dict_row) as connection:
        connection.read_only = True
        found = differences(ledger, connection, paid_in_full)
    return [difference for difference in found if difference.kind not in may_be]


def differences(
    ledger: Path, connection: psycopg.Connection[Row], paid_in_full: int | None = None
) -> list[Difference]:
    """`audit` within a transaction of the caller's, whose rows are dictionaries."""
    return compare(ledger_rows(ledger), connection, paid_in_full)


def compare(
    there: list[Row],
    connection: psycopg.Connection[Row],
    paid_in_full: int | None = None,
    provider: str = "sandbox",
) -> list[Difference]:
    """`differences` where the rows of the provider's book are in hand already."""
    return [
        *_ledgers(there, connection.execute(SHARES, (provider,)).fetchall()),
        *_unsettled(connection, paid_in_full),
        *_sums(connection),
        *_chains(connection),
    ]


def ledger_rows(ledger: Path) -> list[Row]:
    """Every refund in the provider's book, oldest first; its `id` as the provider shows it."""
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True, timeout=30)) as book:
        book.row_factory = sqlite3.Row
        rows = book.execute("SELECT * FROM refunds ORDER BY id").fetchall()
    return [{**dict(row), "id": f"sbx_{row['id']:08d}"} for row in rows]


def kinds(differences: Collection[Difference]) -> Counter[str]:
    return Counter(difference.kind for difference in differences)


def _ledgers(there: list[Row], here: list[Row]) -> Iterator[Difference]:
    by_reference: defaultdict[str, list[Row]] = defaultdict(list)
    for row in there:
        by_reference[row["reference"]].append(row)
    for share in here:
        reference = f"{share['key']}-{share['position']}"
        yield from _share(reference, share, by_reference.pop(reference, []))
    for reference, rows in by_reference.items():
        for row in rows:
            yield Difference(
                "unknown-here",
                f"{row['id']}: {row['amount']} {row['currency']} to {row['payment']} under "
                f"{reference}",
            )


def _share(reference: str, share: Row, paid: list[Row]) -> Iterator[Difference]:
    about = f"{reference}, {share['amount']} {share['currency']} to {share['payment']}"
    if not paid:
        if share["status"] == "paid":
            yield Difference("lost", f"{about}: paid, we say, as {share['provider_reference']}")
        return
    if len(paid) > 1:
        names = ", ".join(f"{row['id']} ({row['amount']})" for row in paid)
        yield Difference("doubled", f"{about}: {len(paid)} times, {names}")
    for row in paid:
        if row["amount"] != share["amount"]:
            yield Difference("wrong-amount", f"{about}: {row['id']} is over {row['amount']}")
        if row["currency"] != share["currency"]:
            yield Difference("wrong-currency", f"{about}: {row['id']} is in {row['currency']}")
        if row["payment"] != share["payment"]:
            yield Difference("wrong-payment", f"{about}: {row['id']} went to {row['payment']}")
    if share["status"] in {"refused", "released"}:
        yield Difference("denied", f"{about}: {share['status']}, we say, and {paid[0]['id']} is it")
    if share["status"] == "paid" and share["provider_reference"] not in {r["id"] for r in paid}:
        yield Difference("misnamed", f"{about}: kept as {share['provider_reference']}")


def _unsettled(
    connection: psycopg.Connection[Row], paid_in_full: int | None
) -> Iterator[Difference]:
    waiting = connection.execute(
        "SELECT kind, key, tries, due_at, last_word FROM effects WHERE status = 'waiting'"
    )
    for row in waiting:
        yield Difference(
            "stuck",
            f"{row['kind']} {row['key']}, tried {row['tries']} times, due {row['due_at']}, "
            f"{row['last_word']!r}",
        )
    left = connection.execute(
        "SELECT kind, key, status, last_word FROM effects WHERE status IN ('unknown', 'stopped')"
    )
    for row in left:
        yield Difference(
            "with-a-person", f"{row['kind']} {row['key']} is {row['status']}: {row['last_word']}"
        )
    if paid_in_full is not None:
        told = connection.execute(
            "SELECT count(*) AS paid FROM refunds f WHERE f.status = 'paid' AND f.paid_amount ="
            " f.amount AND NOT EXISTS (SELECT FROM refund_shares s WHERE s.refund_id = f.id AND"
            " s.status <> 'paid')"
        ).fetchone()
        paid = 0 if told is None else int(told["paid"])
        if paid != paid_in_full:
            yield Difference("lost", f"{paid_in_full} refunds were asked for, {paid} are paid")


def _sums(connection: psycopg.Connection[Row]) -> Iterator[Difference]:
    for sentence, query in SUMS.items():
        for row in connection.execute(query):
            yield Difference("held", sentence.format(*row.values()))


def _chains(connection: psycopg.Connection[Row]) -> Iterator[Difference]:
    heads = {
        row["reclamation_id"]: (row["sequence"], row["hash"])
        for row in connection.execute("SELECT * FROM journal_heads")
    }
    ends: dict[int, tuple[int, str]] = {}
    with connection.cursor("journal", row_factory=dict_row) as entries:
        for entry in entries.execute(JOURNAL):
            sequence, previous = ends.get(entry["reclamation_id"], (0, "0" * 64))
            about = f"entry {entry['sequence']} of {entry['number']}"
            if (entry["sequence"], entry["previous_hash"]) != (sequence + 1, previous):
                yield Difference("journal", f"{about} does not follow the one before it")
            if _hash_of(entry) != entry["hash"]:
                yield Difference("journal", f"{about} is not what was written")
            ends[entry["reclamation_id"]] = (entry["sequence"], entry["hash"])
    for reclamation_id in heads.keys() | ends.keys():
        if heads.get(reclamation_id) != ends.get(reclamation_id):
            yield Difference("journal", f"the end of the journal of case {reclamation_id} is cut")


def _hash_of(entry: Row) -> str:
    said = {
        "actor": [entry["actor_kind"], entry["actor_id"], entry["actor_name"]],
        "at": entry["at"].astimezone(UTC).isoformat(),
        "event": entry["event"],
        "from": entry["from_state"],
        "input": entry["input"],
        "item": entry["position"],
        "kind": entry["kind"],
        "previous": entry["previous_hash"],
        "reclamation": entry["number"],
        "sequence": entry["sequence"],
        "to": entry["to_state"],
        "token": entry["request_token"],
        "workflow": entry["workflow_hash"],
    }
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
