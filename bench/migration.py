"""Ten thousand open cases are moved to another version of their workflow.

Every case is one that has something to be rewritten: its state is called otherwise, and its
deadline is shorter. The floor writes the same rows, chunk by chunk in the same order of locks,
through plain psycopg, and neither asks whether a case may be moved nor where it goes.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median

from sqlalchemy import create_engine, func, select, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from bench import migration_floor, place
from bench.measure import Measurement
from bench.one_event import FILED, hire, plain, rules_in, shop_orders
from claims import journal
from claims.claimable import Wanted
from claims.claiming import Filing, file_claims
from claims.door import CaseRef, Firing, fire_many
from claims.migrating import moving, runs
from claims.migrating.planning import plan
from claims.migrating.runs import Run
from claims.migrating.versions import Aim
from claims.models import Deadline, Item, JournalEntry, Reclamation
from claims.people import Actor
from claims.refusals import Refused
from claims.rules import Rules
from config import case_migration
from config.settings import PROJECT
from workflows.reading import read

ABOUT = "a chunk of 500 of 10,000 open cases is moved to another version"
CHUNK, CHUNKS, WARM_UP = 500, 20, 1
FLOOR_EVERY = 4
"""The floor has a turn before every fourth chunk of ours: it needs cases of its own."""
RETURN = "item-return"
OLD_STATE, NEW_STATE = "awaiting-parcel", "on-its-way"
EVENT, OLD_DAYS, NEW_DAYS = "parcel-reminder-due", 14, 10


def measure() -> Measurement:
    """Ours and the floor in turns, each on its own cases of one database."""
    with place.database() as url:
        engine = create_engine(url)
        try:
            return _measured(engine)
        finally:
            engine.dispose()


def _measured(engine: Engine) -> Measurement:
    sessions = sessionmaker(engine, expire_on_commit=False)
    ours_begin = rules_in(PROJECT / "config")
    floor_begin = _rules_with(ours_begin, ("label: Reject", "label: Turn down"))
    new = _rules_with(
        ours_begin,
        (OLD_STATE, NEW_STATE),
        (f"after: {OLD_DAYS} days", f"after: {NEW_DAYS} days"),
    )
    how_many = CHUNK * (CHUNKS + WARM_UP)
    with sessions.begin() as session:
        anna = hire(session)
    ids = _waiting_items(sessions, ours_begin, anna, how_many, "OURS")
    floor_ids = _waiting_items(
        sessions, floor_begin, anna, CHUNK * (CHUNKS // FLOOR_EVERY + WARM_UP), "FLOOR"
    )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))

    aim = Aim(new.definitions[RETURN], ours_begin.definitions[RETURN].hash, {OLD_STATE: NEW_STATE})
    with sessions.begin() as session:
        begun = time.perf_counter()
        planned = plan(session, new, aim)
        planning = time.perf_counter() - begun
        assert planned.moves == how_many, planned.states
    with sessions.begin() as session:
        run = runs.begin(session, new, aim, anna)
    move = _Mover(sessions, new, run, aim, anna)
    floor: list[float] = []
    moved_by_hand = floor_ids[:CHUNK]
    with plain(engine) as connection:
        for turn in range(CHUNKS + WARM_UP):
            if turn < WARM_UP or turn % FLOOR_EVERY == 0:
                chunk, floor_ids = floor_ids[:CHUNK], floor_ids[CHUNK:]
                begun = time.perf_counter()
                migration_floor.move_chunk(connection, chunk, aim.to.hash)
                floor.append(time.perf_counter() - begun)
            move.chunk()
    with sessions() as session:
        assert _rows(session, ids[:CHUNK]) == _rows(session, moved_by_hand), "both write the same"
    undoing = _taken_back(sessions, new, move.run, anna)
    _check(sessions, ids, ours_begin.definitions[RETURN].hash)
    ours = move.seconds[WARM_UP:]
    return Measurement(
        median(floor[WARM_UP:]) * 1_000,
        median(ours) * 1_000,
        "ms",
        CHUNKS,
        f"{migration_floor.STATEMENTS} statements a chunk through psycopg",
        (
            f"{CHUNK * CHUNKS:,} cases moved in {sum(ours):.1f} s, commits included",
            f"the plan for {how_many:,} cases in {planning:.1f} s",
            f"{how_many:,} cases taken back in {undoing:.1f} s",
            "afterwards every case is where it was, and 200 journals verify",
        ),
    )


class _Mover:
    """Moves the next chunk each time it is asked, in a transaction of its own."""

    def __init__(
        self, sessions: sessionmaker[Session], rules: Rules, run: Run, aim: Aim, actor: Actor
    ) -> None:
        self.run, self.seconds = run, list[float]()
        self._move: Callable[[Session], moving.Step] = lambda session: moving.move_chunk(
            session, rules, self.run, aim, actor, CHUNK
        )
        self._sessions = sessions

    def chunk(self) -> None:
        begun = time.perf_counter()
        with self._sessions.begin() as session:
            step = self._move(session)
        assert step.moved == CHUNK, step
        self.run = step.run
        self.seconds.append(time.perf_counter() - begun)


def _rows(session: Session, item_ids: list[int]) -> list[object]:
    """What a chunk of moved cases looks like, but for keys, times and hashes."""
    items = session.execute(
        select(Item.state, Item.waits_for, Item.version, func.count())
        .where(Item.id.in_(item_ids))
        .group_by(Item.state, Item.waits_for, Item.version)
    )
    clocks = session.execute(
        select(Deadline.event, Deadline.state, Deadline.ending, func.count())
        .where(Deadline.item_id.in_(item_ids))
        .group_by(Deadline.event, Deadline.state, Deadline.ending)
    )
    entries = session.execute(
        select(JournalEntry.kind, JournalEntry.from_state, JournalEntry.to_state, func.count())
        .where(JournalEntry.item_id.in_(item_ids))
        .group_by(JournalEntry.kind, JournalEntry.from_state, JournalEntry.to_state)
    )
    return [sorted(map(str, rows)) for rows in (items, clocks, entries)]


def _taken_back(sessions: sessionmaker[Session], rules: Rules, run: Run, actor: Actor) -> float:
    with sessions.begin() as session:
        runs.finish(session, run)
    begun = time.perf_counter()
    done = case_migration.undo(sessions, rules, run.id, actor, CHUNK)
    assert (done.run.moved, len(done.stayed)) == (run.moved, 0), done.run.counts
    return time.perf_counter() - begun


def _check(sessions: sessionmaker[Session], ids: list[int], old_hash: str) -> None:
    with sessions() as session:
        back = select(Item.state, Item.workflow_hash).where(Item.id.in_(ids)).distinct()
        assert session.execute(back).all() == [(OLD_STATE, old_hash)]
        some = select(Item.reclamation_id).where(Item.id.in_(ids[:: len(ids) // 200]))
        for reclamation_id in session.scalars(some).all():
            assert journal.verify(session, reclamation_id) == []


def _waiting_items(
    sessions: sessionmaker[Session], rules: Rules, anna: Actor, how_many: int, mark: str
) -> list[int]:
    """So many items whose parcel is waited for; their return labels count as sent."""
    ids: list[int] = []
    for first in range(0, how_many, CHUNK):
        with sessions.begin() as session:
            orders = shop_orders(session, CHUNK, f"{mark}-{first}")
            filings = [
                Filing(
                    order.id,
                    [Wanted(order.lines[0].id, 1, "does-not-fit", "refund")],
                    FILED,
                    order.number,
                )
                for order in orders
            ]
            filed = file_claims(session, rules, filings, anna)
            items = [one.items[0].id for one in filed if isinstance(one, Reclamation)]
            later = FILED + timedelta(days=1)
            firings = [Firing(CaseRef("item", i), "request-return", {}, later) for i in items]
            for answer in fire_many(session, rules, firings, anna):
                if isinstance(answer, Refused):
                    raise answer
            session.flush()
            session.execute(
                text(
                    "UPDATE effects SET status = 'done', done_at = redress_now()"
                    " WHERE status = 'waiting'"
                )
            )
            ids += items
    return ids


def _rules_with(rules: Rules, *changes: tuple[str, str]) -> Rules:
    changed = rules.definitions[RETURN].text
    for old, new in changes:
        changed = changed.replace(old, new)
    definition = read(changed, f"{RETURN}.yaml", rules.catalogue)
    return Rules({**rules.definitions, RETURN: definition}, rules.choices, rules.catalogue)
