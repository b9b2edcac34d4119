"""`redress journal`: is everything that happened still as it was written?"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy import create_engine, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from claims import checkpoints, clock
from claims import journal as of_journal
from claims.checkpoints import DamagedCheckpoint
from claims.journal_chain import Broken
from claims.models import Reclamation
from claims.refusals import NotFound
from config import settings as of_settings
from config.cli import sentence_for
from config.settings import SettingsProblem

CANNOT_TELL = 2
MOST_SAID = 1000
"""Broken places that are said one by one; more are only counted."""


@click.group()
def journal() -> None:
    """The journal: check its chains, and mark where they end.

    Each entry's hash covers what it says and the hash before it. A checkpoint that is kept where
    nobody who holds the database can reach it shows also what the chains alone cannot: an end
    cut off together with its head, a chain written anew, a whole reclamation gone.
    """


@journal.command()
@click.option("--reclamation", "number", metavar="R-…", help="Only this one.")
@click.option(
    "--from",
    "checkpoint",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also against this checkpoint.",
)
@click.pass_context
def verify(context: click.Context, number: str | None, checkpoint: Path | None) -> None:
    """Check every chain and say each broken place; exit 1 if there is one, 2 if it cannot be told.

    Reads in one moment of the database and in constant memory; nobody has to wait for it.
    """
    try:
        if checkpoint is not None:
            _read_whole(checkpoint)
        with _one_moment() as session:
            found = _said(_broken(session, number, checkpoint))
    except (DamagedCheckpoint, NotFound, OSError, OperationalError, SettingsProblem) as problem:
        said = str(problem) if isinstance(problem, DamagedCheckpoint) else sentence_for(problem)
        click.echo(f"Nothing can be told: {said or problem}", err=True)
        context.exit(CANNOT_TELL)
    if found:
        places = "1 place is" if found == 1 else f"{found} places are"
        click.echo(f"{places} not as written.")
        context.exit(1)
    against = f", and as {checkpoint} knows it" if checkpoint else ""
    click.echo(f"The journal{f' of {number}' if number else ''} is whole{against}.")


@journal.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write there instead of to the terminal; a file that exists is not written over.",
)
def checkpoint(output: Path | None) -> None:
    """Write where every chain ends now, to be kept where nobody can change it."""
    with _one_moment() as session:
        if output is None:
            checkpoints.write(session, clock.now(session), sys.stdout)
            return
        with output.open("x", encoding="utf-8", newline="") as file:
            written = checkpoints.write(session, clock.now(session), file)
            file.flush()
            os.fsync(file.fileno())
    click.echo(
        f"{output} marks {written.reclamations} reclamations with {written.entries} entries. "
        f"Keep it elsewhere; its digest is {written.digest}."
    )


def _broken(session: Session, number: str | None, checkpoint: Path | None) -> Iterator[Broken]:
    key = session.scalar(select(Reclamation.id).where(Reclamation.number == number))
    if number is not None and key is None and checkpoint is None:
        raise NotFound(f"There is no reclamation {number}.")
    if number is None or key is not None:
        yield from of_journal.verify_all(session, key)
    if checkpoint is not None:
        with checkpoint.open(encoding="utf-8", newline="") as lines:
            yield from checkpoints.verify(session, lines, number)


def _said(broken: Iterator[Broken]) -> int:
    found = 0
    for each in broken:
        found += 1
        if found <= MOST_SAID:
            click.echo(str(each))
    return found


def _read_whole(checkpoint: Path) -> None:
    """DamagedCheckpoint where the file is not one, before anything is said by it."""
    with checkpoint.open(encoding="utf-8", newline="") as lines:
        try:
            for _ in checkpoints.marks(lines):
                pass
        except (DamagedCheckpoint, UnicodeDecodeError) as problem:
            raise DamagedCheckpoint(f"{checkpoint} is no whole checkpoint. {problem}") from problem


@contextmanager
def _one_moment() -> Iterator[Session]:
    """A session that sees the database as it is now, whatever is written meanwhile."""
    engine = create_engine(of_settings.load().database_url, poolclass=NullPool)
    try:
        with Session(engine) as session:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session
    finally:
        engine.dispose()
