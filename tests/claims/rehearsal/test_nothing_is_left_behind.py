"""A rehearsal opens no socket, no file and no database."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import UnboundExecutionError

from claims.models import Reclamation
from claims.rehearsal import RECLAMATION, Given, ItemGiven, Rehearsal
from claims.rehearsal.memory import new_session
from claims.rules import Rules
from tests.claims.rehearsal.people import AGENT, FINANCE, LEAD, WAREHOUSE
from tests.workflows.fuzzing import watching


def whole_story(rules: Rules) -> Rehearsal:
    rehearsal = Rehearsal(rules, Given(items=(ItemGiven(price=30000), ItemGiven(price=900))))
    rehearsal.fire(2, "refund", AGENT, {"amount": "9"})
    rehearsal.crash("pay-refund")
    rehearsal.answer("pay-refund", "unknown")
    rehearsal.fire(2, "confirm-not-paid", FINANCE, {"word": "Seen in its ledger"})
    rehearsal.fire(1, "request-return", AGENT)
    rehearsal.wait(timedelta(days=20))
    rehearsal.fire(1, "parcel-arrived", WAREHOUSE, {"received": "1", "condition": "opened"})
    rehearsal.fire(1, "refund", AGENT, {"amount": "300"})
    rehearsal.fire(1, "approve", LEAD)
    rehearsal.answer("pay-refund", "done")
    rehearsal.fire(RECLAMATION, "close", AGENT)
    return rehearsal


def test_it_opens_calls_and_imports_nothing(rules: Rules) -> None:
    whole_story(rules)  # once, so that libraries have loaded what they load on first use

    with watching() as seen:
        rehearsal = whole_story(rules)

    assert rehearsal.state(RECLAMATION) == "closed"
    assert seen == []


def test_a_query_finds_no_database() -> None:
    with pytest.raises(UnboundExecutionError):
        new_session().scalars(select(Reclamation)).all()
