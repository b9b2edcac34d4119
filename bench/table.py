"""The explicit table of benchmarks: name → what is measured, and by which function."""

from bench import migration, one_event
from bench.measure import Benchmark

BENCHMARKS: dict[str, Benchmark] = {
    "migration": Benchmark(migration.ABOUT, migration.measure),
    "one-event": Benchmark(one_event.ABOUT, one_event.measure),
}
