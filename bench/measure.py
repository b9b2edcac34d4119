"""How a benchmark measures: ours and the floor in turns, in one run, as medians."""

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Measurement:
    """One comparison; `ratio` is what may be remembered, the figures belong to this machine."""

    floor: float
    ours: float
    unit: str
    rounds: int
    floor_is: str
    notes: tuple[str, ...] = ()

    @property
    def ratio(self) -> float:
        return self.ours / self.floor


@dataclass(frozen=True, slots=True)
class Benchmark:
    about: str
    measure: Callable[[], Measurement]


def compare(
    ours: Callable[[], object],
    floor: Callable[[], object],
    *,
    floor_is: str,
    rounds: int = 200,
    warm_up: int = 20,
) -> Measurement:
    """Both in turns, so that a slow moment of the machine meets both; in milliseconds."""
    taken: dict[str, list[float]] = {"floor": [], "ours": []}
    for turn in range(warm_up + rounds):
        for name, work in (("floor", floor), ("ours", ours)):
            begun = time.perf_counter_ns()
            work()
            if turn >= warm_up:
                taken[name].append((time.perf_counter_ns() - begun) / 1e6)
    return Measurement(median(taken["floor"]), median(taken["ours"]), "ms", rounds, floor_is)


def machine() -> str:
    """In a line: what the figures were measured on."""
    return f"{os.cpu_count()} × {_processor()}, Python {platform.python_version()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
