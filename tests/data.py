"""Real order data beside the project; where it is missing, tests skip with a sentence."""

from pathlib import Path

import pytest

from config.settings import PROJECT

FOLDER = PROJECT.parent / "shared" / "data"


def real_file(name: str) -> Path:
    """A file of the real data, such as `tpcds/returns.csv.gz`."""
    path = FOLDER / name
    if not path.is_file():
        pytest.skip(f"the real order data is not beside the project (../shared/data/{name})")
    return path
