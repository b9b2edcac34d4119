"""Balances of store credit as CSV: what the list shows, all pages of it, streamed."""

import csv
import io
from collections.abc import Iterable, Iterator

from sqlalchemy.orm import Session, sessionmaker

from claims.money.amounts import decimals
from claims.queries.credit import Balance, Place, balances
from web.reclamations.export import harmless

CHUNK = 500
COLUMNS = ("Customer", "Name", "Shop", "Balance", "Currency", "Last entry")


def csv_lines(sessions: sessionmaker[Session], search: str, *, is_open: bool) -> Iterator[str]:
    """Header and rows; each CHUNK is read in a short transaction of its own."""
    header = [_line(COLUMNS)]
    after: Place | None = None
    while True:
        with sessions.begin() as session:
            found = balances(session, search, is_open=is_open, after=after, size=CHUNK)
        yield from header + [_line(_cells(each)) for each in found[:CHUNK]]
        header = []
        if len(found) <= CHUNK:
            return
        after = found[CHUNK - 1].place


def _cells(each: Balance) -> Iterable[str]:
    places = decimals(each.currency)
    return (
        each.customer_number,
        each.customer_name,
        each.shop,
        f"{each.balance / 10**places:.{places}f}",
        each.currency,
        each.last_at.isoformat(timespec="seconds") if each.last_at else "",
    )


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([harmless(cell) for cell in cells])
    return line.getvalue()
