"""The real files, to the cent; the facts are those that the data's own papers name."""

import csv
import gzip
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from claims.imports import mappings
from claims.imports.matching import OVER_PAID
from claims.rules import Rules
from config.importing import Imported, claims_import, orders_import, run_import, write_report
from config.settings import Settings
from tests.claims.imports.conftest import Importing
from tests.data import real_file

pytestmark = pytest.mark.data

WAYS = {
    "cash": "refunded_cash",
    "reversed-charge": "reversed_charge",
    "store-credit": "store_credit",
}


def test_of_the_tpcds_returns_the_sound_ones_are_settled_to_the_cent_and_the_others_refused(
    importing: Importing, sessions: sessionmaker[Session], settings: Settings, rules: Rules
) -> None:
    orders, returns = real_file("tpcds/order_lines.csv.gz"), real_file("tpcds/returns.csv.gz")
    folder = settings.imports_dir

    ordered = run_import(sessions, orders_import(mappings.find(folder, "tpcds-orders"), orders))
    claimed = run_import(
        sessions, claims_import(mappings.find(folder, "tpcds-claims"), returns, rules)
    )

    assert ordered.run.counts["orders"] == 1_200
    assert ordered.run.counts["lines"] == 14_283
    assert claimed.run.counts["items"] == 1_033
    assert claimed.run.counts["total"] == 129_173_958
    assert claimed.run.counts["refused:a needed value is missing"] == 113
    assert claimed.run.counts[f"refused:{OVER_PAID}"] == 243
    assert importing.rows("SELECT state, final, count(*) FROM reclamations GROUP BY 1, 2") == [
        ("closed", "good", 1_033)
    ]
    assert importing.row("SELECT count(*), sum(amount) FROM refunds") == (1_033, 129_173_958)
    assert importing.row("SELECT count(*) FROM refunds WHERE amount = 0") == (12,)
    _check_sums(importing, returns, {row.line for row in importing.refused(claimed)})
    _check_report(sessions, claimed, importing.folder / "refused.csv")


def _check_sums(importing: Importing, returns: Path, refused: set[int]) -> None:
    """By reason and by way of payment, against the file itself."""
    by_reason: Counter[str] = Counter()
    by_way: Counter[str] = Counter()
    for line, row in _rows(returns):
        if line not in refused:
            reason = "damaged-in-transit" if row["reason"] else "other"
            by_reason[reason] += int(Decimal(row["amount"]) * 100)
            for way, column in WAYS.items():
                by_way[way] += int(Decimal(row[column]) * 100)
    paid_back = importing.rows("SELECT way, sum(amount)::bigint FROM refund_shares GROUP BY 1")
    reasons = importing.rows(
        "SELECT i.reason, sum(r.amount)::bigint FROM refunds r JOIN items i ON i.id = r.item_id "
        "GROUP BY 1"
    )
    assert dict(tuple(row) for row in paid_back) == by_way
    assert dict(tuple(row) for row in reasons) == by_reason


def _check_report(sessions: sessionmaker[Session], claimed: Imported, report: Path) -> None:
    write_report(sessions, claimed, report)
    with report.open(encoding="utf-8", newline="") as text:
        told = list(csv.DictReader(text))
    assert len(told) == 356
    assert told[0]["where"] == "returns.csv.gz:3"
    assert told[0]["reason"] == OVER_PAID


def test_online_retail_imports_its_sound_invoices_and_the_credit_notes_that_match(
    importing: Importing,
    sessions: sessionmaker[Session],
    settings: Settings,
    rules: Rules,
) -> None:
    path = real_file("online-retail/2010-12_2011-01.csv.gz")
    folder = settings.imports_dir

    invoices = run_import(
        sessions, orders_import(mappings.find(folder, "online-retail-orders"), path)
    ).run
    notes = run_import(
        sessions, claims_import(mappings.find(folder, "online-retail-claims"), path, rules)
    ).run

    assert (invoices.counts["rows"], invoices.counts["orders"]) == (77_628, 2_645)
    assert _refused(invoices.counts) == 413
    over = notes.counts[f"refused:{OVER_PAID}"]
    assert (notes.counts["items"], over, notes.counts["items"] + over) == (768, 17, 785)
    assert notes.counts["refused:a needed value is missing"] == 59
    assert notes.counts["items"] + _refused(notes.counts) == 1_429
    assert importing.row(
        "SELECT count(*) FROM items i JOIN reclamations r ON r.id = i.reclamation_id "
        "JOIN orders o ON o.id = r.order_id WHERE r.opened_at < o.placed_at"
    ) == (0,)


def _refused(counts: Counter[str]) -> int:
    return sum(number for key, number in counts.items() if key.startswith("refused:"))


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        return list(enumerate(csv.DictReader(text), start=2))
