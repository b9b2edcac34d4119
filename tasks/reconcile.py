"""`redress refunds reconcile`: holds providers' refunds against ours now, because a person asks."""

import sys
from collections import Counter
from datetime import UTC, datetime, timedelta

import click

from claims import clock
from config.last_good import rules_at_start
from config.settings import SettingsProblem, load
from tasks.reconciling import NotListed, Report, compare_only, listing, reconcile_now
from tasks.workshop import Workshop, open_workshop

BY = "the command line"
SHOWN = 200


@click.command()
@click.option("--provider", "name", help="Only this one; otherwise all that give a list.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="From this day on (UTC); otherwise as far back as the schedule looks.",
)
@click.option("--dry-run", is_flag=True, help="Tell what differs; write and heal nothing.")
def reconcile(name: str | None, since: datetime | None, dry_run: bool) -> None:
    """Hold what providers have refunded against what is refunded here.

    Exit 1 where something differs that a person has to look at, 2 where a provider gives no list.
    """
    settings = load()
    shop = open_workshop(settings, rules_at_start(settings))
    try:
        names = _chosen(shop, name)
        with shop.transaction() as session:
            now = clock.now(session)
        first = since.replace(tzinfo=UTC) if since else now - shop.reconcile_back
        if first > now - timedelta(minutes=1):
            raise click.UsageError("--since lies ahead; name a day that has passed.")
        reports = [_reported(shop, each, first, dry_run) for each in names]
    except NotListed as silent:
        click.echo(str(silent), err=True)
        sys.exit(2)
    finally:
        shop.close()
    sys.exit(1 if any(report.differences for report in reports) else 0)


def _chosen(shop: Workshop, name: str | None) -> list[str]:
    known = sorted(listing(shop.providers))
    if name is None:
        return known
    if name not in known:
        there = ", ".join(known) or "none"
        raise click.UsageError(f"No provider {name!r} gives a list; these do: {there}.")
    return [name]


def _reported(shop: Workshop, name: str, since: datetime, dry_run: bool) -> Report:
    report = compare_only(shop, name, since) if dry_run else reconcile_now(shop, name, since, BY)
    totals = report.totals
    would = "would heal" if dry_run else "healed"
    click.echo(
        f"{name} since {since:%Y-%m-%d}: {totals.listed} listed there, {totals.compared} compared "
        f"here, {totals.healed} {would}, {totals.found} differ."
    )
    for kind, count in sorted(Counter(each.kind for each in report.differences).items()):
        click.echo(f"  {count:>6}  {kind}")
    for difference in report.differences[:SHOWN]:
        click.echo(f"  {difference.kind}: {difference.sentence} ({difference.reference or '-'})")
    if len(report.differences) > SHOWN:
        click.echo(f"  … and {len(report.differences) - SHOWN} more; see the page Reconciliation.")
    return report


if __name__ == "__main__":
    try:
        reconcile(prog_name="redress refunds reconcile")
    except SettingsProblem as problem:
        sys.exit(str(problem))
