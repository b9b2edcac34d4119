"""Random tampers with a small journal, each looked for: `python -m tests.claims.tampers 10000`.

Pure: the chains are rows in memory, checked by what `redress journal verify` checks real ones by.
Whoever tampers here holds the whole database; only the checkpoint is out of reach.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from claims.journal_chain import BEGINNING, Broken, Mark, Marked, against, chained_hash, check

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
WHEN = "2026-03-03T00:00:00Z"
EVENTS = ("request-return", "parcel-arrived", "refund", "approve", "reject")


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as a row has it."""

    reclamation_id: int
    number: str | None
    position: int | None
    sequence: int
    at: datetime
    kind: str
    actor_kind: str
    actor_id: int | None
    actor_name: str
    event: str | None
    from_state: str | None
    to_state: str | None
    input: dict[str, object]
    workflow_hash: str | None
    request_token: str | None
    previous_hash: str = ""
    hash: str = ""


@dataclass(frozen=True, slots=True)
class End:
    reclamation_id: int
    number: str
    sequence: int | None
    hash: str | None


@dataclass
class Shop:
    """The journal, its heads, and the checkpoint that was made of them."""

    chains: dict[int, list[Written]]
    heads: dict[int, End]
    checkpoint: list[Mark]

    def broken(self, *, with_checkpoint: bool) -> list[Broken]:
        entries = [entry for _, chain in sorted(self.chains.items()) for entry in chain]
        entries.sort(key=lambda entry: (entry.reclamation_id, entry.sequence))
        found = list(check(entries, [head for _, head in sorted(self.heads.items())]))
        if with_checkpoint:
            told = (against(mark, self._now(mark), WHEN) for mark in self.checkpoint)
            found += [broken for broken in told if broken]
        return found

    def _now(self, mark: Mark) -> Marked:
        for key, head in self.heads.items():
            if head.number == mark.number:
                chain = self.chains.get(key, [])
                last = max((entry.sequence for entry in chain), default=0)
                there = [entry.hash for entry in chain if entry.sequence == mark.sequence]
                return Marked(True, last, there[0] if there else None)
        return Marked(False, 0, None)


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to which reclamation, and which entries may be named for it."""

    number: str
    places: range
    needs_checkpoint: bool = False


Tamper = Callable[[Shop, random.Random], Done]


def a_shop(chance: random.Random) -> Shop:
    chains: dict[int, list[Written]] = {}
    for key in range(1, chance.randint(2, 5) + 1):
        chains[key] = chained(
            [an_entry(chance, key, sequence) for sequence in range(1, chance.randint(3, 9) + 1)]
        )
    heads = {key: head_of(chain) for key, chain in chains.items()}
    marks = [Mark(h.number, h.sequence or 0, h.hash or "") for h in heads.values()]
    return Shop(chains, heads, marks)


def an_entry(chance: random.Random, key: int, sequence: int) -> Written:
    event = chance.choice(EVENTS)
    return Written(
        reclamation_id=key,
        number=f"R-{key:06}",
        position=chance.choice([None, 1, 2]),
        sequence=sequence,
        at=AT + timedelta(hours=sequence, microseconds=chance.randint(0, 999999)),
        kind="event",
        actor_kind="person",
        actor_id=chance.randint(1, 9),
        actor_name=chance.choice(["Anna", "Zoë “A”", "李"]),
        event=event,
        from_state="reported",
        to_state=chance.choice(["received", "refunding"]),
        input={"amount": chance.randint(1, 99999), "note": "Größe 42"},
        workflow_hash=f"{chance.getrandbits(64):016x}",
        request_token=f"{chance.getrandbits(64):016x}",
    )


def chained(entries: Sequence[Written], previous: str = BEGINNING) -> list[Written]:
    """The same entries with their hashes computed one after another."""
    found: list[Written] = []
    for entry in entries:
        linked = replace(entry, previous_hash=previous)
        previous = chained_hash(linked, linked.number or "", linked.position)
        found.append(replace(linked, hash=previous))
    return found


def head_of(chain: Sequence[Written]) -> End:
    last = chain[-1]
    return End(last.reclamation_id, last.number or "", last.sequence, last.hash)


def _somewhere(shop: Shop, chance: random.Random) -> tuple[int, list[Written], int, str]:
    key = chance.choice(sorted(shop.chains))
    chain = shop.chains[key]
    at = chance.randrange(len(chain))
    return key, chain, at, chain[at].number or ""


def flip(shop: Shop, chance: random.Random) -> Done:
    _, chain, at, number = _somewhere(shop, chance)
    old = chain[at]
    changes: list[dict[str, object]] = [
        {"at": old.at + timedelta(microseconds=1)},
        {"kind": "note"},
        {"actor_kind": "clock"},
        {"actor_id": (old.actor_id or 0) + 1},
        {"actor_name": old.actor_name + "."},
        {"event": "withdraw"},
        {"from_state": None},
        {"to_state": "rejected"},
        {"input": {**old.input, "amount": int(str(old.input["amount"])) + 1}},
        {"input": {}},
        {"workflow_hash": None},
        {"request_token": "made-up"},
        {"position": 3},
        {"previous_hash": f"{chance.getrandbits(256):064x}"},
        {"hash": f"{chance.getrandbits(256):064x}"},
    ]
    chain[at] = replace(old, **chance.choice(changes))  # type: ignore[arg-type]  # by name
    return Done(number, range(at + 1, at + 2))


def flip_and_hash_anew(shop: Shop, chance: random.Random) -> Done:
    _, chain, at, number = _somewhere(shop, chance)
    changed = replace(chain[at], actor_name="Nobody")
    chain[at] = replace(changed, hash=chained_hash(changed, number, changed.position))
    # What comes next does not follow any more; at the end it is the head that knows better.
    return Done(number, range(min(at + 2, len(chain)), min(at + 2, len(chain)) + 1))


def drop(shop: Shop, chance: random.Random) -> Done:
    _, chain, at, number = _somewhere(shop, chance)
    del chain[at]
    return Done(number, range(at + 1, at + 2))


def swap(shop: Shop, chance: random.Random) -> Done:
    _, chain, at, number = _somewhere(shop, chance)
    other = chance.choice([each for each in range(len(chain)) if each != at])
    first, second = sorted((at, other))
    chain[first], chain[second] = (
        replace(chain[second], sequence=first + 1),
        replace(chain[first], sequence=second + 1),
    )
    return Done(number, range(first + 1, first + 2))


def move_to_another(shop: Shop, chance: random.Random) -> Done:
    key, chain, at, number = _somewhere(shop, chance)
    others = [each for each in shop.chains if each != key and len(shop.chains[each]) > at]
    if not others:
        return drop(shop, chance)
    other = shop.chains[chance.choice(others)]
    chain[at] = replace(other[at], reclamation_id=key, number=number)
    return Done(number, range(at + 1, at + 2))


def insert(shop: Shop, chance: random.Random) -> Done:
    key, chain, at, number = _somewhere(shop, chance)
    made_up = replace(an_entry(chance, key, at + 1), previous_hash=chain[at].previous_hash)
    made_up = replace(made_up, hash=chained_hash(made_up, number, made_up.position))
    if chance.random() < 0.5:
        later = [replace(entry, sequence=entry.sequence + 1) for entry in chain[at:]]
        chain[at:] = [made_up, *later]
        return Done(number, range(at + 2, at + 3))
    chain.insert(at + 1, made_up)
    return Done(number, range(at + 1, at + 2))


def append(shop: Shop, chance: random.Random) -> Done:
    key, chain, _, number = _somewhere(shop, chance)
    made_up = an_entry(chance, key, len(chain) + 1)
    chain += chained([made_up], chain[-1].hash)
    return Done(number, range(len(chain), len(chain) + 1))


def cut(shop: Shop, chance: random.Random) -> Done:
    _, chain, at, number = _somewhere(shop, chance)
    del chain[at:]
    return Done(number, range(at + 1, at + 2))


def cut_with_head(shop: Shop, chance: random.Random) -> Done:
    key, chain, at, number = _somewhere(shop, chance)
    at = max(at, 1)
    del chain[at:]
    shop.heads[key] = head_of(chain)
    return Done(number, range(at + 1, at + 2), needs_checkpoint=True)


def renumber(shop: Shop, chance: random.Random) -> Done:
    _, chain, at, number = _somewhere(shop, chance)
    by = chance.randint(1, 3)
    chain[at:] = [replace(entry, sequence=entry.sequence + by) for entry in chain[at:]]
    return Done(number, range(at + 1, at + 2))


def chain_anew(shop: Shop, chance: random.Random) -> Done:
    key, chain, at, number = _somewhere(shop, chance)
    changed = replace(chain[at], input={"amount": 1})
    chain[at:] = chained([changed, *chain[at + 1 :]], chain[at].previous_hash)
    if chance.random() < 0.3:
        return Done(number, range(len(chain), len(chain) + 1))
    shop.heads[key] = head_of(chain)
    return Done(number, range(at + 1, len(chain) + 1), needs_checkpoint=True)


def chain_anew_without_one(shop: Shop, chance: random.Random) -> Done:
    """Drop an entry and let nothing of it be seen: numbers, hashes and head are made anew."""
    key, chain, at, number = _somewhere(shop, chance)
    before = len(chain)
    rest = [replace(entry, sequence=entry.sequence - 1) for entry in chain[at + 1 :]]
    chain[at:] = chained(rest, chain[at].previous_hash)
    shop.heads[key] = head_of(chain)
    return Done(number, range(at + 1, before + 1), needs_checkpoint=True)


def change_head(shop: Shop, chance: random.Random) -> Done:
    key, chain, at, number = _somewhere(shop, chance)
    if chance.random() < 0.5:
        shop.heads[key] = replace(shop.heads[key], hash=chain[at].previous_hash)
        return Done(number, range(len(chain), len(chain) + 1))
    shop.heads[key] = replace(shop.heads[key], sequence=None, hash=None)
    return Done(number, range(1, 2))


def remove(shop: Shop, chance: random.Random) -> Done:
    key, _, _, number = _somewhere(shop, chance)
    del shop.chains[key], shop.heads[key]
    return Done(number, range(1, 2), needs_checkpoint=True)


def remove_and_leave_entries(shop: Shop, chance: random.Random) -> Done:
    key, chain, _, _ = _somewhere(shop, chance)
    del shop.heads[key]
    chain[:] = [replace(entry, number=None) for entry in chain]
    return Done(f"reclamation with key {key}", range(1, 2))


TAMPERS: tuple[Tamper, ...] = (
    flip,
    flip,
    flip,
    flip_and_hash_anew,
    drop,
    swap,
    move_to_another,
    insert,
    append,
    cut,
    cut_with_head,
    renumber,
    chain_anew,
    chain_anew_without_one,
    change_head,
    remove,
    remove_and_leave_entries,
)


def tamper_once(chance: random.Random) -> tuple[str, str | None]:
    """Which tamper, and what went wrong with finding it; None where it was found at its place."""
    shop = a_shop(chance)
    if alarms := shop.broken(with_checkpoint=True):
        return "nothing", f"false alarm: {alarms[0]}"
    tamper = chance.choice(TAMPERS)
    done = tamper(shop, chance)
    name = tamper.__name__
    found = shop.broken(with_checkpoint=True)
    if not any(each.reclamation == done.number and each.sequence in done.places for each in found):
        said = "; ".join(map(str, found)) or "nothing"
        return name, f"not found at {done.number}, {done.places}: {said}"
    if done.needs_checkpoint and (told := shop.broken(with_checkpoint=False)):
        return name, f"found without the checkpoint, which cannot be: {told[0]}"
    key = done.number.removeprefix("reclamation with key ")
    theirs = {done.number, f"R-{int(key):06}" if key.isdigit() else done.number}
    if others := [each for each in found if each.reclamation not in theirs]:
        return name, f"false alarm: {others[0]}"
    return name, None


def tamper_often(times: int, seed: int) -> tuple[Counter[str], list[str]]:
    """How often each tamper was made, and each that was not found as it should be."""
    chance = random.Random(seed)
    made: Counter[str] = Counter()
    missed: list[str] = []
    for _ in range(times):
        name, wrong = tamper_once(chance)
        made[name] += 1
        if wrong:
            missed.append(f"{name}: {wrong}")
    return made, missed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("times", type=int, nargs="?", default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.monotonic()
    made, missed = tamper_often(options.times, options.seed)
    told = [*missed[:20], *(f"{count:6} {name}" for name, count in made.most_common())]
    told.append(
        f"tampers={options.times} seed={options.seed} found_at_their_place="
        f"{options.times - len(missed)} missed={len(missed)} "
        f"seconds={time.monotonic() - began:.1f}"
    )
    sys.stdout.write("\n".join([*told, ""]))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
