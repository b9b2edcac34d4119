"""What a file of `config/imports/` says, as frozen values; `claims.imports.mappings` reads one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

Kind = Literal["orders", "claims"]
FileFormat = Literal["csv", "jsonl"]
Prices = Literal["with-tax", "without-tax"]
MatchBy = Literal["customer-and-sku", "order-and-sku"]
Comparison = Literal["is", "is-not", "begins-with", "begins-not-with", "at-most", "at-least"]


@dataclass(frozen=True, slots=True)
class FileShape:
    format: FileFormat
    delimiter: str = ","
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Numbers:
    """How the file writes numbers: 1,234.50 has decimal `.` and thousands `,`."""

    decimal: str = "."
    thousands: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field comes from: a column, several joined by a space, or a constant.

    `missing` is what an empty value means; None: it is not said, and an empty value of a needed
    field refuses the row. `values` translates; what is not in it refuses the row. `date` is
    strptime's pattern. `negative` turns the sign of a number around.
    """

    columns: tuple[str, ...] = ()
    constant: str | None = None
    missing: str | None = None
    values: Mapping[str, str] | None = None
    date: str | None = None
    negative: bool = False

    @property
    def name(self) -> str:
        """What a sentence calls it."""
        return " ".join(self.columns) or "the constant"

    def possible(self) -> tuple[str, ...]:
        """Every text that the mapping itself can give; empty where only the file knows."""
        said = [self.constant, self.missing, *(self.values or {}).values()]
        return tuple(dict.fromkeys(word for word in said if word is not None))


@dataclass(frozen=True, slots=True)
class RowTest:
    """A row for which it holds is left to another import, or refused, `because` of this."""

    column: str
    comparison: Comparison
    value: str
    because: str


@dataclass(frozen=True, slots=True)
class ShopOfImport:
    code: str
    name: str
    currency: str


@dataclass(frozen=True, slots=True)
class PaymentSource:
    """How an order was paid. Without `amount`: the rest that no other payment covers."""

    provider: str
    method: str
    reference: str
    """May contain {number}, {shop} and {position}."""
    amount: Source | None = None
    paid_at: Source | None = None
    """Without it the order's own time stands for when it was paid."""


@dataclass(frozen=True, kw_only=True)
class ImportMapping:
    """What both kinds of mapping share."""

    name: str
    label: str
    text: str
    """The whole file; an import is known by it and by the bytes of the data."""
    file: FileShape
    numbers: Numbers
    time_zone: ZoneInfo
    leave: tuple[RowTest, ...] = ()
    """Rows that are another import's business: counted, not reported one by one."""
    refuse: tuple[RowTest, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OrdersMapping(ImportMapping):
    shop: ShopOfImport
    rows_anywhere: bool
    """Whether the rows of one order may be apart from each other in the file."""
    prices: Prices
    order: Mapping[str, Source]
    line: Mapping[str, Source]
    paid_includes: frozenset[str] = frozenset()
    """What the column `paid` has in it beside the goods: tax, shipping."""
    payments: tuple[PaymentSource, ...] = ()

    def columns(self) -> Iterator[str]:
        named = (source for each in self.payments for source in (each.amount, each.paid_at))
        payments = [source for source in named if source]
        return _columns(self, [*self.order.values(), *self.line.values(), *payments])


@dataclass(frozen=True, kw_only=True)
class ClaimsMapping(ImportMapping):
    shop: str
    match: MatchBy
    one_per: tuple[str, ...]
    """Columns: rows with equal values there belong to one claim, if they meet one order."""
    claim: Mapping[str, Source]
    ways: Mapping[str, Source] = field(default_factory=dict)
    """Way of payment to the column with the part that was given back by it."""
    amount_basis: Prices = "with-tax"
    """Whether the amounts have tax in them, and so what they are measured against."""
    settle: str = "settle-outside"
    """The event that settles each item."""

    def columns(self) -> Iterator[str]:
        yield from self.one_per
        yield from _columns(self, [*self.claim.values(), *self.ways.values()])


def _columns(mapping: ImportMapping, sources: list[Source]) -> Iterator[str]:
    for test in (*mapping.leave, *mapping.refuse):
        yield test.column
    for source in sources:
        yield from source.columns
