"""`make storm`: each storm with its seed and its figures; exit 1 on any violation."""

import importlib
import sys
import time
from collections.abc import Sequence

import click

from tests.storms.figures import Figures, Options

STORMS: dict[str, str] = {
    "kill": "tests.storms.kill",
    "crash": "tests.storms.crash",
    "broker": "tests.storms.broker",
    "two": "tests.storms.two_of_everything",
    "cut": "tests.storms.cut",
    "clock": "tests.storms.clock",
    "zombies": "tests.storms.zombies",
    "clicks": "tests.storms.clicks",
    "restore": "tests.storms.restore",
    "stripe": "tests.storms.stripe",
    "poison": "tests.storms.poison",
    "simulation": "tests.storms.simulation.storm",
}
"""Each a module with `run(options: Options) -> Figures`; imported when it is called."""


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(sorted(STORMS)))
@click.option("--seed", type=int, default=2026, show_default=True)
@click.option("--kills", type=click.IntRange(1), help="How many processes are killed.")
@click.option("--refunds", type=click.IntRange(1), help="How many refunds are asked for.")
@click.option("--seeds", type=click.IntRange(1), help="How many seeds are simulated.")
def main(
    names: Sequence[str], seed: int, kills: int | None, refunds: int | None, seeds: int | None
) -> None:
    """Let storms rage over Redress; all of them where none is named."""
    options = Options(seed, kills, refunds, seeds)
    ended = [_rage(name, options) for name in names or STORMS]
    click.echo("")
    for figures in ended:
        click.echo(figures.line)
    sys.exit(1 if any(figures.violations for figures in ended) else 0)


def _rage(name: str, options: Options) -> Figures:
    click.echo(f"{name} (seed {options.seed}) …")
    began = time.monotonic()
    module = importlib.import_module(STORMS[name])
    figures: Figures = module.run(options)
    for sentence in figures.violations[:20]:
        click.echo(f"  {sentence}", err=True)
    click.echo(f"  {figures.line} · {time.monotonic() - began:.0f} s")
    return figures


if __name__ == "__main__":
    main()
