from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.tasks.providers.answering import answering_with_bytes
from tests.tasks.sandbox_process import SandboxProcess


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[SandboxProcess]:
    """A sandbox provider with one payment P-1 of 100.00 EUR."""
    process = SandboxProcess(tmp_path / "ledger.sqlite").start()
    process.register("P-1", 10_000)
    yield process
    if process.runs:
        process.stop()


@pytest.fixture
def answering() -> Iterator[Callable[[bytes], str]]:
    """Answer the next request with these bytes; gives the address."""
    with answering_with_bytes() as answer:
        yield answer
