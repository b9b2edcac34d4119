"""`make faults`: plants 500 faults into good files and counts which the checker finds."""

import sys
import time
from collections import Counter

import click

from tests.workflows.seeded_faults import faults, is_found

SEED = 2026


def main(count: int) -> None:
    planted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    begun = time.perf_counter()
    for fault in faults(SEED, count):
        planted[fault.rule] += 1
        if is_found(fault):
            found[fault.rule] += 1
        else:
            click.echo(f"Not found: {fault.rule} in line {fault.line} of\n{fault.text}\n")
    took = time.perf_counter() - begun
    for rule in sorted(planted):
        click.echo(f"| `{rule}` | {found[rule]} of {planted[rule]} |")
    click.echo(
        f"Seed {SEED}: {found.total()} of {count} faults of {len(planted)} rules were found in "
        f"their lines, in {took:.0f} s."
    )
    if found != planted:
        sys.exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
