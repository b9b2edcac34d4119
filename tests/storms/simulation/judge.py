"""What must hold at the end of a run: the two ledgers, and what the protocol promises."""

from collections import defaultdict
from typing import Any

import psycopg
from psycopg.rows import dict_row, tuple_row

from tests.storms import auditor
from tests.storms.simulation.provider import Book
from tests.storms.simulation.stage import Stage
from tests.storms.simulation.world import World

Row = dict[str, Any]
STATES = {"done": "goodwill-paid", "refused": "refund-refused", "unknown": "refund-unclear"}
FINDERS = {"a look-up", "a late answer"}

EFFECTS = """
    SELECT e.id, e.key, e.status, e.taken_by, e.last_word, i.state, f.status AS refund_status,
           f.paid_amount,
           EXISTS (SELECT FROM incidents n WHERE n.effect_id = e.id AND n.resolved_at IS NULL)
               AS is_told,
           EXISTS (SELECT FROM incidents n WHERE n.effect_id = e.id) AS was_told,
           EXISTS (SELECT FROM effects l WHERE l.item_id = e.item_id AND l.id > e.id) AS is_earlier
    FROM effects e JOIN items i ON i.id = e.item_id JOIN refunds f ON f.effect_id = e.id
    WHERE e.kind = 'refund.pay' ORDER BY e.id
"""
SHARES = """
    SELECT s.id, s.status, s.position, f.effect_id FROM refund_shares s
    JOIN refunds f ON f.id = s.refund_id ORDER BY s.id
"""
ATTEMPTS = """
    SELECT id, effect_id, share_id, epoch, action, result, worker, at, answered_at
    FROM attempts ORDER BY id
"""


def judge(world: World, stage: Stage, book: Book) -> None:
    """Write every violation down at the stage."""
    raw = world.raw
    raw.row_factory = dict_row
    try:
        effects = raw.execute(EFFECTS).fetchall()
        shares = raw.execute(SHARES).fetchall()
        attempts = raw.execute(ATTEMPTS).fetchall()
        observed = {
            (row["effect_id"], row["epoch"])
            for row in raw.execute("SELECT effect_id, epoch FROM observations").fetchall()
        }
        said = raw.execute(
            "SELECT input, actor_name FROM journal WHERE kind = 'effect' ORDER BY id"
        ).fetchall()
        lost = raw.execute(
            "SELECT i.id, i.state FROM items i WHERE i.state = 'refunding' AND NOT EXISTS"
            " (SELECT FROM effects e WHERE e.item_id = i.id AND e.status = 'waiting')"
        ).fetchall()
        _ledgers(stage, book, effects, raw)
    finally:
        raw.row_factory = tuple_row  # type: ignore[assignment]
    if lost:
        stage.violated("a refund is under way and nothing pays it")
    for effect in effects:
        its_shares = [share for share in shares if share["effect_id"] == effect["id"]]
        its_attempts = [attempt for attempt in attempts if attempt["effect_id"] == effect["id"]]
        _ended(stage, book, effect, its_shares, its_attempts)
        _fenced(stage, effect, its_attempts, observed)
        _by_its_holder(stage, effect, said)


def _ledgers(stage: Stage, book: Book, effects: list[Row], raw: psycopg.Connection[Row]) -> None:
    unclear = {e["key"] for e in effects if e["status"] in {"unknown", "stopped"} and e["is_told"]}
    there = []
    for row in book.refunds:
        reference = str(row["reference"])
        is_foreign = "key" not in row
        # Ours was refused to our face: that somebody there paid another by hand is for the
        # reconciliation to tell ("not-here").
        is_known = reference in book.refused or reference.rpartition("-")[0] in unclear
        if is_foreign and (len(book.under(reference)) > 1 or is_known):
            continue
        there.append(row)
    for difference in auditor.compare(there, raw):
        if difference.kind != "with-a-person":
            stage.violated(f"{difference.kind}: {_short(difference.sentence)}")


def _short(sentence: str) -> str:
    return sentence.replace("redress-", "")[:110]


def _ended(stage: Stage, book: Book, effect: Row, shares: list[Row], attempts: list[Row]) -> None:
    about, status = f"refund {effect['key'][-6:]}", effect["status"]
    references = {f"{effect['key']}-{share['position']}" for share in shares}
    if status in {"unknown", "stopped"} and not effect["is_told"]:
        stage.violated(f"{about} is {status} and nobody is told")
    if status == "unknown":
        _unknown(stage, book, effect, shares, references)
    if status == "refused" and not references & book.refused:
        looked = any(a["action"] == "look-up" and a["result"] == "absent" for a in attempts)
        if not (looked and effect["was_told"]):
            stage.violated(f"{about} was given up, and the provider never refused it")
    if effect["is_earlier"] or effect["is_told"] or status not in STATES:
        return
    is_partly_paid = status == "refused" and effect["paid_amount"]
    if effect["state"] != STATES[status] and not is_partly_paid:
        stage.violated(f"{about} is {status} and its item {effect['state']}")


def _unknown(
    stage: Stage, book: Book, effect: Row, shares: list[Row], references: set[str]
) -> None:
    about = f"refund {effect['key'][-6:]}"
    may_be_paid = all(share["status"] in {"held", "paid"} for share in shares)
    if effect["refund_status"] != "unclear" or not may_be_paid:
        stage.violated(f"{about}: what may have been paid is free again")
    if book.abilities.looks_up and not references & book.foreign:
        stage.violated(f"{about} is left to a person where a look-up would tell")


def _fenced(stage: Stage, effect: Row, attempts: list[Row], observed: set[tuple[int, int]]) -> None:
    about = f"refund {effect['key'][-6:]}"
    epochs = [attempt["epoch"] for attempt in attempts]
    if epochs != sorted(epochs):
        stage.violated(f"{about}: a worker went on after another had taken it")
    calls = [attempt for attempt in attempts if attempt["action"] == "call"]
    holders: dict[int, set[str]] = defaultdict(set)
    for call in calls:
        holders[call["epoch"]].add(call["worker"])
    if any(len(names) > 1 for names in holders.values()):
        stage.violated(f"{about}: two workers held it in one epoch")
    for call in calls:
        is_late = call["result"] in {"done", "refused"} and any(
            other["epoch"] > call["epoch"] and other["at"] <= call["answered_at"] for other in calls
        )
        if is_late and (effect["id"], call["epoch"]) not in observed:
            stage.violated(f"{about}: a word that came late was dropped")


def _by_its_holder(stage: Stage, effect: Row, said: list[Row]) -> None:
    mine = [row for row in said if row["input"].get("key") == effect["key"]]
    for row in mine[-1:]:
        if row["actor_name"] not in FINDERS | {effect["taken_by"]}:
            stage.violated(f"refund {effect['key'][-6:]} was settled by one who had lost it")
