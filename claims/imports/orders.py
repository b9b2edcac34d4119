"""The import of orders: rows to orders to chunks, each written in one transaction."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from claims.imports.drafting import draft_order
from claims.imports.drafts import OrderDraft
from claims.imports.files import ImportFile, Progress, Row
from claims.imports.gate import Gate
from claims.imports.mapping import Kind, OrdersMapping
from claims.imports.order_writing import ensure_shop, write_orders
from claims.imports.runs import Advance, RefusedRow
from claims.imports.sorting import SortedRows
from claims.imports.values import Reading, optional, text

CHUNK = 4000
"""Rows, at least: an order is never split between two transactions."""


@dataclass(slots=True)
class OrdersChunk:
    position: int
    drafts: list[OrderDraft] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


class OrdersImport:
    """One file of orders by one mapping. `chunks` reads, `take` writes one chunk."""

    kind: Kind = "orders"

    def __init__(self, mapping: OrdersMapping, file: ImportFile) -> None:
        self.mapping = mapping
        self.file = file
        self.currency = mapping.shop.currency
        self._reading = Reading(mapping.numbers, mapping.time_zone, self.currency)

    def begin(self, session: Session) -> None:
        """The shop is there from now on; Refused where it keeps its books in other money."""
        ensure_shop(session, self.mapping.shop)

    def chunks(self, after: int, progress: Progress) -> Iterator[OrdersChunk]:
        """The chunks after the first `after` rows, in an order that is always the same."""
        size = self.file.size
        rows = self.file.rows(
            set(self.mapping.columns()), lambda done: progress("Importing orders", done, size)
        )
        if not self.mapping.rows_anywhere:
            yield from self._chunks(rows, after)
            return
        number = self.mapping.order["number"]
        on_disk = SortedRows(((optional(row, number), ""), row) for row in rows)
        try:
            yield from self._chunks((row for _, row in on_disk), after)
        finally:
            on_disk.close()

    def take(self, session: Session, chunk: OrdersChunk) -> Advance:
        """Write a chunk in the caller's transaction."""
        written = write_orders(session, self.mapping.shop, chunk.drafts)
        return Advance(
            chunk.position, chunk.counts + written.counts, [*chunk.refused, *written.refused]
        )

    def _chunks(self, rows: Iterable[Row], after: int) -> Iterator[OrdersChunk]:
        number = self.mapping.order["number"]
        gate = Gate(self.mapping, self._reading)
        chunk = OrdersChunk(after)
        for group in gate.groups(rows, after, lambda row: text(row, number)):
            chunk.counts += group.counts
            chunk.refused += group.refused
            if group.rows:
                draft, refused = draft_order(self.mapping, self._reading, group.key, group.rows)
                chunk.refused += refused
                chunk.drafts += [draft] if draft else []
            chunk.position = group.end
            if chunk.counts["rows"] >= CHUNK:
                yield chunk
                chunk = OrdersChunk(group.end)
        yield chunk
