import socket
import time
from collections.abc import Iterator

import pytest
import redis

from config.doorbell import QUEUE, Doorbell
from config.settings import Settings, settings_from
from tests.tasks.providers.test_port import ENVIRONMENT


def settings_with(redis_url: str) -> Settings:
    return settings_from({**ENVIRONMENT, "REDIS_URL": redis_url})


@pytest.fixture
def deaf_broker() -> Iterator[str]:
    """Takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def no_broker() -> str:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return f"redis://127.0.0.1:{unused.getsockname()[1]}"


def test_each_effect_is_rung_for_once(valkey_url: str) -> None:
    assert Doorbell(settings_with(valkey_url)).ring([7, 8]) is True

    with redis.Redis.from_url(valkey_url) as broker:
        assert broker.llen(QUEUE) == 2


def test_nothing_to_ring_for_asks_no_broker(no_broker: str) -> None:
    assert Doorbell(settings_with(no_broker)).ring([]) is True


@pytest.mark.parametrize("broker", ["no_broker", "deaf_broker"])
def test_a_broker_that_is_away_raises_nothing_and_holds_up_for_a_moment_only(
    broker: str, request: pytest.FixtureRequest
) -> None:
    bell = Doorbell(settings_with(request.getfixturevalue(broker)))
    began = time.monotonic()

    assert bell.ring([7]) is False
    assert time.monotonic() - began < 10


def test_a_broker_that_was_away_is_left_alone_for_a_while(deaf_broker: str) -> None:
    bell = Doorbell(settings_with(deaf_broker))
    bell.ring([7])
    began = time.monotonic()

    assert bell.ring([8]) is False
    assert time.monotonic() - began < 0.4, "not even the patience of one try"
