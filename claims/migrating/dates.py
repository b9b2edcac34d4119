"""Dates of `at:` events in the new version, which only the facts of a case can tell."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from claims import cases, clocks, refunded
from claims.cases import CaseRef
from claims.facts import facts_of
from claims.migrating.writing import Move
from claims.people import ITSELF
from claims.rules import Rules
from workflows.conditions import ConditionFailed


def set_dates(session: Session, rules: Rules, moves: Sequence[Move], at: datetime) -> None:
    """Let the date events of the moved cases' states ring when the new version says.

    Reads the cases whole, so only those whose state asks for a date. A date that cannot be told
    from the facts is left as it was; it is asked for again when a fact changes.
    """
    asking = [move for move in moves if _asks(session, rules, move)]
    if not asking:
        return
    loaded = cases.lock(session, [move.standing.reclamation_id for move in asking])
    refunded.load(session, rules, loaded.values(), ITSELF, at)
    with session.no_autoflush:
        for move in asking:
            reclamation = loaded[move.standing.reclamation_id]
            case = cases.chosen(reclamation, CaseRef(move.standing.subject, move.standing.id))
            facts = facts_of(session, rules, case, at, ITSELF)
            try:
                dates = rules.engine(session, move.to_hash).dates(move.to_state, facts)
            except ConditionFailed:
                continue
            clocks.set_dates(case, dates, at)
    session.flush()


def _asks(session: Session, rules: Rules, move: Move) -> bool:
    definition = rules.definition(session, move.to_hash)
    lines = definition.lines_from[move.to_state]
    return any(definition.events[line.event].at is not None for line in lines)
