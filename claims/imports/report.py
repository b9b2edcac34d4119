"""What an import came to: a summary for the screen, every refused row for a file."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from claims.imports.mapping import Kind
from claims.imports.runs import RefusedRow
from claims.money.refunds import money
from claims.refusals import Refused


def summary(kind: Kind, counts: Mapping[str, int], currency: str) -> Iterator[str]:
    """Lines for a person; the sorts of refusals last, the most frequent first."""

    def count(name: str) -> str:
        return f"{counts.get(name, 0):>9,}"

    total = money(counts.get("total", 0), currency)
    yield f"{count('rows')} rows read"
    if kind == "orders":
        yield f"{count('orders')} orders imported, with {counts.get('lines', 0):,} lines, {total}"
        yield f"{count('there')} orders were there already"
    else:
        where = f"in {counts.get('claims', 0):,} reclamations, {total}"
        yield f"{count('items')} rows matched and settled, {where}"
        for heading in ("reason", "way"):
            for name, amount in _part(counts, heading):
                yield f"{'':>13}{heading} {name}: {money(amount, currency)}"
        yield f"{count('there')} rows were there already"
    for because, number in _part(counts, "left"):
        yield f"{number:>9,} rows left out: {because}"
    refused = _part(counts, "refused")
    yield f"{sum(number for _, number in refused):>9,} rows refused"
    for reason, number in refused:
        yield f"{number:>13,}  {reason}"


def write(path: Path, file_name: str, rows: Iterable[RefusedRow]) -> None:
    """Every refused row with file:line and reason, as CSV or JSONL by the path's ending."""
    check_path(path)
    with path.open("w", encoding="utf-8", newline="") as out:
        if path.suffix == ".csv":
            writer = csv.writer(out)
            writer.writerow(("where", "reason", "detail"))
            writer.writerows((f"{file_name}:{r.line}", r.reason, r.detail) for r in rows)
            return
        for r in rows:
            said = {"where": f"{file_name}:{r.line}", "reason": r.reason, "detail": r.detail}
            out.write(json.dumps(said, ensure_ascii=False) + "\n")


def check_path(path: Path) -> None:
    """Refused before anything is imported where the report could not be written."""
    if path.suffix not in {".csv", ".jsonl"}:
        raise Refused(f"The report {path.name} must end in .csv or .jsonl.")
    if not path.absolute().parent.is_dir():
        raise Refused(f"There is no folder {path.absolute().parent} for the report.")


def _part(counts: Mapping[str, int], heading: str) -> list[tuple[str, int]]:
    found = [
        (key.split(":", 1)[1], number)
        for key, number in counts.items()
        if key.startswith(f"{heading}:")
    ]
    return sorted(found, key=lambda part: -part[1])
