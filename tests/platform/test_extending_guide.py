"""The guide for extensions shows the example as it is."""

import re

import pytest

from config.settings import PROJECT

EXAMPLE = PROJECT / "docs" / "examples" / "acme_claims"
GUIDE = (PROJECT / "docs" / "extending.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n# (\S+)\n(.*?)^```", GUIDE, re.M | re.S)


@pytest.mark.parametrize(("file", "code"), BLOCKS)
def test_every_piece_of_code_stands_in_the_example(file: str, code: str) -> None:
    assert code in (EXAMPLE / file).read_text(encoding="utf-8")


def test_every_part_of_the_example_is_shown() -> None:
    assert {file for file, _ in BLOCKS} == {
        f"src/acme_claims/{name}.py" for name in ("__init__", "weighing", "hauler")
    }
