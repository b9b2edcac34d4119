"""Runs an import: one transaction for each chunk, so that it can be killed and go on."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session, sessionmaker

from claims.imports import report, runs
from claims.imports.claims import ClaimsImport
from claims.imports.files import ImportFile, Progress
from claims.imports.mapping import ClaimsMapping, ImportMapping, Kind, OrdersMapping
from claims.imports.orders import OrdersImport
from claims.imports.runs import Advance, Run
from claims.refusals import Refused
from claims.rules import Rules

Chunk = TypeVar("Chunk")


class Import(Protocol[Chunk]):
    """What `run_import` needs of an import of orders or of claims."""

    @property
    def kind(self) -> Kind: ...
    @property
    def mapping(self) -> ImportMapping: ...
    @property
    def file(self) -> ImportFile: ...
    @property
    def currency(self) -> str: ...
    def begin(self, session: Session) -> None: ...
    def chunks(self, after: int, progress: Progress) -> Iterator[Chunk]: ...
    def take(self, session: Session, chunk: Chunk) -> Advance: ...


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file. `repeated`: it had been imported to its end before."""

    run: Run
    repeated: bool
    went_on_from: int


def orders_import(mapping: ImportMapping, path: Path) -> OrdersImport:
    if not isinstance(mapping, OrdersMapping):
        raise Refused(f"{mapping.name} maps claims; use it with: redress claims import")
    return OrdersImport(mapping, ImportFile(path, mapping.file))


def claims_import(mapping: ImportMapping, path: Path, rules: Rules) -> ClaimsImport:
    if not isinstance(mapping, ClaimsMapping):
        raise Refused(f"{mapping.name} maps orders; use it with: redress orders import")
    return ClaimsImport(mapping, ImportFile(path, mapping.file), rules)


def in_silence(what: str, done: int, of: int) -> None:
    """Progress that nobody watches."""


def run_import(
    sessions: sessionmaker[Session],
    importing: Import[Chunk],
    progress: Progress = in_silence,
) -> Imported:
    """Import a file to its end, from where it was left when it was begun before.

    Raises Refused where the file or the mapping cannot be used; what is committed stays, and
    the same call goes on from there.
    """
    file, mapping = importing.file, importing.mapping
    digest = file.digest(mapping.text)
    with sessions.begin() as session:
        run = runs.begin(session, importing.kind, mapping.name, digest, file.path.name)
        importing.begin(session)
        if run.finished_at is not None:
            return Imported(run, repeated=True, went_on_from=run.position)
    start = run.position
    for chunk in importing.chunks(start, progress):
        with sessions.begin() as session:
            run = runs.advance(session, run, importing.take(session, chunk))
    with sessions.begin() as session:
        run = runs.finish(session, run)
    return Imported(run, repeated=False, went_on_from=start)


def write_report(sessions: sessionmaker[Session], imported: Imported, path: Path) -> None:
    with sessions() as session:
        report.write(path, imported.run.file_name, runs.refused_rows(session, imported.run))
