"""`redress orders import` and `redress claims import` as a person sees them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config.cli import main
from config.settings import Settings, as_environment
from tests.claims.imports.conftest import Importing
from tests.claims.imports.small_shop import CLAIMS, ORDERS, bought, credited

Redress = Callable[..., Result]


@pytest.fixture
def redress(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Redress:
    """Runs `redress …` in the test's folder, which has the small shop's mappings."""
    (tmp_path / "small-orders.yaml").write_text(ORDERS)
    (tmp_path / "small-claims.yaml").write_text(CLAIMS)
    for name, value in as_environment(settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("IMPORTS_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, arguments)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere.csv", "--mapping", "small-orders"], "cannot be read: No such file"),
        (["one.csv", "--mapping", "smal-orders"], "Did you mean small-orders?"),
        (["one.csv", "--mapping", "small-claims"], "redress claims import"),
        (["one.csv", "--mapping", "small-orders", "--report", "x.txt"], ".csv or .jsonl"),
        (["one.csv", "--mapping", "small-orders", "--report", "no/x.csv"], "no folder"),
        (["one.csv", "--mapping", "./wrong.yaml"], "wrong.yaml:1:1 missing-key"),
    ],
)
def test_what_a_person_can_put_right_is_a_sentence_and_no_trace(
    importing: Importing, redress: Redress, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    importing.file([bought()], "one.csv")
    (tmp_path / "wrong.yaml").write_text("import: wrong\nkind: orders\n")

    ended = redress("orders", "import", *arguments)

    assert ended.exit_code == 1
    assert sentence in ended.stderr
    assert importing.row("SELECT count(*) FROM orders") == (0,)


def test_the_screen_has_a_summary_and_the_report_every_row(
    importing: Importing, redress: Redress, tmp_path: Path
) -> None:
    rows = [bought("1"), bought("2", quantity=0), bought("3", quantity=-1), credited()]
    importing.file(rows, "orders.csv")
    imported = ("import", "orders.csv", "--mapping")

    ordered = redress("orders", *imported, "small-orders", "--report", "refused.jsonl").stdout
    claimed = redress("claims", *imported, "small-claims", "--report", "refused.csv").stdout

    assert "1 orders imported, with 1 lines, €15.00" in ordered
    assert "2 rows refused" in ordered
    assert "2  nothing was sold" in ordered
    assert "1 rows matched and settled, in 1 reclamations, €2.50" in claimed
    assert "3 rows left out: invoices are orders" in claimed
    assert [line[:25] for line in (tmp_path / "refused.jsonl").read_text().splitlines()] == [
        '{"where": "orders.csv:3",',
        '{"where": "orders.csv:4",',
    ]
    assert (tmp_path / "refused.csv").read_text() == "where,reason,detail\n"


def test_the_same_file_again_is_told_to_change_nothing(
    importing: Importing, redress: Redress
) -> None:
    importing.file([bought()], "orders.csv")
    command = ("orders", "import", "orders.csv", "--mapping", "small-orders")
    redress(*command)

    again = redress(*command)

    assert again.exit_code == 0
    assert "already; nothing was changed" in again.stdout
    assert "orders.csv  by small-orders  finished" in redress("orders", "list").stdout
    assert "Mappings: small-claims, small-orders" in redress("claims", "list").stdout
