"""`redress orders`: orders from files."""

from pathlib import Path

import click

from config.cli.imports import import_and_report, list_runs, ready
from config.importing import orders_import


@click.group()
def orders() -> None:
    """Bring orders in from files."""


@orders.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--mapping", required=True, help="A name in config/imports, or a .yaml file.")
@click.option(
    "--report",
    "report_to",
    type=click.Path(path_type=Path),
    help="Write every refused row there, as .csv or .jsonl.",
)
def import_(file: Path, mapping: str, report_to: Path | None) -> None:
    """Import the orders of FILE (CSV or JSONL, also gzipped).

    The same file twice changes nothing; an import that was stopped goes on where it was.
    """
    redress, found = ready(mapping, report_to)
    import_and_report(redress, orders_import(found, file), report_to)


@orders.command("list")
def list_() -> None:
    """The latest imports of orders, and the mappings there are."""
    list_runs("orders")
