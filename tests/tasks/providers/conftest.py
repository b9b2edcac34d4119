from collections.abc import Callable, Iterator

import pytest

from tests.support.loopback import http
from tests.tasks.providers.answering import answering_with_bytes
from tests.tasks.sandbox_process import SandboxProcess


@pytest.fixture(scope="session")
def _provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    process = SandboxProcess(tmp_path_factory.mktemp("provider") / "ledger.sqlite")
    yield process
    if process.runs:
        process.stop()


@pytest.fixture
def provider(_provider: SandboxProcess) -> SandboxProcess:
    """A sandbox provider that knows nothing but one payment P-1 of 100.00 EUR."""
    if not _provider.runs:
        _provider.start()
    http.delete(f"{_provider.url}/ledger").raise_for_status()
    _provider.register("P-1", 10_000)
    return _provider


@pytest.fixture
def answering() -> Iterator[Callable[[bytes], str]]:
    """Answer the next request with these bytes; gives the address."""
    with answering_with_bytes() as answer:
        yield answer
