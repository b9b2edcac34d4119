"""What is wrong with chains of journal entries; pure, and in constant memory.

Entries and heads come in one order: by reclamation, then by sequence. A chain alone cannot tell
that it was written anew from some entry on, with its head, or that a whole reclamation is gone;
against a checkpoint that is kept elsewhere it can (`against`).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

BEGINNING = "0" * 64


class Entry(Protocol):
    """What of an entry its hash covers, and the hash: a row of `journal`, or any like it."""

    @property
    def sequence(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def kind(self) -> str: ...
    @property
    def actor_kind(self) -> str: ...
    @property
    def actor_id(self) -> int | None: ...
    @property
    def actor_name(self) -> str: ...
    @property
    def event(self) -> str | None: ...
    @property
    def from_state(self) -> str | None: ...
    @property
    def to_state(self) -> str | None: ...
    @property
    def input(self) -> Mapping[str, object]: ...
    @property
    def workflow_hash(self) -> str | None: ...
    @property
    def request_token(self) -> str | None: ...
    @property
    def previous_hash(self) -> str: ...
    @property
    def hash(self) -> str: ...


class EntryOfCase(Entry, Protocol):
    """An entry with the names of the case that it belongs to."""

    @property
    def reclamation_id(self) -> int: ...
    @property
    def number(self) -> str | None: ...
    @property
    def position(self) -> int | None: ...


class Head(Protocol):
    """A reclamation with the last link that `journal_heads` knows of it, if it knows one."""

    @property
    def reclamation_id(self) -> int: ...
    @property
    def number(self) -> str: ...
    @property
    def sequence(self) -> int | None: ...
    @property
    def hash(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Broken:
    """One place that is not as it was written."""

    reclamation: str
    sequence: int
    wrong: str
    """A sentence."""

    def __str__(self) -> str:
        return f"{self.reclamation}, entry {self.sequence}: {self.wrong}"


@dataclass(frozen=True, slots=True)
class Mark:
    """The head of one reclamation's chain when a checkpoint was made."""

    number: str
    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Marked:
    """What there is now of a reclamation that a checkpoint knows."""

    exists: bool
    sequence: int
    """The last entry that there is."""
    hash: str | None
    """Of the entry with the mark's sequence; None where there is none."""


def chained_hash(entry: Entry, number: str, item_position: int | None) -> str:
    """SHA-256 over the canonical JSON of what the entry says, and of the hash before it."""
    said = {
        "reclamation": number,
        "item": item_position,
        "sequence": entry.sequence,
        "at": entry.at.astimezone(UTC).isoformat(),
        "kind": entry.kind,
        "actor": [entry.actor_kind, entry.actor_id, entry.actor_name],
        "event": entry.event,
        "from": entry.from_state,
        "to": entry.to_state,
        "input": entry.input,
        "workflow": entry.workflow_hash,
        "token": entry.request_token,
        "previous": entry.previous_hash,
    }
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def check(entries: Iterable[EntryOfCase], heads: Iterable[Head]) -> Iterator[Broken]:
    """Every broken place of the chains, each entry against the one before it and the head."""
    rest = iter(entries)
    entry = next(rest, None)
    for head in heads:
        while entry is not None and entry.reclamation_id < head.reclamation_id:
            yield _of_nobody(entry)
            entry = next(rest, None)
        sequence, previous = 0, BEGINNING
        while entry is not None and entry.reclamation_id == head.reclamation_id:
            yield from _check_entry(entry, head.number, sequence, previous)
            sequence, previous = entry.sequence, entry.hash
            entry = next(rest, None)
        yield from _check_end(head, sequence, previous)
    while entry is not None:
        yield _of_nobody(entry)
        entry = next(rest, None)


def against(mark: Mark, now: Marked, when: str) -> Broken | None:
    """What a checkpoint tells of one reclamation; None where its chain still goes through it."""
    if not now.exists:
        wrong = f"The whole reclamation is gone; the checkpoint of {when} knows it."
        return Broken(mark.number, 1, wrong)
    if now.sequence < mark.sequence:
        first = now.sequence + 1
        which = f"entries {first} to {mark.sequence} are" if first < mark.sequence else "it is"
        wrong = f"The end was cut off: {which} gone; the checkpoint of {when} knows more."
        return Broken(mark.number, first, wrong)
    if now.hash != mark.hash:
        wrong = (
            f"This is not the entry that the checkpoint of {when} knows: the chain was written "
            "anew from here or from an earlier entry on."
        )
        return Broken(mark.number, mark.sequence, wrong)
    return None


def _check_entry(entry: EntryOfCase, number: str, sequence: int, previous: str) -> Iterator[Broken]:
    expected = sequence + 1
    if entry.sequence > expected:
        missing = "It is" if entry.sequence == expected + 1 else f"It is, to {entry.sequence - 1},"
        yield Broken(number, expected, f"{missing} missing before entry {entry.sequence}.")
    elif entry.sequence < expected:
        yield Broken(number, entry.sequence, "There are two entries of this number.")
    elif entry.previous_hash != previous:
        yield Broken(number, entry.sequence, "It does not follow from the one before it.")
    if chained_hash(entry, number, entry.position) != entry.hash:
        yield Broken(number, entry.sequence, "It was changed after it had been written.")


def _check_end(head: Head, sequence: int, last: str) -> Iterator[Broken]:
    end, ends_with = head.sequence or 0, head.hash or BEGINNING
    if sequence == 0 and end == 0:
        yield Broken(head.number, 1, "The journal is empty; every claim begins with an entry.")
    elif sequence < end:
        wrong = f"It is missing: the journal ends at entry {sequence}, and its head says {end}."
        yield Broken(head.number, sequence + 1, wrong)
    elif sequence > end:
        wrong = f"It was put in: the journal's head knows entries up to {end} only."
        yield Broken(head.number, end + 1, wrong)
    elif last != ends_with:
        yield Broken(head.number, end, "It is not the entry that the journal's head knows.")


def _of_nobody(entry: EntryOfCase) -> Broken:
    wrong = "It belongs to a reclamation that is gone."
    return Broken(f"reclamation with key {entry.reclamation_id}", entry.sequence, wrong)
