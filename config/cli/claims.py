"""`redress claims`: past claims from files."""

from pathlib import Path

import click

from config.cli.imports import import_and_report, list_runs, ready
from config.importing import claims_import


@click.group()
def claims() -> None:
    """Bring past claims in from files."""


@claims.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--mapping", required=True, help="A name in config/imports, or a .yaml file.")
@click.option(
    "--report",
    "report_to",
    type=click.Path(path_type=Path),
    help="Write every refused row there, as .csv or .jsonl.",
)
def import_(file: Path, mapping: str, report_to: Path | None) -> None:
    """Import the past claims of FILE (CSV or JSONL, also gzipped); import its orders first.

    Each claim is filed against the purchase it belongs to and settled by real events with its
    own dates. Nothing is paid and nobody is written to. The same file twice changes nothing.
    """
    redress, found = ready(mapping, report_to)
    import_and_report(redress, claims_import(found, file, redress.rules), report_to)


@claims.command("list")
def list_() -> None:
    """The latest imports of claims, and the mappings there are."""
    list_runs("claims")
