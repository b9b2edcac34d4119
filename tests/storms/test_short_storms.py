"""Each storm in its short form: the same code as `make storm`, a few seconds of it."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from config.bootstrap import build
from tests.storms import broker, crash, kill, poison, two_of_everything
from tests.storms.auditor import audit
from tests.storms.crowd import Crowd
from tests.storms.surroundings import Surroundings

pytestmark = pytest.mark.timeout(400)  # of a machine that does much else besides
SEED = 11
WELL_SETTLED = 60.0
"""A machine that tests beside it may take longer than the storm by itself."""
QUIET_REFUND = replace(crash.FLOWS[0], leaves={"refunds": 1})


@contextmanager
def two_ledgers_agree(around: Surroundings) -> Iterator[None]:
    yield
    assert audit(around.ledger, around.plain_url, may_be={"with-a-person"}) == []


def test_a_crash_at_a_point_and_another_in_recovery_leave_nothing_behind(
    around: Surroundings,
) -> None:
    for name in around.processes:
        if name != "provider":
            around.terminate(name)
    crashes = crash.Crashes()
    patient = around.settings.model_copy(update={"lease_seconds": 30.0})

    with two_ledgers_agree(around):
        crash.rage(
            replace(around, settings=patient), random.Random(SEED), crashes, [QUIET_REFUND], most=2
        )

    assert crashes.violations == []
    assert crashes.crashes >= 2


def test_kill_9_at_random_loses_nothing_and_doubles_nothing(at_work: Surroundings) -> None:
    redress = build(at_work.settings)
    crowd = Crowd(at_work, redress, random.Random(SEED), prefix="K")

    with two_ledgers_agree(at_work):
        raged = kill.rage(at_work, crowd, random.Random(SEED), 4, 20, WELL_SETTLED)
    redress.engine.dispose()
    at_work.misbehave()

    assert raged.violations == []
    assert raged.kills.total() == 4


def test_the_broker_is_emptied_and_killed_and_every_refund_is_paid(at_work: Surroundings) -> None:
    with two_ledgers_agree(at_work):
        broker.rage(at_work, random.Random(SEED), 12, flushes=3, kills=2)


def test_two_of_everything_and_rolling_restarts_get_into_nobodys_way(
    at_work: Surroundings,
) -> None:
    with two_ledgers_agree(at_work):
        rolled = two_of_everything.rage(at_work, random.Random(SEED), 12, deadlines=0, rounds=1)

    assert rolled.violations == []
    assert rolled.restarts == 4


def test_poison_becomes_an_incident_and_the_refunds_beside_it_are_paid(
    at_work: Surroundings,
) -> None:
    with two_ledgers_agree(at_work):
        poisoned = poison.rage(at_work, random.Random(SEED), 6, 1, ("segfault", "hang"))

    assert poisoned.violations == []
