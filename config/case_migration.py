"""Runs a migration of cases: one transaction for each chunk, so that it can be killed and go on."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from claims.migrating import moving, runs, undoing
from claims.migrating.deciding import Stayed
from claims.migrating.moving import Step
from claims.migrating.runs import Run
from claims.migrating.versions import Aim
from claims.people import Actor
from claims.rules import Rules

CHUNK = 500
PAUSES = (0.1, 0.5, 2.0)
"""Seconds before cases that somebody else was working on are asked for again."""

Progress = Callable[[int], object]
"""Told after each chunk how many cases have been moved by it."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """What a migration came to. `went_on`: it had been interrupted before."""

    run: Run
    stayed: Sequence[Stayed]
    """Those that this command looked at; what stayed before an interruption is not among them."""
    went_on: bool


def in_silence(_: int) -> None:
    """Progress that nobody watches."""


def migrate(
    sessions: sessionmaker[Session],
    rules: Rules,
    aim: Aim,
    actor: Actor,
    chunk: int = CHUNK,
    progress: Progress = in_silence,
) -> Migrated:
    """Move all open cases that can be moved; what is committed stays, and the same call goes on.

    Raises Refused while another migration of the workflow is unfinished.
    """
    with sessions.begin() as session:
        run = runs.begin(session, rules, aim, actor)
    return _run(
        sessions,
        run,
        lambda session, now: moving.move_chunk(session, rules, now, aim, actor, chunk),
        lambda session, now, keys: moving.move_these(session, rules, now, aim, actor, keys),
        moving.still_in_use,
        progress,
    )


def undo(
    sessions: sessionmaker[Session],
    rules: Rules,
    migration_id: int,
    actor: Actor,
    chunk: int = CHUNK,
    progress: Progress = in_silence,
) -> Migrated:
    """Bring the cases of a migration back that have not moved since.

    Raises NotFound where there is no such migration, Refused while another is unfinished.
    """
    with sessions.begin() as session:
        run = runs.begin_undo(session, migration_id, actor)
    return _run(
        sessions,
        run,
        lambda session, now: undoing.undo_chunk(session, rules, now, actor, chunk),
        lambda session, now, keys: undoing.undo_these(session, rules, now, actor, keys),
        undoing.still_in_use,
        progress,
    )


def _run(
    sessions: sessionmaker[Session],
    run: Run,
    next_chunk: Callable[[Session, Run], Step],
    these: Callable[[Session, Run, Sequence[int]], Step],
    still_in_use: Callable[[Session, Run, Sequence[int]], list[Stayed]],
    progress: Progress,
) -> Migrated:
    went_on = run.position > 0
    stayed: list[Stayed] = []
    in_use: list[int] = []
    while True:
        with sessions.begin() as session:
            step = next_chunk(session, run)
        if step.is_last:
            break
        run = step.run
        stayed += step.stayed
        in_use += step.in_use
        progress(step.moved)
    for pause in PAUSES:
        if not in_use:
            break
        time.sleep(pause)
        with sessions.begin() as session:
            step = these(session, run, in_use)
        run, in_use = step.run, list(step.in_use)
        stayed += step.stayed
        progress(step.moved)
    with sessions.begin() as session:
        stayed += still_in_use(session, run, in_use)
        run = runs.finish(session, run)
    return Migrated(run, stayed, went_on)
