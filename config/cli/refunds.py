"""`redress refunds`: what is done about refunds from the command line."""

import click

from config import settings as of_settings
from config.cli.parts import become
from config.settings import as_environment


@click.group()
def refunds() -> None:
    """Refunds: hold them against the providers' own lists."""


@refunds.command()
@click.option("--provider", help="Only this one; otherwise all that give a list.")
@click.option("--since", help="From this day on (UTC), such as 2026-01-31.")
@click.option("--dry-run", is_flag=True, help="Tell what differs; write and heal nothing.")
def reconcile(provider: str | None, since: str | None, dry_run: bool) -> None:
    """Compare providers' refunds with ours; exit 1 where they differ, 2 where one gives no list."""
    words = ["--dry-run"] if dry_run else []
    words += ["--provider", provider] if provider else []
    words += ["--since", since] if since else []
    become(["tasks.reconcile", *words], as_environment(of_settings.load()))
