"""A rehearsal and a real reclamation tell the same story: journal and money are the same."""

import pytest
from sqlalchemy.orm import Session, sessionmaker

from claims.rehearsal import Rehearsal
from claims.rehearsal.playing import taking
from claims.rehearsal.reading import read_trials_file
from claims.rules import Rules
from config.settings import PROJECT
from tests.claims.rehearsal.for_real import Played

TESTS = PROJECT / "config" / "workflows" / "tests"


@pytest.mark.parametrize("name", ["item-return", "item-faulty"])
def test_the_tests_of_a_workflow_leave_the_same_in_memory_and_in_the_database(
    owner_sessions: sessionmaker[Session], rules: Rules, name: str
) -> None:
    for trial in read_trials_file(TESTS / f"{name}.yaml", rules).trials:
        rehearsal = Rehearsal(rules, trial.given)
        for placed in trial.when:
            taking(rehearsal, placed.step, None)

        real = Played(owner_sessions, rules)
        real.play(trial)

        tried = rehearsal.reclamation
        assert real.journal() == [
            (
                entry.item.position if entry.item else 0,
                entry.kind,
                entry.actor_kind,
                entry.event,
                entry.from_state,
                entry.to_state,
            )
            for entry in tried.journal
        ], trial.name
        assert real.money() == [
            (refund.item.position, refund.amount, refund.paid_amount or 0, refund.status)
            for refund in tried.refunds
        ], trial.name
