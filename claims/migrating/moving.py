"""Moves a chunk of cases in the caller's transaction, and says what stayed and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from claims import clock
from claims.migrating import runs
from claims.migrating.dates import set_dates
from claims.migrating.deciding import Decider, Stayed, counted, stayed
from claims.migrating.judging import Stay
from claims.migrating.reading import candidates, lock, standings
from claims.migrating.runs import Run
from claims.migrating.versions import Aim
from claims.migrating.writing import Move, write
from claims.people import Actor
from claims.rules import Rules

IN_USE = Stay("in-use", "Somebody is working on it just now.")


@dataclass(frozen=True, slots=True)
class Step:
    """What one chunk came to. `in_use` are keys of cases that were locked by somebody else."""

    run: Run
    moved: int = 0
    stayed: Sequence[Stayed] = ()
    in_use: Sequence[int] = ()
    is_last: bool = False
    """There was nothing left to look at."""


def move_chunk(
    session: Session, rules: Rules, run: Run, aim: Aim, actor: Actor, limit: int
) -> Step:
    """Move the next cases and note how far the run got; commit afterwards, and come again.

    Waits for nobody. Raises Refused where another process goes on with the same run.
    """
    ids = candidates(session, aim.chosen, run.position, limit)
    if not ids:
        return Step(run, is_last=True)
    return _moved(session, rules, run, aim, actor, ids, ids[-1])


def move_these(
    session: Session, rules: Rules, run: Run, aim: Aim, actor: Actor, case_ids: Sequence[int]
) -> Step:
    """The same for cases that were in use when their chunk had its turn."""
    return _moved(session, rules, run, aim, actor, case_ids, run.position)


def still_in_use(session: Session, run: Run, case_ids: Sequence[int]) -> list[Stayed]:
    """Cases that were in use at every try, for the list of what stayed."""
    return [stayed(each, IN_USE) for each in standings(session, run.subject, case_ids)]


def _moved(
    session: Session,
    rules: Rules,
    run: Run,
    aim: Aim,
    actor: Actor,
    case_ids: Sequence[int],
    position: int,
) -> Step:
    held = lock(session, run.subject, case_ids)
    at = clock.now(session)
    decider = Decider(session, rules, aim, at)
    found = standings(session, run.subject, case_ids)
    decisions = [
        decider.decide(each)
        for each in found
        if each.reclamation_id in held and each.hash != aim.to.hash
    ]
    moves = [each for each in decisions if isinstance(each, Move)]
    staying = [each for each in decisions if isinstance(each, Stayed)]
    write(session, moves, actor, {"migration": run.id}, at)
    set_dates(session, rules, moves, at)
    run = runs.advance(session, run, position, counted(moves, staying))
    in_use = [each.id for each in found if each.reclamation_id not in held]
    return Step(run, len(moves), staying, in_use)
