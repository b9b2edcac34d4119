"""What must hold at the end of a run: the auditor's two ledgers, and the protocol's own promises."""

from collections import defaultdict

from psycopg.rows import dict_row, tuple_row

from tests.storms import auditor
from tests.storms.simulation.provider import Book, Network
from tests.storms.simulation.stage import Stage
from tests.storms.simulation.world import World

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


def judge(world: World, stage: Stage, network: Network, book: Book, poisoned: bool) -> None:
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
    by_effect = defaultdict(list)
    for share in shares:
        by_effect[share["effect_id"]].append(share)
    for row in lost:
        stage.violated("a refund is under way and nothing pays it")
    for effect in effects:
        mine = by_effect[effect["id"]]
        _ended(stage, book, effect, mine, attempts, poisoned)
        _fenced(stage, effect, [a for a in attempts if a["effect_id"] == effect["id"]], observed)
        _by_its_holder(stage, effect, said)


def _ledgers(stage: Stage, book: Book, effects: list, raw) -> None:
    unclear = {e["key"] for e in effects if e["status"] in {"unknown", "stopped"} and e["is_told"]}
    there = []
    for row in book.refunds:
        reference = str(row["reference"])
        is_foreign = "key" not in row
        if is_foreign and (
            len(book.under(reference)) > 1 or reference.rpartition("-")[0] in unclear
        ):
            continue
        there.append(row)
    for difference in auditor.compare(there, raw):
        if difference.kind != "with-a-person":
            stage.violated(f"{difference.kind}: {_short(difference.sentence)}")


def _short(sentence: str) -> str:
    return sentence.replace("redress-", "")[:110]


def _ended(stage, book, effect, shares, attempts, poisoned) -> None:
    about = f"refund {effect['key'][-6:]}"
    status = effect["status"]
    references = {f"{effect['key']}-{share['position']}" for share in shares}
    if status in {"unknown", "stopped"} and not effect["is_told"]:
        stage.violated(f"{about} is {status} and nobody is told")
    if status == "unknown":
        if effect["refund_status"] != "unclear" or any(
            share["status"] not in {"held", "paid"} for share in shares
        ):
            stage.violated(f"{about}: what may have been paid is free again")
        if book.abilities.looks_up and not references & book.foreign:
            stage.violated(f"{about} is left to a person where a look-up would tell")
    if status == "refused" and not references & book.refused:
        looked = any(
            a["effect_id"] == effect["id"] and a["action"] == "look-up" and a["result"] == "absent"
            for a in attempts
        )
        if not (looked and effect["was_told"]):
            stage.violated(f"{about} was given up, and the provider never refused it")
    if status == "done" and effect["paid_amount"] == 0:
        stage.violated(f"{about} is done and nothing is paid")
    if not effect["is_earlier"] and status in STATES and not effect["is_told"]:
        wanted = STATES[status]
        if status == "refused" and effect["paid_amount"]:
            wanted = effect["state"]
        if effect["state"] != wanted:
            stage.violated(f"{about} is {status} and its item {effect['state']}")


def _fenced(stage, effect, attempts, observed) -> None:
    about = f"refund {effect['key'][-6:]}"
    holders: dict[int, set[str]] = defaultdict(set)
    for attempt in attempts:
        if attempt["worker"].startswith(("w", "s")):
            holders[attempt["epoch"]].add(attempt["worker"])
    epochs = [a["epoch"] for a in attempts]
    if epochs != sorted(epochs):
        stage.violated(f"{about}: a worker went on after another had taken it")
    if any(
        len({a["worker"] for a in attempts if a["epoch"] == epoch and a["action"] == "call"}) > 1
        for epoch in set(epochs)
    ):
        stage.violated(f"{about}: two workers held it in one epoch")
    for attempt in attempts:
        if attempt["action"] != "call" or attempt["result"] not in {"done", "refused"}:
            continue
        later = [
            a for a in attempts
            if a["epoch"] > attempt["epoch"] and a["action"] == "call"
            and a["at"] <= attempt["answered_at"]
        ]  # fmt: skip
        if later and (effect["id"], attempt["epoch"]) not in observed:
            stage.violated(f"{about}: a word that came late was dropped")


def _by_its_holder(stage, effect, said) -> None:
    mine = [row for row in said if row["input"].get("key") == effect["key"]]
    for row in mine[-1:]:
        if row["actor_name"] not in FINDERS | {effect["taken_by"]}:
            stage.violated(f"refund {effect['key'][-6:]} was settled by one who no longer held it")
