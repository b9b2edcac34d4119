"""Everything real: PostgreSQL, Valkey, worker, sweeper, provider, mail, web, browser.

One PostgreSQL cluster serves a run of pytest. Each xdist worker has a database of its own in it,
copied from a template that Alembic has migrated once, and each test finds it empty. Servers and
processes start when the first test asks for them.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import psycopg
import pytest
import redis
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

from config.local.postgres import APPLICATION, OWNER, LocalPostgres
from config.local.valkey import LocalValkey, free_port
from config.settings import Settings, settings_from
from tests.support.cluster import (
    TEMPLATE,
    clean,
    reach_cluster,
    remove_cluster,
    start_cluster,
)
from tests.support.mail import Mailbox
from tests.support.parts import Part, Sandbox, WebPart, answers, says

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from claims.rules import Rules

hypothesis.settings.register_profile("alike", derandomize=True)
hypothesis.settings.register_profile("anew", derandomize=False)
hypothesis.settings.load_profile("alike")  # `make money` looks elsewhere each time

NOWHERE = {
    "DATABASE_URL": "postgresql://nobody@nowhere/nothing",
    "REDIS_URL": "redis://nowhere",
    "SECRET_KEY": "a secret that only the tests know, and long enough",
    "MAIL_URL": "smtp://nowhere:25",
    "MAIL_FROM": "Redress <service@redress.example>",
    "PUBLIC_URL": "http://nowhere",
}
"""Settings that reach nothing, for what needs only the defaults."""
WEBHOOK_SECRET = "whsec_that_only_the_tests_know"
CLUSTER = pytest.StashKey[LocalPostgres]()
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_configure(config: pytest.Config) -> None:
    for name in Settings.model_fields:
        os.environ.pop(name.upper(), None)
    os.environ["DATA_DIR"] = os.devnull + "/no-make-run-is-looked-at"


def pytest_sessionstart(session: pytest.Session) -> None:
    is_controller = not hasattr(session.config, "workerinput")
    is_spread = bool(session.config.getoption("tx", default=None))
    if is_controller and is_spread and not session.config.option.collectonly:
        session.config.stash[CLUSTER] = start_cluster()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["cluster"] = str(node.config.stash[CLUSTER].home)


def pytest_unconfigure(config: pytest.Config) -> None:
    if CLUSTER in config.stash:
        remove_cluster(config.stash[CLUSTER])


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config) -> LocalPostgres:
    """The PostgreSQL server of this run."""
    if hasattr(pytestconfig, "workerinput"):
        return reach_cluster(pytestconfig.workerinput["cluster"])
    if CLUSTER not in pytestconfig.stash:
        pytestconfig.stash[CLUSTER] = start_cluster()
    return pytestconfig.stash[CLUSTER]


@pytest.fixture(scope="session")
def database(cluster: LocalPostgres, worker_id: str) -> Iterator[str]:
    """The name of this pytest worker's own database."""
    name = f"redress_{worker_id}"
    cluster.create_database(name, TEMPLATE)
    yield name
    cluster.drop_database(name)


@pytest.fixture(scope="session")
def _cleaner(cluster: LocalPostgres, database: str) -> Iterator[psycopg.Connection]:
    with cluster.connect(database=database) as connection:
        yield connection


@pytest.fixture(scope="session")
def _valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalValkey]:
    folder = tmp_path_factory.mktemp("valkey")
    server = LocalValkey(folder, folder / "valkey.log")
    server.start()
    yield server
    server.stop()


@dataclass(slots=True)
class Surroundings:
    """The processes and addresses that tests of one pytest worker share."""

    folder: Path
    sandbox_port: int = field(default_factory=free_port)
    smtp_port: int = field(default_factory=free_port)
    web_port: int = field(default_factory=free_port)
    parts: dict[str, Part] = field(default_factory=dict)

    def stop(self, *names: str) -> None:
        for name in names or tuple(self.parts):
            if name in self.parts:
                self.parts[name].stop()


@pytest.fixture(scope="session")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surroundings]:
    shared = Surroundings(tmp_path_factory.mktemp("parts"))
    yield shared
    shared.stop()


@pytest.fixture
def database_url(
    cluster: LocalPostgres,
    database: str,
    surroundings: Surroundings,
    _cleaner: psycopg.Connection,
    request: pytest.FixtureRequest,
) -> str:
    """The application role's address of a database without rows.

    A worker or sweeper that an earlier test has left running ends first, unless this test wants it.
    """
    for fixture, part in {"worker": "worker", "sweeper": "sweep"}.items():
        if fixture not in request.fixturenames:
            surroundings.stop(part)
    clean(_cleaner)
    return cluster.url(APPLICATION, database)


@pytest.fixture
def owner_database_url(cluster: LocalPostgres, database: str, database_url: str) -> str:
    """The same database for the role that owns the tables."""
    return cluster.url(OWNER, database)


@pytest.fixture(scope="session")
def _broker(_valkey: LocalValkey) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(_valkey.url) as client:
        yield client


@pytest.fixture
def valkey_url(_valkey: LocalValkey, _broker: redis.Redis) -> str:
    """A broker that holds nothing yet."""
    _broker.flushall()
    return _valkey.url


@pytest.fixture(scope="session")
def shared_settings(
    cluster: LocalPostgres, database: str, _valkey: LocalValkey, surroundings: Surroundings
) -> Settings:
    """`settings` for what many tests share; whatever uses it asks for `settings` in each test."""
    return settings_from(
        {
            "DATABASE_URL": cluster.url(APPLICATION, database),
            "OWNER_DATABASE_URL": cluster.url(OWNER, database),
            "APP_DATABASE_ROLE": APPLICATION,
            "REDIS_URL": _valkey.url,
            "SECRET_KEY": "a secret that only the tests know, and long enough",
            "MAIL_URL": f"smtp://127.0.0.1:{surroundings.smtp_port}",
            "MAIL_FROM": "Redress <service@redress.example>",
            "SANDBOX_URL": f"http://127.0.0.1:{surroundings.sandbox_port}",
            "SANDBOX_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "PUBLIC_URL": f"http://127.0.0.1:{surroundings.web_port}",
            "PORT": str(surroundings.web_port),
            "DATA_DIR": str(surroundings.folder),
            "SWEEP_SECONDS": "0.3",
            "LEASE_SECONDS": "10",
        }
    )


@pytest.fixture
def settings(shared_settings: Settings, database_url: str, valkey_url: str) -> Settings:
    """Settings of this test's own servers, which hold nothing yet.

    `mailbox` and `sandbox` make two more of them answer.
    """
    return shared_settings


@pytest.fixture(scope="session")
def _engine(cluster: LocalPostgres, database: str) -> Iterator[Engine]:
    engine = create_engine(cluster.url(APPLICATION, database), pool_size=20, pool_pre_ping=True)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def _owner_engine(cluster: LocalPostgres, database: str) -> Iterator[Engine]:
    engine = create_engine(cluster.url(OWNER, database), pool_pre_ping=True)
    yield engine
    engine.dispose()


@pytest.fixture
def owner_sessions(database_url: str, _owner_engine: Engine) -> sessionmaker[Session]:
    """Sessions of the role that owns the tables: it may move the clock."""
    return sessionmaker(_owner_engine)


@pytest.fixture
def sessions(database_url: str, _engine: Engine) -> sessionmaker[Session]:
    """Sessions as the application's role; what they commit is really committed."""
    return sessionmaker(_engine)


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """One session as the application's role, rolled back and closed at the end."""
    with sessions() as one:
        yield one


@pytest.fixture
def sandbox(settings: Settings, surroundings: Surroundings) -> Sandbox:
    """The real provider process with an empty ledger, kept running for the next test."""
    assert settings.sandbox_url is not None
    part = Sandbox(
        "provider",
        settings,
        _log(surroundings, "provider"),
        answers(settings.sandbox_url),
        arguments=["--port", str(surroundings.sandbox_port)],
        environment={"SANDBOX_LEDGER": str(surroundings.folder / "ledger.sqlite")},
        url=settings.sandbox_url,
    )
    kept = _kept(surroundings, part)
    assert isinstance(kept, Sandbox)
    kept.forget()
    return kept


@pytest.fixture
def mailbox(settings: Settings, surroundings: Surroundings) -> Iterator[Mailbox]:
    """A real SMTP server at the address of MAIL_URL, with no letters yet."""
    box = Mailbox(surroundings.smtp_port)
    box.start()
    yield box
    box.stop()


@pytest.fixture
def worker(
    settings: Settings, surroundings: Surroundings, sandbox: Sandbox, mailbox: Mailbox
) -> Part:
    """A real `redress worker`, kept running for the next test that asks for it."""
    return _kept(
        surroundings, Part("worker", settings, _log(surroundings, "worker"), says("ready."))
    )


@pytest.fixture
def sweeper(
    settings: Settings, surroundings: Surroundings, sandbox: Sandbox, mailbox: Mailbox
) -> Part:
    """A real `redress sweep`, kept running for the next test that asks for it."""
    return _kept(surroundings, Part("sweep", settings, _log(surroundings, "sweep"), says("weep")))


@pytest.fixture
def live_server(settings: Settings, surroundings: Surroundings) -> WebPart:
    """A real `redress web` (gunicorn, one process), kept running; `.url` is its address."""
    part = WebPart(
        "web",
        settings,
        _log(surroundings, "web"),
        answers(settings.public_url),
        arguments=["--workers", "1"],
        url=settings.public_url,
    )
    kept = _kept(surroundings, part)
    assert isinstance(kept, WebPart)
    return kept


@pytest.fixture(scope="session")
def rules() -> "Rules":
    """The shop's own definitions and choices, read once: no test changes them."""
    from config.bootstrap import read_rules

    return read_rules(settings_from(NOWHERE))


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Chromium, or one line that tells how to get it."""
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        pytest.skip("no Chromium here; on Debian: apt-get install chromium (see .ci/run)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def _window(browser: "Browser", shared_settings: Settings) -> "Iterator[BrowserContext]":
    """One window that stays open: to open another costs Chromium more than a test does."""
    window = browser.new_context(
        base_url=shared_settings.public_url, locale="en-GB", timezone_id="UTC"
    )
    window.set_default_timeout(40_000)
    window.new_page()
    yield window
    window.close()


@pytest.fixture
def page(_window: "BrowserContext", live_server: WebPart) -> "Iterator[Page]":
    """A fresh page of the live server, signed in as nobody."""
    _window.clear_cookies()
    page = _window.new_page()
    yield page
    page.close()


def _log(surroundings: Surroundings, name: str) -> Path:
    return surroundings.folder / f"{name}.log"


def _kept(surroundings: Surroundings, part: Part) -> Part:
    return surroundings.parts.setdefault(part.name, part).ensure()
