"""Play one seed again and print what happened: `python -m tests.storms.simulation 17`."""

import sys
import tempfile
from pathlib import Path

import click

from config.bootstrap import read_rules
from config.settings import settings_from
from tests.conftest import NOWHERE
from tests.storms.quiet_shop import quiet_shop
from tests.storms.simulation.plants import PLANTS
from tests.storms.simulation.play import simulate
from tests.storms.simulation.world import a_world
from tests.support.cluster import remove_cluster, start_cluster


@click.command()
@click.argument("seed", type=int)
@click.option("--plant", type=click.Choice(sorted(PLANTS)), help="With this mistake planted.")
def main(seed: int, plant: str | None) -> None:
    """The trace of one seed, line by line, and its violations."""
    import pytest

    cluster = start_cluster()
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            pytest.MonkeyPatch.context() as patch,
        ):
            rules = read_rules(settings_from({**NOWHERE, **quiet_shop(Path(folder))}))
            with a_world(cluster, rules, "simulation") as world:
                if plant:
                    PLANTS[plant].install(patch, world)
                run = simulate(world, seed, keeps_lines=True)
    finally:
        remove_cluster(cluster)
    click.echo("\n".join(run.lines))
    click.echo(f"trace {run.digest}, {run.steps} steps, {len(run.violations)} violations")
    sys.exit(1 if run.violations else 0)


if __name__ == "__main__":
    main()
