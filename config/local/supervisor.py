"""`make run`: everything Redress needs, started in order, looked after, and ended together."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from config import migrations
from config.local import sample, signins
from config.local.account import LocalServerProblem
from config.local.folder import DataFolder
from config.local.parts import RunningPart, stop_all
from config.local.postgres import APPLICATION, DATABASE, OWNER, LocalPostgres
from config.local.valkey import LocalValkey, free_port
from config.settings import PROJECT, Settings, as_environment, settings_from

HOST = "127.0.0.1"
_LOOK_SECONDS = 0.25

Say = Callable[[str], None]
Server = LocalPostgres | LocalValkey


def run(say: Say) -> None:
    """Run until Ctrl-C, SIGTERM or SIGHUP. Raises LocalServerProblem or SettingsProblem."""
    with _ended_by_signals(), ExitStack() as ending:
        try:
            _run_until_ended(ending, say)
        except KeyboardInterrupt:
            say("Ending …")
        finally:
            _ignore_signals()
    say("Redress has ended; its data stays.")


def _run_until_ended(ending: ExitStack, say: Say) -> None:
    folder = DataFolder(Path(os.environ.get("DATA_DIR") or PROJECT / ".redress").absolute())
    folder.open()
    ending.callback(folder.close)
    port = _free_web_port(os.environ.get("PORT") or "8000")
    given = _local_settings(folder, port)
    servers = _start_servers(folder, given, ending, say)
    settings = settings_from({**given, **_set_by_hand()})
    folder.write_environment(as_environment(settings))
    migrations.migrate(settings.owner_database_url, settings.app_database_role)
    sample.fill_once(settings, say)
    parts = _start_parts(folder, settings, ending, say)
    folder.say_who(f"process {os.getpid()}, {settings.public_url}")
    _greet(settings, folder, say)
    while True:
        time.sleep(_LOOK_SECONDS)
        for server in servers:
            if server.ended_by_itself():
                say(f"{server.name} ended by itself; it starts again.")
                server.start()
        for part in parts:
            part.look_after()


def _start_servers(
    folder: DataFolder, given: dict[str, str], ending: ExitStack, say: Say
) -> list[Server]:
    """The servers that no setting names; their addresses go into `given`."""
    servers: list[Server] = []
    if not os.environ.get("DATABASE_URL"):
        say("Starting PostgreSQL …")
        postgres = LocalPostgres(folder.database_home(), folder.log("postgres"))
        ending.callback(postgres.stop)
        postgres.start()
        if sample.was_cut_short(folder.path):
            postgres.drop_database(DATABASE)
            postgres.create_database(DATABASE)
        servers.append(postgres)
        given["DATABASE_URL"] = postgres.url(APPLICATION)
        given["OWNER_DATABASE_URL"] = postgres.url(OWNER)
        given["APP_DATABASE_ROLE"] = APPLICATION
    if not os.environ.get("REDIS_URL"):
        valkey = LocalValkey(folder.path, folder.log("valkey"))
        ending.callback(valkey.stop)
        valkey.start()
        servers.append(valkey)
        given["REDIS_URL"] = valkey.url
    return servers


def _start_parts(
    folder: DataFolder, settings: Settings, ending: ExitStack, say: Say
) -> list[RunningPart]:
    parts: list[RunningPart] = []
    ending.callback(lambda: stop_all(parts))

    def start(name: str, *arguments: str, **more: str) -> RunningPart:
        environment = {**os.environ, **as_environment(settings), **more, "PYTHONUNBUFFERED": "1"}
        part = RunningPart(name, arguments, environment, folder.log(name), say)
        parts.append(part)
        part.start()
        return part

    web = start("web", "--host", HOST)
    if settings.sandbox_url and not os.environ.get("SANDBOX_URL"):
        start(
            "provider",
            "--port",
            str(urlsplit(settings.sandbox_url).port),
            SANDBOX_LEDGER=str(folder.path / "sandbox.sqlite"),
            SANDBOX_OPEN_PAYMENTS="1",
            SANDBOX_WEBHOOK_URL=f"http://{HOST}:{settings.port}/webhooks/sandbox",
        ).wait_until_healthy(settings.sandbox_url)
    try:
        web.wait_until_healthy(f"http://{HOST}:{settings.port}")
    except LocalServerProblem:
        _read_the_shops_files(settings)
        raise
    start("worker")
    start("sweep")
    return parts


def _read_the_shops_files(settings: Settings) -> None:
    """Raises WorkflowProblems, which say it better than the end of a log does."""
    from config.bootstrap import read_rules  # noqa: PLC0415 (most starts need it not)

    read_rules(settings)


def _greet(settings: Settings, folder: DataFolder, say: Say) -> None:
    say(f"\nRedress runs at {settings.public_url}")
    if settings.sandbox_url:
        say(f"The sandbox provider's book: {settings.sandbox_url}")
    say(f"Letters: {settings.mail_url}    Logs: {folder.logs}")
    if sign_ins := signins.kept(folder.path):
        say(f"\nSign in as one of these ({signins.sign_ins_file(folder.path)}):\n{sign_ins}")
    elif not os.environ.get("DATABASE_URL"):
        say(f"\n{signins.lost(folder.path)}")
    say("\nCtrl-C ends everything.")


def _local_settings(folder: DataFolder, port: int) -> dict[str, str]:
    letters = folder.path / "mail"
    letters.mkdir(mode=0o700, exist_ok=True)
    return {
        "SECRET_KEY": folder.secret("secret-key"),
        "MAIL_URL": letters.as_uri(),
        "MAIL_FROM": "Redress <service@redress.example>",
        "SANDBOX_URL": f"http://{HOST}:{_near(port + 1)}",
        "SANDBOX_WEBHOOK_SECRET": folder.secret("webhook-secret"),
        "PUBLIC_URL": f"http://{HOST}:{port}",
        "PORT": str(port),
        "DATA_DIR": str(folder.path),
    }


def _set_by_hand() -> dict[str, str]:
    return {
        name: os.environ[name]
        for name in (field.upper() for field in Settings.model_fields)
        if os.environ.get(name) and name not in {"DATA_DIR", "PORT"}
    }


def _free_web_port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise LocalServerProblem(f"PORT is {text!r}; write a number from 1 to 65535.")
    if not _is_free(int(text)):
        raise LocalServerProblem(
            f"Port {text} is in use by another program; choose another: PORT={_near(8080)} make run"
        )
    return int(text)


def _near(port: int) -> int:
    return next((p for p in range(port, min(port + 20, 65536)) if _is_free(p)), 0) or free_port()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    before = {
        number: signal.signal(number, signal.default_int_handler)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore_signals() -> None:
    """While everything ends, impatience must not cut it short."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
