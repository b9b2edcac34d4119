"""The short form of the storms over database, clocks, zombies, clicks and dumps."""

import random
from collections.abc import Iterator

import pytest

from config.local.postgres import LocalPostgres
from tests.storms import clicks, clock, cut, restore, zombies
from tests.storms.auditor import audit
from tests.storms.surroundings import Surroundings, surrounded

LEASE = 1.2


@pytest.fixture(scope="module")
def shared(cluster: LocalPostgres) -> Iterator[Surroundings]:
    """A provider and a web that stay up; each storm of these has orders of its own."""
    changes = {"SWEEP_SECONDS": "0.2", "LEASE_SECONDS": str(LEASE)}
    with surrounded(cluster=cluster, quiet=True, broker=False, **changes) as made:
        yield made


def test_a_line_that_is_cut_at_any_statement_neither_loses_nor_doubles_a_refund(
    shared: Surroundings,
) -> None:
    severed = cut.cut_everywhere(shared, random.Random(4), every=70)

    assert severed.violations == []
    assert severed.points >= 6
    assert audit(shared.ledger, shared.plain_url, paid_in_full=severed.refunds) == []


def test_clocks_that_jump_make_nobody_pay_twice(shared: Surroundings) -> None:
    jumped = clock.rage(shared, random.Random(5), 2)

    assert jumped.violations == []
    assert audit(shared.ledger, shared.plain_url) == []


def test_a_zombie_is_refused_and_its_word_kept(shared: Surroundings) -> None:
    zombies.sweepers(shared, 3)
    risen = zombies.rage(shared, random.Random(6), 2, LEASE)
    for name in list(shared.processes):
        if name.startswith("sweeper"):
            shared.terminate(name)

    assert risen.violations == []
    assert risen.zombies == 2
    assert audit(shared.ledger, shared.plain_url) == []


def test_of_many_who_press_at_once_one_wins_and_the_others_are_told_why(
    shared: Surroundings,
) -> None:
    shared.start("web")
    clicked = clicks.rage(shared, random.Random(7), 3, 20)

    assert clicked.violations == []
    assert clicked.rounds == 3


def test_an_old_dump_that_is_put_back_pays_nothing_twice(cluster: LocalPostgres) -> None:
    restored = restore.Restored()
    with surrounded(cluster=cluster, quiet=True, broker=False) as around:
        restore.rage(around, random.Random(10), 9, restored)

    assert restored.violations == []
    assert restored.missing > 0
    assert restored.renumbered > 0
