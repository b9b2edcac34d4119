"""The least that moving a chunk of cases costs: the same rows, by hand, through plain psycopg."""

import hashlib

import psycopg

LOCK_ORDERS = """
SELECT id FROM orders WHERE id IN (
    SELECT r.order_id FROM reclamations r JOIN items i ON i.reclamation_id = r.id
    WHERE i.id = ANY(%s)) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
"""
LOCK_RECLAMATIONS = """
SELECT id FROM reclamations WHERE id IN (SELECT reclamation_id FROM items WHERE id = ANY(%s))
ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
"""
READ = """
SELECT i.id, i.reclamation_id, i.workflow_hash, h.sequence, h.hash, redress_now()
FROM items i JOIN journal_heads h ON h.reclamation_id = i.reclamation_id
WHERE i.id = ANY(%s) AND i.final IS NULL
"""
MOVE = """
UPDATE items SET workflow_hash = %s, state = 'on-its-way', waits_for = 'customer',
       version = version + 1 WHERE id = ANY(%s)
"""
END_CLOCKS = """
UPDATE deadlines SET ended_at = %s, ending = 'left'
WHERE reclamation_id = ANY(%s) AND item_id = ANY(%s) AND ended_at IS NULL
"""
BEGIN_CLOCKS = """
INSERT INTO deadlines (reclamation_id, item_id, event, state, begun_at, runs_out_at, due_at)
SELECT i.reclamation_id, i.id, 'parcel-reminder-due', i.state, i.state_since,
       i.state_since + interval '10 days', i.state_since + interval '10 days'
FROM items i WHERE i.id = ANY(%s)
"""
WRITE_JOURNAL = """
INSERT INTO journal (reclamation_id, item_id, sequence, at, kind, actor_kind, actor_id,
                     actor_name, from_state, to_state, input, workflow_hash, previous_hash, hash)
SELECT r, i, s, %s, 'migrated', 'person', 1, 'Anna', 'awaiting-parcel', 'on-its-way',
       jsonb_build_object('migration', 0, 'from', v, 'to', %s::text), %s, p, h
FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::text[], %s::text[], %s::text[])
     AS given(r, i, s, v, p, h)
"""
MOVE_HEADS = """
UPDATE journal_heads h SET sequence = given.s, hash = given.h
FROM unnest(%s::bigint[], %s::int[], %s::text[]) AS given(r, s, h) WHERE h.reclamation_id = given.r
"""
STATEMENTS = 8
"""How many there are, without BEGIN and COMMIT."""


def move_chunk(connection: psycopg.Connection, item_ids: list[int], to_hash: str) -> None:
    """Lock, read, write, commit."""
    run = connection.execute
    run(LOCK_ORDERS, [item_ids])
    run(LOCK_RECLAMATIONS, [item_ids])
    rows = run(READ, [item_ids]).fetchall()
    items, reclamations, versions, sequences, heads, times = map(list, zip(*rows, strict=True))
    hashes = [
        hashlib.sha256(f"{previous}{item}{sequence}{to_hash}".encode()).hexdigest()
        for item, sequence, previous in zip(items, sequences, heads, strict=True)
    ]
    following = [sequence + 1 for sequence in sequences]
    run(MOVE, [to_hash, items])
    run(END_CLOCKS, [times[0], reclamations, items])
    run(BEGIN_CLOCKS, [items])
    run(
        WRITE_JOURNAL,
        [times[0], to_hash, to_hash, reclamations, items, following, versions, heads, hashes],
    )
    run(MOVE_HEADS, [reclamations, following, hashes])
    connection.commit()
