"""The least that asking for a refund costs: the same rows, by hand, through plain psycopg."""

import hashlib
from dataclasses import dataclass

import psycopg
from psycopg.types.json import Jsonb

LOCK_ORDER = "SELECT id FROM orders WHERE id = %s FOR NO KEY UPDATE"
LOCK_RECLAMATION = "SELECT id FROM reclamations WHERE id = %s FOR NO KEY UPDATE"
READ = """
SELECT i.state, i.version, i.workflow_hash, i.order_line_id, l.paid, l.tax, l.tax_rate,
       l.refund_held, p.id, p.captured, p.refund_held, h.sequence, h.hash, redress_now()
FROM items i
JOIN order_lines l ON l.id = i.order_line_id
JOIN payments p ON p.order_id = l.order_id
JOIN journal_heads h ON h.reclamation_id = i.reclamation_id
WHERE i.id = %s
"""
MOVE = """
UPDATE items SET state = 'refunding', state_since = %s, waits_for = 'provider',
       version = version + 1, last_person_id = 1 WHERE id = %s
"""
WRITE_JOURNAL = """
INSERT INTO journal (reclamation_id, item_id, sequence, at, kind, actor_kind, actor_id,
                     actor_name, event, from_state, to_state, input, workflow_hash,
                     previous_hash, hash)
VALUES (%s, %s, %s, %s, 'event', 'person', 1, 'Anna', 'refund', %s, 'refunding', %s, %s, %s, %s)
"""
MOVE_HEAD = "UPDATE journal_heads SET sequence = %s, hash = %s WHERE reclamation_id = %s"
ASK = """
INSERT INTO effects (reclamation_id, item_id, kind, generation, key, use, outcomes, request,
                     asked_at, due_at)
VALUES (%s, %s, 'refund.pay', 1, %s, 'pay-refund', %s, %s, %s, %s) RETURNING id
"""
REFUND = """
INSERT INTO refunds (order_id, reclamation_id, item_id, amount, currency, status, calculation,
                     asked_at, asked_by, asked_by_id, cleared_at, cleared_by_id, effect_id)
VALUES (%s, %s, %s, %s, 'EUR', 'asked', %s, %s, 'Anna', 1, now(), 1, %s) RETURNING id
"""
REFUND_LINE = """
INSERT INTO refund_lines (refund_id, order_line_id, order_id, amount, tax, tax_rate)
VALUES (%s, %s, %s, %s, %s, %s)
"""
REFUND_SHARE = """
INSERT INTO refund_shares (refund_id, payment_id, position, amount) VALUES (%s, %s, 1, %s)
"""
STATEMENTS = 10
"""How many there are, without BEGIN and COMMIT."""


@dataclass(frozen=True, slots=True)
class Received:
    """An item whose refund is to be asked for."""

    order_id: int
    reclamation_id: int
    item_id: int


def ask_for_refund(connection: psycopg.Connection, case: Received, amount: int) -> None:
    """Lock, read, decide, write, commit; the checks are the ones that keep money right."""
    run = connection.execute
    run(LOCK_ORDER, [case.order_id])
    run(LOCK_RECLAMATION, [case.reclamation_id])
    row = run(READ, [case.item_id]).fetchone()
    assert row is not None, "the item is not there"
    (state, _, version_hash, line, paid, tax, rate, held, payment, captured, refunded) = row[:11]
    sequence, previous, now = row[11:]
    if state != "received" or amount > paid - held or amount > captured - refunded:
        raise ValueError("this refund is not to be had")
    typed = Jsonb({"amount": amount})
    digest = hashlib.sha256(f"{previous}{case}{sequence}{amount}".encode()).hexdigest()
    run(MOVE, [now, case.item_id])
    entry = [case.reclamation_id, case.item_id, sequence + 1, now, state, typed, version_hash]
    run(WRITE_JOURNAL, [*entry, previous, digest])
    run(MOVE_HEAD, [sequence + 1, digest, case.reclamation_id])
    asked = [case.reclamation_id, case.item_id, digest, Jsonb({}), typed, now, now]
    effect = run(ASK, asked).fetchone()
    assert effect is not None, "no effect was written"
    calculation = Jsonb([{"text": "The whole of it", "amount": amount}])
    values = [case.order_id, case.reclamation_id, case.item_id, amount, calculation, now]
    refund = run(REFUND, [*values, effect[0]]).fetchone()
    assert refund is not None, "no refund was written"
    run(REFUND_LINE, [refund[0], line, case.order_id, amount, tax * amount // paid, rate])
    run(REFUND_SHARE, [refund[0], payment, amount])
    connection.commit()
