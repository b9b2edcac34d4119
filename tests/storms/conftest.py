"""Surroundings for the short form of each storm, on the cluster of this run of pytest."""

from collections.abc import Iterator

import pytest

from config.local.postgres import LocalPostgres
from tests.storms.surroundings import Surroundings, surrounded


@pytest.fixture(scope="session")
def around(cluster: LocalPostgres) -> Iterator[Surroundings]:
    """One set of processes for all short storms; each starts what it needs."""
    with surrounded(cluster=cluster, quiet=True, SWEEP_SECONDS="0.2", LEASE_SECONDS="3") as made:
        yield made
