"""Imports as real processes: killed in the middle, begun twice, and of any size."""

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from config.settings import PROJECT, Settings, as_environment
from tests.claims.imports.conftest import Importing
from tests.claims.imports.small_shop import CLAIMS, ORDERS, bought, credited

Contents = Callable[[], list[tuple[object, ...]]]


def big_file(path: Path, orders: int, *, credited_every: int = 0) -> Path:
    """Orders of three lines, and a credit note for each so many of them at the end."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, bought())
        writer.writeheader()
        for number in range(1, orders + 1):
            for sku in ("CUP", "POT", "LID"):
                writer.writerow(bought(str(number), sku, customer=str(number)))
        for number in range(1, orders + 1) if credited_every else ():
            if number % credited_every == 0:
                writer.writerow(credited(f"C{number}", customer=str(number)))
    return path


@contextmanager
def command(settings: Settings, tmp_path: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`redress …` as a process of its own, which is dead afterwards."""
    (tmp_path / "small-orders.yaml").write_text(ORDERS)
    (tmp_path / "small-claims.yaml").write_text(CLAIMS)
    environment = {**os.environ, **as_environment(settings), "IMPORTS_DIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "config.cli", *arguments],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def run(settings: Settings, tmp_path: Path, *arguments: str) -> str:
    with command(settings, tmp_path, *arguments) as process:
        said, complained = process.communicate(timeout=60)
        assert process.returncode == 0, complained
        return said


def wait_for_progress(importing: Importing, kind: str) -> int:
    for _ in range(1_500):
        found = importing.rows(
            f"SELECT position FROM import_runs WHERE kind = '{kind}' AND position > 0"
        )
        if found:
            return int(str(found[0][0]))
        time.sleep(0.02)
    raise AssertionError("The import did not begin.")


def test_killed_imports_go_on_where_they_were_and_come_to_the_same(
    settings: Settings, importing: Importing, contents: Contents, tmp_path: Path
) -> None:
    path = big_file(tmp_path / "big.csv", 3_600, credited_every=6)

    for kind in ("orders", "claims"):
        arguments = (kind, "import", str(path), "--mapping", f"small-{kind}")
        with command(settings, tmp_path, *arguments) as process:
            position = wait_for_progress(importing, kind)
            process.send_signal(signal.SIGKILL)
            process.wait()
        before = importing.row(
            f"SELECT position, finished_at IS NULL FROM import_runs WHERE kind = '{kind}'"
        )
        assert before[1] is True, "the import had ended before it was killed"
        assert int(str(before[0])) >= position

        said = run(settings, tmp_path, *arguments)

        assert f"Went on after row {before[0]:,}" in said

    assert importing.row("SELECT count(*), sum(total_paid) FROM orders") == (
        3_600,
        3_600 * 3 * 1500,
    )
    assert importing.row("SELECT count(*), count(DISTINCT order_line_id) FROM items") == (
        600,
        600,
    )
    assert importing.row("SELECT count(*), sum(amount) FROM refunds") == (600, 600 * 250)
    done = contents()
    assert "nothing was changed" in run(settings, tmp_path, *arguments)
    assert contents() == done


def test_two_imports_of_one_file_at_once_import_it_once(
    settings: Settings, importing: Importing, tmp_path: Path
) -> None:
    path = big_file(tmp_path / "big.csv", 3_000)
    arguments = ("orders", "import", str(path), "--mapping", "small-orders")

    with (
        command(settings, tmp_path, *arguments) as one,
        command(settings, tmp_path, *arguments) as other,
    ):
        outputs = [process.communicate(timeout=60) for process in (one, other)]

    assert sorted((one.returncode, other.returncode)) in ([0, 0], [0, 1])
    complaints = "".join(complained for _, complained in outputs)
    assert "Traceback" not in complaints
    assert importing.row("SELECT count(*) FROM orders") == (3_000,)
    assert importing.row("SELECT count(*) FROM payments") == (3_000,)


def test_a_file_ten_times_the_size_needs_no_more_memory(
    settings: Settings, importing: Importing, tmp_path: Path
) -> None:
    used = []
    for name, orders in (("small", 1_000), ("large", 10_000)):
        path = big_file(tmp_path / f"{name}.csv", orders)
        arguments = ("orders", "import", str(path), "--mapping", "small-orders")
        with command(settings, tmp_path, *arguments) as process:
            _, status, usage = os.wait4(process.pid, 0)
            assert status == 0
            used.append(usage.ru_maxrss)

    assert importing.row("SELECT count(*) FROM orders") == (10_000,)
    assert used[1] < used[0] * 1.25
