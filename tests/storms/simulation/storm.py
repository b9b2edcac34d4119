"""Storm 11, simulation: thousands of seeds, some of them twice, and the planted mistakes.

    python -m tests.storms simulation --seed 1 --seeds 10000

A violation names its seed; `python -m tests.storms.simulation 17` plays that one again and prints
its trace.
"""

import hashlib
import os
import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

import click
import pytest

from config.bootstrap import read_rules
from config.settings import settings_from
from tests.conftest import NOWHERE
from tests.storms.figures import Figures, Options
from tests.storms.quiet_shop import quiet_shop
from tests.storms.simulation.plants import PLANTS
from tests.storms.simulation.play import Run, script_of, simulate
from tests.storms.simulation.world import World, a_world
from tests.support.cluster import reach_cluster, remove_cluster, start_cluster

SEEDS = 10_000
CHUNK = 25
TWICE = 25
"""Every so manieth seed is played twice."""
MOST_PLAYED = 60
"""So many of its seeds a planted mistake may survive before the storm is called broken."""
MOST_DRAWN = 10_000
PLANTS_FROM = 1000
"""With fewer seeds than that nothing is planted."""
MAY_ESCAPE = 1
"""Of the planted mistakes."""


@dataclass(slots=True)
class Chunk:
    """What came of some seeds, small enough to be handed from one process to another."""

    digests: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Caught:
    """A planted mistake, and the seed at which it came out; none: it escaped."""

    plant: str
    seed: int | None
    played: int
    violation: str


def run(options: Options) -> Figures:
    """The long form: all seeds in as many processes as there are processors, then the plants."""
    seeds = options.seeds or SEEDS
    cluster = start_cluster()
    try:
        chunks, caught = _all(str(cluster.home), options.seed, seeds)
    finally:
        remove_cluster(cluster)
    counts: Counter[str] = sum((chunk.counts for chunk in chunks), Counter())
    violations = [sentence for chunk in chunks for sentence in chunk.violations]
    escaped = [each for each in caught if each.seed is None]
    for each in sorted(caught, key=lambda one: list(PLANTS).index(one.plant)):
        click.echo(f"  | {PLANTS[each.plant].name} | {each.seed or 'none'} | {each.played} |"
              f" {each.violation} |")  # fmt: skip
    if len(escaped) > MAY_ESCAPE:
        violations += [f"the planted mistake {each.plant!r} is not found" for each in escaped]
    trace = hashlib.sha256("".join(d for c in chunks for d in c.digests).encode()).hexdigest()
    return Figures(
        "simulation",
        {
            "seeds": f"{options.seed} to {options.seed + seeds - 1}",
            **{name: f"{count:,}" for name, count in counts.items()},
            "planted mistakes found": f"{len(caught) - len(escaped)} of {len(caught)}",
            "trace": trace[:16],
        },
        violations,
    )


def _all(home: str, first: int, seeds: int) -> tuple[list[Chunk], list[Caught]]:
    starts = range(first, first + seeds, CHUNK)
    with ProcessPoolExecutor(os.cpu_count() or 1, get_context("spawn")) as pool:
        runs = [
            pool.submit(_chunk, home, start, min(CHUNK, first + seeds - start)) for start in starts
        ]
        wanted = PLANTS if seeds >= PLANTS_FROM else ()
        plants = [pool.submit(_planted, home, name) for name in wanted]
        counts: Counter[str] = Counter()
        for done, each in enumerate(as_completed(runs), start=1):
            chunk = each.result()
            counts += chunk.counts
            for sentence in chunk.violations:
                click.echo(f"  {sentence}", err=True)
            if done % 4 == 0 or done == len(runs):
                told = ", ".join(f"{count:,} {name}" for name, count in counts.items())
                click.echo(f"  so far {told}")
        return [each.result() for each in runs], [each.result() for each in plants]


@contextmanager
def _a_world(home: str) -> Iterator[World]:
    """A world in a database of this process's own."""
    with tempfile.TemporaryDirectory() as folder:
        rules = read_rules(settings_from({**NOWHERE, **quiet_shop(Path(folder))}))
        name = f"simulation_{os.getpid()}_{random.SystemRandom().randrange(10**9)}"
        with a_world(reach_cluster(home), rules, name) as world:
            yield world


def _chunk(home: str, first: int, count: int) -> Chunk:
    with _a_world(home) as world:
        return play_seeds(world, range(first, first + count))


def play_seeds(world: World, seeds: Sequence[int], twice: int = TWICE) -> Chunk:
    """Play seeds one after the other; every so manieth twice, to the same trace."""
    chunk = Chunk()
    for number, seed in enumerate(seeds):
        played = simulate(world, seed)
        chunk.digests.append(played.digest)
        _count(chunk.counts, played)
        chunk.violations += [f"seed {seed}: {sentence}" for sentence in played.violations]
        if number % twice == 0 and simulate(world, seed).digest != played.digest:
            chunk.violations.append(f"seed {seed}: the same seed gave another trace")
    return chunk


def _count(counts: Counter[str], played: Run) -> None:
    counts["runs"] += 1
    counts["steps"] += played.steps
    counts["crashes"] += played.deaths
    counts["pauses"] += played.pauses
    counts["calls"] += played.calls
    counts["look-ups"] += played.look_ups


def _planted(home: str, name: str) -> Caught:
    with _a_world(home) as world:
        return look_for(world, name)


def look_for(world: World, name: str, most: int = MOST_PLAYED) -> Caught:
    """Play the seeds at which a planted mistake can show, until it does."""
    plant, played = PLANTS[name], 0
    for seed in range(1, MOST_DRAWN):
        if played == most:
            break
        if not plant.where(script_of(random.Random(f"script {seed}"))):
            continue
        played += 1
        with pytest.MonkeyPatch.context() as patch:
            plant.install(patch, world)
            found = simulate(world, seed).violations
        if any("<locals>" in sentence for sentence in found):
            raise AssertionError(f"The planted mistake {name} fits the code no more: {found[0]}")
        if found:
            return Caught(name, seed, played, found[0])
    return Caught(name, None, played, "")
