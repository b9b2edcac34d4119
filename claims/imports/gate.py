"""Which rows an import takes: the row filters of its mapping, and groups that belong together."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from claims.imports.files import Row
from claims.imports.mapping import ImportMapping
from claims.imports.runs import RefusedRow
from claims.imports.values import BadValue, Reading

UNREADABLE = "the row cannot be read"
_MOST_REFUSED = 4000


@dataclass(slots=True)
class Group:
    """Rows that belong together, and what was noted of the rows between them.

    `end` is the number of the last row that is dealt with once this group is.
    """

    end: int
    key: str = ""
    rows: list[Row] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Gate:
    mapping: ImportMapping
    reading: Reading

    def left_because(self, row: Row) -> str | None:
        """Why the row is another import's business."""
        for test in self.mapping.leave:
            if self.reading.holds(row, test):
                return test.because
        return None

    def refuse(self, row: Row) -> None:
        """BadValue where the row cannot be read or a filter refuses it."""
        if row.broken:
            raise BadValue(UNREADABLE, row.broken)
        for test in self.mapping.refuse:
            if self.reading.holds(row, test):
                value = row.values.get(test.column, "")
                raise BadValue(test.because, f"{test.because} ({test.column} is {value!r}).")

    def groups(
        self, rows: Iterable[Row], after: int, key_of: Callable[[Row], str]
    ) -> Iterator[Group]:
        """Neighbouring rows with the same key, without the first `after` rows.

        `key_of` may raise BadValue: the row is refused.
        """
        group = Group(after)
        for index, row in enumerate(rows, start=1):
            if index <= after:
                continue
            key = self._key(row, key_of, group)
            if key is not None:
                if group.rows and key != group.key:
                    yield group
                    group = Group(index)
                group.key = key
                group.rows.append(row)
            elif not group.rows and len(group.refused) >= _MOST_REFUSED:
                group.end = index
                yield group
                group = Group(index)
                continue
            group.end = index
        yield group

    def _key(self, row: Row, key_of: Callable[[Row], str], group: Group) -> str | None:
        group.counts["rows"] += 1
        because = self.left_because(row) if not row.broken else None
        if because:
            group.counts[f"left:{because}"] += 1
            return None
        try:
            self.refuse(row)
            return key_of(row)
        except BadValue as bad:
            group.refused.append(RefusedRow(row.line, bad.reason, bad.detail))
            return None
