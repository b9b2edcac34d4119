"""The list as CSV: the rows that the filters show, all pages of them, streamed."""

import csv
import io
from collections.abc import Iterable, Iterator

from sqlalchemy.orm import Session, sessionmaker

from claims.money.amounts import decimals
from claims.queries.filters import Filters
from claims.queries.reclamations import Cursor, ReclamationRow, page
from claims.rules import Rules
from web.workflows.labels import Labels, whom

CHUNK = 500
COLUMNS = (
    "Number", "Order", "Shop", "Business unit", "Customer", "Mail", "Items", "State",
    "Items' states", "Waiting for", "Value", "Currency", "Priority", "Assignee", "Opened",
    "Deadline", "Late", "Closed",
)  # fmt: skip
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def harmless(cell: str) -> str:
    """The cell so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.lstrip().startswith(DANGEROUS) or cell[:1] in DANGEROUS else cell


def csv_lines(
    sessions: sessionmaker[Session], rules: Rules, filters: Filters, viewer_id: int | None
) -> Iterator[str]:
    """Header and rows; each CHUNK is read in a short transaction of its own.

    The header comes with the first rows: what cannot be read is refused before anything is sent.
    """
    header = [_line(COLUMNS)]
    after: Cursor | None = None
    while True:
        with sessions.begin() as session:
            found = page(session, filters, viewer_id, after=after, size=CHUNK)
            labels = Labels(session, rules)
            lines = [_line(_cells(row, labels)) for row in found.rows]
        yield from header + lines
        header = []
        if found.next is None:
            return
        after = found.next


def _cells(row: ReclamationRow, labels: Labels) -> Iterable[str]:
    places = decimals(row.currency)
    states = dict.fromkeys(labels.state(i.workflow_hash, i.state).label for i in row.items)
    return (
        row.number,
        row.order_number,
        row.shop,
        row.unit,
        row.customer,
        row.email,
        "; ".join(f"{item.quantity} × {item.name}" for item in row.items),
        labels.state(row.workflow_hash, row.state).label,
        "; ".join(states),
        ", ".join(whom(name) for name in row.waits_for),
        f"{row.value / 10**places:.{places}f}",
        row.currency,
        row.priority,
        row.assignee,
        row.opened_at.isoformat(timespec="seconds"),
        row.next_due.isoformat(timespec="seconds") if row.next_due else _still(row),
        "late" if row.is_late else "",
        row.closed_at.isoformat(timespec="seconds") if row.closed_at else "",
    )


def _still(row: ReclamationRow) -> str:
    return "stands still" if row.stands_still else ""


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([harmless(cell) for cell in cells])
    return line.getvalue()
