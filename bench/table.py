"""The explicit table of benchmarks: name → what is measured, and by which function."""

from bench.measure import Benchmark

BENCHMARKS: dict[str, Benchmark] = {}
