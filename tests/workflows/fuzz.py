"""`make fuzz`: the long form of the fuzz and of the differential test, with their figures."""

import statistics
import sys

import click

from tests.workflows.differential import compare
from tests.workflows.fuzzing import fuzz
from tests.workflows.mutants import definitions

SEED = 2026


def main(count: int) -> None:
    figures = fuzz(definitions(SEED, count))
    times = sorted(figures.seconds)
    click.echo(f"Seed {SEED}: {count} definitions, of which {figures.sound} are sound.")
    click.echo(f"{len(figures.rules)} rules were met; no traceback, nothing executed.")
    click.echo(
        f"Milliseconds each: median {statistics.median(times) * 1000:.1f}, "
        f"99 of 100 under {times[len(times) * 99 // 100] * 1000:.0f}, "
        f"longest {times[-1] * 1000:.0f}."
    )
    compared = compare(SEED, count)
    click.echo(
        f"Engine and plain interpreter: {compared.machines} machines, {compared.decisions} "
        f"decisions, {compared.taken} lines taken, no difference."
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
