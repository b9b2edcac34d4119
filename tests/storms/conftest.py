"""Surroundings for the short form of each storm, on the cluster of this run of pytest."""

from collections.abc import Iterator

import pytest

from config.local.postgres import LocalPostgres
from tests.storms.surroundings import Surroundings, surrounded


@pytest.fixture(scope="session")
def around(cluster: LocalPostgres) -> Iterator[Surroundings]:
    """One set of processes for all short storms, which start what they need and leave it be."""
    changes = {"SWEEP_SECONDS": "0.3", "LEASE_SECONDS": "2"}
    with surrounded(cluster=cluster, quiet=True, poison=True, **changes) as made:
        for number in (1, 2):
            made.add(f"worker-{number}", "worker", "--concurrency", "1")
            made.add(f"sweeper-{number}", "sweep")
        made.start("provider")
        yield made


@pytest.fixture
def at_work(around: Surroundings) -> Surroundings:
    """Two workers and two sweepers that run."""
    around.start("worker-1", "worker-2", "sweeper-1", "sweeper-2")
    return around
