"""Takes a migration back: exactly the cases that it moved and that have not moved since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, literal_column, select
from sqlalchemy.orm import Session, aliased

from claims import clock
from claims.migrating import runs
from claims.migrating.clocks import rewind
from claims.migrating.dates import set_dates
from claims.migrating.deciding import Decision, Stayed, counted, stayed
from claims.migrating.judging import Stay, under_way
from claims.migrating.moving import IN_USE, Step
from claims.migrating.reading import is_one_of, lock, standings
from claims.migrating.runs import Run
from claims.migrating.standing import Standing, case_name
from claims.migrating.versions import readable
from claims.migrating.writing import Move, write
from claims.models import Item, JournalEntry, Reclamation
from claims.people import Actor
from claims.rules import Rules

MOVED_SINCE = Stay("moved-since", "It has gone on in the new version since; it ends there.")
SETTLED_SINCE = Stay("settled-since", "It has been settled since; it is never touched again.")
UNREADABLE = Stay(
    "unreadable", "The checker of today does not take the version it came from; it stays here."
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the journal says of one moved case."""

    id: int
    reclamation_id: int
    item_id: int | None
    from_hash: str
    from_state: str
    to_hash: str
    to_state: str
    number: str
    position: int | None

    @property
    def case_id(self) -> int:
        return self.reclamation_id if self.item_id is None else self.item_id

    @property
    def name(self) -> str:
        return case_name(self.number, self.position or 0)

    def is_true_of(self, standing: Standing) -> bool:
        """Whether the case is still where the migration brought it."""
        return (standing.hash, standing.state) == (self.to_hash, self.to_state)


def undo_chunk(session: Session, rules: Rules, run: Run, actor: Actor, limit: int) -> Step:
    """Bring the next cases back; commit afterwards, and come again.

    Waits for nobody: `in_use` of the answer are keys of journal entries for `undo_these`.
    """
    # As the index on it says it.
    moved_by: ColumnElement[int] = literal_column(
        "((journal.input ->> 'migration')::bigint)", BigInteger()
    )
    found = session.scalars(
        select(JournalEntry.id)
        .where(JournalEntry.kind == "migrated", moved_by == run.undo_of_id)
        .where(JournalEntry.id > run.position)
        .order_by(JournalEntry.id)
        .limit(limit)
    ).all()
    if not found:
        return Step(run, is_last=True)
    return _undone(session, rules, run, actor, found, found[-1])


def undo_these(
    session: Session, rules: Rules, run: Run, actor: Actor, entry_ids: Sequence[int]
) -> Step:
    """The same for cases that were in use when their chunk had its turn."""
    return _undone(session, rules, run, actor, entry_ids, run.position)


def still_in_use(session: Session, run: Run, entry_ids: Sequence[int]) -> list[Stayed]:
    """Cases that were in use at every try, for the list of what stayed."""
    entries = _entries(session, entry_ids)
    found = standings(session, run.subject, [each.case_id for each in entries])
    return [stayed(each, IN_USE) for each in found]


def _undone(
    session: Session,
    rules: Rules,
    run: Run,
    actor: Actor,
    entry_ids: Sequence[int],
    position: int,
) -> Step:
    entries = _entries(session, entry_ids)
    case_ids = [each.case_id for each in entries]
    held = lock(session, run.subject, case_ids)
    at = clock.now(session)
    open_cases = {each.id: each for each in standings(session, run.subject, case_ids)}
    moved_since = _moved_since(session, entry_ids)
    decisions: list[Decision] = []
    in_use: list[int] = []
    for entry in entries:
        standing = open_cases.get(entry.case_id)
        if standing is None:
            decisions.append(Stayed(entry.name, entry.to_hash, entry.to_state, SETTLED_SINCE))
        elif entry.reclamation_id not in held:
            in_use.append(entry.id)
        elif entry.id in moved_since or not entry.is_true_of(standing):
            decisions.append(stayed(standing, MOVED_SINCE))
        else:
            decisions.append(_decided(session, rules, standing, entry, at))
    moves = [each for each in decisions if isinstance(each, Move)]
    staying = [each for each in decisions if isinstance(each, Stayed)]
    write(session, moves, actor, {"migration": run.id, "undo_of": run.undo_of_id or 0}, at)
    set_dates(session, rules, moves, at)
    run = runs.advance(session, run, position, counted(moves, staying))
    return Step(run, len(moves), staying, in_use)


def _decided(
    session: Session, rules: Rules, standing: Standing, entry: Entry, at: datetime
) -> Decision:
    """Back to where it stood; only what is under way holds it up, for it stood there before."""
    if (stay := under_way(standing.effects)) is not None:
        return stayed(standing, stay)
    before = readable(session, rules, entry.from_hash)
    if before is None:
        return stayed(standing, UNREADABLE)
    return Move(
        standing,
        entry.from_hash,
        entry.from_state,
        before.states[entry.from_state].waits_for,
        rewind(
            standing,
            readable(session, rules, standing.hash),
            before,
            entry.from_state,
            rules.choices.calendar(standing.shop),
            at,
        ),
    )


def _entries(session: Session, entry_ids: Sequence[int]) -> list[Entry]:
    rows = session.execute(
        select(
            JournalEntry.id,
            JournalEntry.reclamation_id,
            JournalEntry.item_id,
            JournalEntry.input["from"].astext,
            JournalEntry.from_state,
            JournalEntry.workflow_hash,
            JournalEntry.to_state,
            Reclamation.number,
            Item.position,
        )
        .join(Reclamation, Reclamation.id == JournalEntry.reclamation_id)
        .outerjoin(Item, Item.id == JournalEntry.item_id)
        .where(is_one_of(JournalEntry.id, entry_ids))
        .order_by(JournalEntry.id)
    )
    return [Entry(*row) for row in rows]


def _moved_since(session: Session, entry_ids: Sequence[int]) -> set[int]:
    """Those of the entries whose case has had an event, or another migration, afterwards."""
    later = aliased(JournalEntry)
    has_moved = (
        select(later.id)
        .where(later.reclamation_id == JournalEntry.reclamation_id)
        .where(later.item_id.is_not_distinct_from(JournalEntry.item_id))
        .where(later.sequence > JournalEntry.sequence)
        .where(later.kind.in_(("event", "migrated")))
        .exists()
    )
    found = select(JournalEntry.id).where(is_one_of(JournalEntry.id, entry_ids), has_moved)
    return set(session.scalars(found))
