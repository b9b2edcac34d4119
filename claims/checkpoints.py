"""Checkpoints of the journal: the heads of all chains in a file that is kept elsewhere.

Whoever holds the whole database can write a chain anew together with its head, cut both back, or
remove a reclamation with everything. Not so in a file that they cannot reach. Its last line is
a hash over all lines before it, so that a damaged or shortened file is no checkpoint.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import IO

from sqlalchemy import Integer, String, column, func, select, values
from sqlalchemy.orm import Session

from claims import journal_chain
from claims.journal import AT_ONCE
from claims.journal_chain import Broken, Mark, Marked
from claims.models import JournalEntry, JournalHead, Reclamation

KIND = "redress journal checkpoint 1"


class DamagedCheckpoint(Exception):
    """A file that is no whole checkpoint; its text says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a checkpoint holds."""

    reclamations: int
    entries: int
    digest: str
    """Of all its lines; two checkpoints of the same moment have the same."""


def write(session: Session, at: datetime, file: IO[str]) -> Written:
    """Write the head of every chain as it is now; streamed, in constant memory."""
    digest = hashlib.sha256()

    def line(text: str) -> None:
        digest.update(text.encode())
        file.write(text)

    line(json.dumps({"kind": KIND, "at": f"{at:%Y-%m-%dT%H:%M:%SZ}"}) + "\n")
    heads = (
        select(Reclamation.number, JournalHead.sequence, JournalHead.hash)
        .join(JournalHead, JournalHead.reclamation_id == Reclamation.id)
        .order_by(Reclamation.id)
    )
    reclamations = entries = 0
    for number, sequence, head in session.execute(heads, execution_options={"yield_per": AT_ONCE}):
        line(json.dumps([number, sequence, head]) + "\n")
        reclamations += 1
        entries += sequence
    file.write(json.dumps({"reclamations": reclamations, "digest": digest.hexdigest()}) + "\n")
    return Written(reclamations, entries, digest.hexdigest())


def marks(lines: Iterable[str]) -> Iterator[str | Mark]:
    """When it was made, then every mark; raises DamagedCheckpoint as soon as one line is not right.

    Only at the end is it known whether the file is whole: what came before is a hint until then.
    """
    digest, counted, ended = hashlib.sha256(), 0, False
    for at, line in enumerate(lines):
        if ended:
            raise DamagedCheckpoint(f"Line {at + 1} stands after the end of the checkpoint.")
        said = _parsed(line, at + 1)
        match said:
            case {"kind": str(kind), "at": str(when)} if at == 0 and kind == KIND:
                yield when
            case [str(number), int(sequence), str(head)] if at > 0:
                counted += 1
                yield Mark(number, sequence, head)
            case {"reclamations": int(count), "digest": str(told)} if at > 0:
                if (count, told) != (counted, digest.hexdigest()):
                    raise DamagedCheckpoint(
                        "Its last line does not fit the lines before it: something in the file "
                        "was changed, added or left out."
                    )
                ended = True
            case _:
                raise DamagedCheckpoint(f"Line {at + 1} is not a line of a checkpoint.")
        digest.update(line.encode())
    if not ended:
        raise DamagedCheckpoint("Its last line is missing; the file is not whole.")


def verify(session: Session, lines: Iterable[str], only: str | None = None) -> Iterator[Broken]:
    """Every place where the journal is not what a checkpoint knows; `only` of one reclamation.

    Raises DamagedCheckpoint; what was said before that may come from the damage.
    """
    read = marks(lines)
    when = str(next(read))
    wanted = (m for m in read if isinstance(m, Mark) and only in {None, m.number})
    while chunk := list(islice(wanted, AT_ONCE)):
        present = _present(session, chunk)
        for mark in chunk:
            now = present.get(mark.number, Marked(False, 0, None))
            if broken := journal_chain.against(mark, now, when):
                yield broken


def _present(session: Session, chunk: list[Mark]) -> dict[str, Marked]:
    marked = values(column("number", String), column("sequence", Integer), name="marked")
    numbers = marked.data([(mark.number, mark.sequence) for mark in chunk])
    last = (
        select(func.max(JournalEntry.sequence))
        .where(JournalEntry.reclamation_id == Reclamation.id)
        .correlate(Reclamation)
        .scalar_subquery()
    )
    rows = session.execute(
        select(numbers.c.number, func.coalesce(last, 0), JournalEntry.hash)
        .select_from(numbers)
        .join(Reclamation, Reclamation.number == numbers.c.number)
        .outerjoin(
            JournalEntry,
            (JournalEntry.reclamation_id == Reclamation.id)
            & (JournalEntry.sequence == numbers.c.sequence),
        )
    )
    return {number: Marked(True, sequence, found) for number, sequence, found in rows}


def _parsed(line: str, at: int) -> object:
    try:
        return json.loads(line)
    except ValueError as problem:
        raise DamagedCheckpoint(f"Line {at} is not a line of a checkpoint.") from problem
