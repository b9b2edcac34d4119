"""The folder in which `make run` keeps its data."""

from pathlib import Path

import pytest

from config.local.account import LocalServerProblem
from config.local.folder import DataFolder


def test_a_folder_that_cannot_be_made_is_a_sentence_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "in-the-way").write_text("a file, not a folder")

    with pytest.raises(LocalServerProblem, match=r"cannot be written to .*; name another one"):
        DataFolder(tmp_path / "in-the-way").open()
