"""A database of the benchmark's own: real PostgreSQL, migrated, gone afterwards.

It does not wait for the disk (fsync is off), so that what is compared is the work and not the
disk, which costs both the same.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import migrations
from config.local.account import OPEN_FOLDER
from config.local.postgres import APPLICATION, OWNER, LocalPostgres

NAME = "redress_bench"


@contextmanager
def database() -> Iterator[str]:
    """The address of an empty database, as the application's role."""
    folder = OPEN_FOLDER if os.geteuid() == 0 else Path(tempfile.gettempdir())
    home = folder / f"redress-bench-{os.getpid()}"
    server = LocalPostgres(home, home.with_suffix(".log"), durable=False)
    try:
        server.start()
        server.create_database(NAME)
        migrations.migrate(server.url(OWNER, NAME), APPLICATION)
        yield server.url(APPLICATION, NAME)
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
        server.log.unlink(missing_ok=True)
