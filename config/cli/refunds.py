"""`redress refunds`: what is done about refunds from the command line."""

import click

from config import settings as of_settings
from config.cli.parts import become
from config.settings import as_environment


@click.group()
def refunds() -> None:
    """Refunds: hold them against the providers' own lists."""


@refunds.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def reconcile(arguments: tuple[str, ...]) -> None:
    """Compare providers' refunds with ours (--provider, --since, --dry-run)."""
    become(["tasks.reconcile", *arguments], as_environment(of_settings.load()))
