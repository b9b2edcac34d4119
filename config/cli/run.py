"""`redress run`: the whole of Redress on one machine."""

import sys

import click

from config.local import supervisor


@click.command()
def run() -> None:
    """Start everything on this machine and look after it until Ctrl-C.

    PostgreSQL, Valkey and the sandbox provider are started unless DATABASE_URL, REDIS_URL and
    SANDBOX_URL name others. Data, logs and letters lie in .redress/ (DATA_DIR).
    """
    supervisor.run(_say)


def _say(sentence: str) -> None:
    try:
        click.echo(sentence)
        sys.stdout.flush()
    except OSError:
        """The terminal is gone; Redress is not."""
