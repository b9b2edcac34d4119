"""The Valkey that a machine with nothing gets."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.local.valkey import LocalValkey


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalValkey]:
    one = LocalValkey(tmp_path, tmp_path / "valkey.log")
    one.start()
    yield one
    one.stop()


def test_it_wants_its_password(server: LocalValkey) -> None:
    port = server.url.rsplit(":", 1)[1].split("/")[0]

    with (
        redis.Redis(port=int(port), retry=Retry(NoBackoff(), 0)) as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()


def test_it_keeps_its_address_and_nothing_else_over_a_restart(
    server: LocalValkey, tmp_path: Path
) -> None:
    before = server.url
    with redis.Redis.from_url(before) as client:
        client.set("bell", "rung")

    server.stop()
    server.start()

    assert server.url == before
    with redis.Redis.from_url(before) as client:
        assert client.keys() == []
    assert [path.name for path in tmp_path.iterdir()] == ["valkey.log"]
