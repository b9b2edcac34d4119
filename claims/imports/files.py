"""Rows of a CSV or JSONL file, plain or gzipped, one at a time whatever its size."""

import csv
import difflib
import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from claims.imports.mapping import FileShape
from claims.refusals import Refused

_GZIP = b"\x1f\x8b"
_TELL_EVERY = 500
MOST_NAMED, MOST_SAID = 40, 400
"""How many of a file's columns are told, and in how many characters."""

Progress = Callable[[str, int, int], None]
"""Hears what is being done, how far it is, and of how much."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record; `line` is where it begins in the file, counted from 1."""

    line: int
    values: Mapping[str, str]
    broken: str | None = None
    """Why the record cannot be read at all, as a sentence."""


class FileProblem(Refused):
    """The file as a whole cannot be read (on); the sentence says where and what to do."""


@dataclass(frozen=True, slots=True)
class ImportFile:
    path: Path
    shape: FileShape

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def digest(self, mapping_text: str) -> str:
        """SHA-256 over the file's bytes and the mapping's text."""
        with self._open() as raw:
            hashed = hashlib.sha256()
            while part := raw.read(1 << 20):
                hashed.update(part)
        hashed.update(b"\0" + mapping_text.encode())
        return hashed.hexdigest()

    def rows(
        self, columns: Collection[str], progress: Callable[[int], None] = lambda _: None
    ) -> Iterator[Row]:
        """Every record, in order. `progress` hears how many bytes of the file are read.

        Raises FileProblem where a column is missing or reading cannot go on.
        """
        with self._open() as raw:
            is_gzip = raw.read(2) == _GZIP
            raw.seek(0)
            plain: IO[bytes] = gzip.GzipFile(fileobj=raw) if is_gzip else raw  # type: ignore[assignment]
            encoding = "utf-8-sig" if self.shape.encoding == "utf-8" else self.shape.encoding
            text = io.TextIOWrapper(plain, encoding=encoding, newline="")
            read = _csv_rows if self.shape.format == "csv" else _jsonl_rows
            line = 0
            try:
                for number, row in enumerate(read(text, self, set(columns))):
                    line = row.line
                    yield row
                    if number % _TELL_EVERY == 0:
                        progress(raw.tell())
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                said = f"the gzip data is cut off or damaged ({error})"
                raise self._problem(line, said) from error
            except UnicodeDecodeError as error:
                said = f"0x{error.object[error.start]:02x} is not {self.shape.encoding}"
                raise self._problem(
                    line, f"{said}; name the right encoding in the mapping, often cp1252"
                ) from error
            except csv.Error as error:
                raise self._problem(line, f"this is not CSV ({error})") from error
            progress(raw.tell())

    def _open(self) -> IO[bytes]:
        try:
            return self.path.open("rb")
        except OSError as error:
            raise FileProblem(f"{self.path} cannot be read: {error.strerror}.") from error

    def _problem(self, line: int, sentence: str) -> FileProblem:
        return FileProblem(
            f"{self.path.name}:{line + 1}: {sentence}. What came before is imported; repair the "
            "file and import it again."
        )

    def check_columns(self, present: list[str], wanted: set[str]) -> None:
        twice = sorted({name for name in present if present.count(name) > 1} & wanted)
        if twice:
            raise FileProblem(f"{self.path.name}: the column {twice[0]} is there more than once.")
        missing = [_asked_for(name, present) for name in sorted(wanted - set(present))]
        if missing:
            there = ", ".join(present[:MOST_NAMED]) + (", …" if present[MOST_NAMED:] else "")
            raise FileProblem(
                f"{self.path.name} lacks columns that the mapping names: {', '.join(missing)}.",
                f"Its first line names {there[:MOST_SAID]}; is it the right file for this mapping?",
            )


def _asked_for(name: str, present: list[str]) -> str:
    near = difflib.get_close_matches(name, present, 1)
    return f"{name} (did you mean {near[0]}?)" if near else name


def _csv_rows(text: IO[str], file: ImportFile, columns: set[str]) -> Iterator[Row]:
    reader = csv.reader(text, delimiter=file.shape.delimiter, strict=True)
    header = next(reader, None)
    if header is None:
        raise FileProblem(f"{file.path.name} is empty; a first line with column names is needed.")
    file.check_columns(header, columns)
    width = len(header)
    line = reader.line_num + 1
    for record in reader:
        if len(record) == width:
            yield Row(line, dict(zip(header, record, strict=True)))
        elif record:
            said = f"The row has {len(record)} values, the header names {width} columns."
            yield Row(line, {}, said)
        line = reader.line_num + 1


def _jsonl_rows(text: IO[str], file: ImportFile, columns: set[str]) -> Iterator[Row]:
    del file, columns
    for line, record in enumerate(text, start=1):
        if not record.strip():
            continue
        try:
            read = json.loads(record, parse_int=str, parse_float=str)
        except (json.JSONDecodeError, RecursionError) as error:
            yield Row(line, {}, f"The line is not JSON: {error}.")
            continue
        if isinstance(read, dict):
            yield Row(line, dict(_flat(read)))
        else:
            yield Row(line, {}, "The line is JSON, but not an object with names and values.")


def _flat(record: Mapping[str, object], before: str = "") -> Iterator[tuple[str, str]]:
    """Names and texts; {"customer": {"id": 5}} gives customer.id."""
    for name, value in record.items():
        match value:
            case dict():
                yield from _flat(value, f"{before}{name}.")
            case None:
                yield f"{before}{name}", ""
            case bool():
                yield f"{before}{name}", "true" if value else "false"
            case _:
                yield f"{before}{name}", str(value)
