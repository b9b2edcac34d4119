"""What `redress orders import` and `redress claims import` do alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Never

import click
from tqdm import tqdm

from claims.imports import mappings, report, runs
from claims.imports.files import Progress
from claims.imports.mapping import ImportMapping, Kind
from config import bootstrap
from config import settings as of_settings
from config.bootstrap import Redress
from config.importing import Chunk, Import, Imported, run_import, write_report
from workflows.problems import WorkflowProblems


def ready(mapping: str, report_to: Path | None) -> tuple[Redress, ImportMapping]:
    """The program put together and the mapping read; what is wrong is said before work begins."""
    if report_to is not None:
        report.check_path(report_to)
    settings = of_settings.load()
    try:
        return bootstrap.build(settings), mappings.find(settings.imports_dir, mapping)
    except WorkflowProblems as problems:
        raise click.ClickException(str(problems)) from problems


def import_and_report(redress: Redress, importing: Import[Chunk], report_to: Path | None) -> None:
    """Import with a progress bar, then tell what it came to."""
    try:
        with _bar() as progress:
            imported = run_import(redress.sessions, importing, progress)
        _say(importing, imported)
        if report_to is not None:
            write_report(redress.sessions, imported, report_to)
            click.echo(f"The refused rows are listed in {report_to}.")
    except KeyboardInterrupt:
        raise click.ClickException(
            "Interrupted. What was done is kept; the same command goes on from there."
        ) from None
    finally:
        redress.engine.dispose()


def list_runs(kind: Kind) -> None:
    """The latest imports of a kind, and the mappings there are."""
    settings = of_settings.load()
    redress = bootstrap.build(settings)
    with redress.sessions() as session:
        for mapping, run in runs.listed(session, kind):
            state = (
                f"finished {run.finished_at:%Y-%m-%d %H:%M} UTC"
                if run.finished_at
                else f"stopped after {run.position:,} rows; import it again to go on"
            )
            click.echo(f"{run.file_name}  by {mapping}  {state}")
    redress.engine.dispose()
    names = ", ".join(sorted(path.stem for path in settings.imports_dir.glob("*.yaml")))
    click.echo(f"Mappings: {names}")


def _say(importing: Import[Chunk], imported: Imported) -> None:
    run = imported.run
    if imported.repeated:
        click.echo(
            f"{run.file_name} was imported by {importing.mapping.name} on "
            f"{run.finished_at:%Y-%m-%d %H:%M} UTC already; nothing was changed. It came to:"
        )
    elif imported.went_on_from:
        click.echo(f"Went on after row {imported.went_on_from:,}. In all it came to:")
    for line in report.summary(importing.kind, run.counts, importing.currency):
        click.echo(line)


@contextmanager
def _bar() -> Iterator[Progress]:
    """A progress bar for each thing that is done; quiet where there is no terminal."""
    bars: dict[str, tqdm[Never]] = {}
    done_before: dict[str, int] = {}

    def progress(what: str, done: int, of: int) -> None:
        if what not in bars:
            for bar in bars.values():
                bar.close()
            unit = " rows" if what.startswith("Filing") else "B"
            bars[what] = tqdm(total=of, desc=what, unit=unit, unit_scale=True, disable=None)
        bars[what].update(done - done_before.get(what, 0))
        done_before[what] = done

    try:
        yield progress
    finally:
        for bar in bars.values():
            bar.close()
