"""The short form of a reconciliation of ten thousand refunds, through database and provider."""

import random

import pytest

from config.local.postgres import LocalPostgres
from tests.storms.surroundings import surrounded
from tests.tasks.planted_at_provider import rage
from tests.tasks.planted_fates import PLANTED


@pytest.mark.timeout(200)
def test_planted_discrepancies_are_found_by_their_kind_and_nothing_else_is_told(
    cluster: LocalPostgres,
) -> None:
    with surrounded(cluster=cluster, quiet=True, broker=False) as around:
        ran = rage(around, random.Random(4), refunds=300, discrepancies=24)

    assert ran.violations == []
    assert {kind for kind, _ in ran.expected.discrepancies} == set(PLANTED)
    assert len(ran.expected.healed) == 2
