"""Fixtures of the engine's tests; they need no database."""

import time
from collections.abc import Callable

import pytest


@pytest.fixture
def best_of() -> Callable[[Callable[[], object]], float]:
    """The shortest of twenty runs, in seconds: what the code costs, not what the machine does."""

    def measure(run: Callable[[], object]) -> float:
        times = []
        for _ in range(20):
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
        return min(times)

    return measure
