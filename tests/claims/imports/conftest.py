"""A small shop's mappings and files, and the import of them."""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Row, text
from sqlalchemy.orm import Session, sessionmaker

from claims.imports import mappings, runs
from claims.imports.runs import RefusedRow
from claims.rules import Rules
from config.importing import Imported, claims_import, orders_import, run_import
from tests.claims.imports.small_shop import CLAIMS, CLAIMS_BY_ORDER, ORDERS


@dataclass(frozen=True)
class Importing:
    """Writes rows to files and imports them with the small shop's mappings."""

    sessions: sessionmaker[Session]
    rules: Rules
    folder: Path

    def file(self, rows: Sequence[Mapping[str, object]], name: str) -> Path:
        path = self.folder / name
        with path.open("w", encoding="utf-8", newline="") as out:
            if path.suffix == ".jsonl":
                out.writelines(json.dumps(row) + "\n" for row in rows)
            else:
                columns = dict.fromkeys(column for row in rows for column in row)
                writer = csv.DictWriter(out, columns)
                writer.writeheader()
                writer.writerows(rows)
        return path

    def orders(
        self,
        rows: Sequence[Mapping[str, object]] | Path,
        name: str = "orders.csv",
        mapping: str = ORDERS,
    ) -> Imported:
        path = rows if isinstance(rows, Path) else self.file(rows, name)
        return run_import(self.sessions, orders_import(mappings.read(mapping, "m.yaml"), path))

    def claims(
        self,
        rows: Sequence[Mapping[str, object]] | Path,
        name: str = "claims.csv",
        mapping: str = CLAIMS,
    ) -> Imported:
        path = rows if isinstance(rows, Path) else self.file(rows, name)
        read = mappings.read(mapping, "m.yaml")
        return run_import(self.sessions, claims_import(read, path, self.rules))

    def claims_by_order(
        self, rows: Sequence[Mapping[str, object]], name: str = "returns.csv"
    ) -> Imported:
        return self.claims(rows, name, CLAIMS_BY_ORDER)

    def refused(self, imported: Imported) -> list[RefusedRow]:
        with self.sessions() as session:
            return list(runs.refused_rows(session, imported.run))

    def rows(self, statement: str) -> Sequence[Row[tuple[object, ...]]]:
        with self.sessions() as session:
            return session.execute(text(statement)).all()

    def row(self, statement: str) -> tuple[object, ...]:
        [only] = self.rows(statement)
        return tuple(only)


@pytest.fixture
def importing(sessions: sessionmaker[Session], rules: Rules, tmp_path: Path) -> Importing:
    return Importing(sessions, rules, tmp_path)


@pytest.fixture
def contents(importing: Importing) -> Callable[[], list[tuple[object, ...]]]:
    """All that imports write, to be compared before and after; keys and times left out."""

    def read() -> list[tuple[object, ...]]:
        items = "FROM items i JOIN reclamations r ON r.id = i.reclamation_id"
        lines = "FROM order_lines l JOIN orders o ON o.id = l.order_id"
        statements = [
            "SELECT number, total_paid, customer_number FROM orders ORDER BY number",
            f"SELECT o.number, l.position, l.sku, l.paid, l.refund_held {lines} ORDER BY 1, 2",
            "SELECT reference, captured, refund_held FROM payments ORDER BY 1",
            "SELECT import_key, state, opened_at, closed_at FROM reclamations ORDER BY 1",
            f"SELECT r.import_key, i.position, i.quantity, i.state {items} ORDER BY 1, 2",
            "SELECT amount, status, settled_at FROM refunds ORDER BY 1, 3",
            "SELECT count(*) FROM journal",
        ]
        return [tuple(row) for statement in statements for row in importing.rows(statement)]

    return read
