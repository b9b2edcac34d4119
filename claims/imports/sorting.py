"""Rows in another order than the file's, on disk, so that memory does not grow with the file."""

import json
import sqlite3
from collections.abc import Iterable, Iterator

from claims.imports.files import Row

SortKey = tuple[str, str]
"""Compared as text, one after the other; rows with equal keys keep the order of the file."""


class SortedRows:
    """A temporary database that ends with the process; nothing of it is shared."""

    def __init__(self, keyed: Iterable[tuple[SortKey, Row]]) -> None:
        self._disk = sqlite3.connect("")
        self._disk.execute("PRAGMA journal_mode = OFF")
        self._disk.execute(
            "CREATE TABLE sorted (first TEXT, second TEXT, line INTEGER, row TEXT, broken TEXT)"
        )
        self._disk.executemany(
            "INSERT INTO sorted VALUES (?, ?, ?, ?, ?)",
            (
                (*key, row.line, json.dumps(row.values, ensure_ascii=True), row.broken)
                for key, row in keyed
            ),
        )

        self._count: int = self._disk.execute("SELECT count(*) FROM sorted").fetchone()[0]

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[tuple[SortKey, Row]]:
        found = self._disk.execute("SELECT * FROM sorted ORDER BY first, second, line")
        for first, second, line, values, broken in found:
            yield (first, second), Row(line, json.loads(values), broken)

    def close(self) -> None:
        self._disk.close()
