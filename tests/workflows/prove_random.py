"""`make proofs`: the proofs against brute force on many random pairs, with their figures."""

import sys
from time import perf_counter

import click

from claims.catalogue import CATALOGUE
from tests.workflows.large_products import large_pair
from tests.workflows.products import compare
from workflows.product.proving import prove_folder

SEED = 2026
MOST_PLACES = 1200


def main(count: int) -> None:
    figures = compare(SEED, count, most_items=3, most_places=MOST_PLACES)
    compared = ", ".join(f"{pairs} with {items}" for items, pairs in figures.pairs.items())
    click.echo(f"Seed {SEED}: {count} pairs; compared with so many items: {compared}.")
    refuted = ", ".join(f"{rule} {times}" for rule, times in figures.refuted.most_common())
    click.echo(f"Refuted: {refuted}; {figures.sound} are sound. No difference.")
    times = sorted(figures.seconds)
    click.echo(
        f"Milliseconds each proof: median {times[len(times) // 2] * 1000:.1f}, "
        f"99 of 100 under {times[len(times) * 99 // 100] * 1000:.0f}, "
        f"longest {times[-1] * 1000:.0f}; brute force took {figures.brute_seconds:.0f} s in all."
    )
    item, whole = large_pair(50)
    took = []
    for _ in range(5):
        began = perf_counter()
        [proof] = prove_folder([(item, "item"), (whole, "whole")], CATALOGUE)
        took.append(perf_counter() - began)
        assert proof.is_complete
        assert not proof.refuted
    click.echo(
        f"{len(item.states)} states, {len(item.transitions)} lines, up to 3 items: "
        f"{min(took) * 1000:.0f} to {max(took) * 1000:.0f} ms; {proof.places} places."
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
