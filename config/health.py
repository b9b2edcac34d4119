"""What Redress needs in order to work, looked at piece by piece."""

import os
import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote, urlsplit

import httpx
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from config import checkpoint_files, migrations
from config.payment_providers import REFUNDS, set_up_in
from config.settings import Settings, SettingsProblem
from workflows.problems import WorkflowProblems

_PATIENCE = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; where it is not well, the sentence tells the way out."""

    is_well: bool
    sentence: str


def examine(settings: Settings) -> list[Finding]:
    """Every finding, in the order in which one would repair them. Never raises."""
    looks: list[Callable[[Settings], Iterator[Finding]]] = [
        look_at_database,
        look_at_checkpoints,
        look_at_broker,
        look_at_definitions,
        look_at_processes,
        look_at_pinned_versions,
        look_at_provider,
        look_at_refunds,
        look_at_mail,
    ]
    return [finding for look in looks for finding in look(settings)]


def look_at_database(settings: Settings) -> Iterator[Finding]:
    url = make_url(settings.database_url)
    engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": _PATIENCE})
    try:
        with engine.connect() as connection:
            version = connection.scalar(text("SHOW server_version"))
            number = int(connection.scalar(text("SHOW server_version_num")) or 0)
            if number < 150_000:
                yield Finding(
                    False,
                    f"PostgreSQL is {version}; Redress needs 15 or newer: upgrade the server.",
                )
            else:
                yield Finding(True, f"The database answers (PostgreSQL {version}).")
            yield from _look_at_tables(settings, connection)
    except SQLAlchemyError as problem:
        why = " ".join(str(getattr(problem, "orig", problem)).split())
        yield Finding(
            False,
            f"The database {url.render_as_string(hide_password=True)} does not answer ({why}); "
            "start it, or put DATABASE_URL right.",
        )
    finally:
        engine.dispose()


def _look_at_tables(settings: Settings, connection: Connection) -> Iterator[Finding]:
    present = migrations.present_revision(settings.database_url)
    newest = migrations.newest_revision()
    if present != newest:
        yield Finding(
            False,
            f"The database is at {present or 'no revision'} and should be at {newest}; "
            "run: redress db migrate",
        )
        return
    yield Finding(True, f"The tables are at the newest revision ({newest}).")
    rights = text("SELECT current_user, has_table_privilege('journal', 'UPDATE, DELETE, TRUNCATE')")
    role, may_rewrite = connection.execute(rights).one()
    if may_rewrite:
        yield Finding(
            False,
            f"The role {role} may rewrite the journal; let the application use a role of its own: "
            "set APP_DATABASE_ROLE and OWNER_DATABASE_URL, and run: redress db migrate",
        )
    else:
        yield Finding(True, f"The role {role} can add to the journal but not rewrite it.")


def look_at_checkpoints(settings: Settings) -> Iterator[Finding]:
    """How old the newest scheduled checkpoint of the journal is."""
    folder = settings.checkpoints_dir
    if folder is None:
        sentence = (
            "No checkpoints of the journal are kept on a schedule; CHECKPOINTS_DIR names a folder."
        )
        yield Finding(True, sentence)
        return
    try:
        latest = checkpoint_files.newest(folder)
    except OSError as problem:
        sentence = (
            f"The checkpoints in {folder} cannot be seen: {problem.strerror}; mend the folder."
        )
        yield Finding(False, sentence)
        return
    if latest is None:
        sentence = f"There is no checkpoint of the journal in {folder}; does the sweeper run?"
        yield Finding(False, sentence)
        return
    age = datetime.now(UTC) - latest.slot
    old = f"The newest checkpoint of the journal is of {latest.slot:%Y-%m-%d %H:%M} UTC"
    if age > 2 * timedelta(hours=settings.checkpoint_hours):
        yield Finding(False, f"{old}, too old; does the sweeper run, and may it write to {folder}?")
    else:
        yield Finding(True, f"{old} ({latest.path}).")


def look_at_broker(settings: Settings) -> Iterator[Finding]:
    where = _without_password(settings.redis_url)
    client = redis.Redis.from_url(
        settings.redis_url,
        socket_connect_timeout=_PATIENCE,
        socket_timeout=_PATIENCE,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        client.ping()
        yield Finding(True, f"The broker answers ({where}).")
    except redis.RedisError as problem:
        yield Finding(
            False,
            f"The broker {where} does not answer ({problem}); start it, or put REDIS_URL right. "
            "Until then work is found by the sweep, a little later.",
        )
    finally:
        client.close()


def look_at_definitions(settings: Settings) -> Iterator[Finding]:
    try:
        from config.bootstrap import build  # noqa: PLC0415 (its own mistakes are findings too)

        build(settings)
    except SettingsProblem as problem:
        yield Finding(False, str(problem))
    except Exception as problem:  # noqa: BLE001 (whatever it is, the doctor reports it)
        yield Finding(
            False,
            f"The definitions of {settings.workflows_dir} and {settings.claims_file} cannot be "
            f"used; see: redress workflow check\n{problem}",
        )
    else:
        yield Finding(True, f"The workflows in {settings.workflows_dir} and the choices are sound.")


@contextmanager
def _session(settings: Settings) -> Iterator[Session]:
    engine = create_engine(
        settings.database_url, poolclass=NullPool, connect_args={"connect_timeout": _PATIENCE}
    )
    try:
        with Session(engine) as session:
            yield session
    finally:
        engine.dispose()


def look_at_processes(settings: Settings) -> Iterator[Finding]:
    """Those that go by other files than the folder has now; says nothing where that is unknown."""
    from config.processes import counted, running  # noqa: PLC0415 (loads the domain)
    from config.shop_files import fingerprint_of  # noqa: PLC0415

    try:
        present = fingerprint_of(settings)
        with _session(settings) as session:
            found = running(session)
    except (SQLAlchemyError, OSError):
        return  # told above
    behind = [process for process in found if process.fingerprint != present]
    for process in behind:
        since = f"{process.taken_up_at:%Y-%m-%d %H:%M} UTC"
        why = f" It refuses the present ones:\n{process.refused}" if process.refused else ""
        yield Finding(
            False,
            f"{process} goes by files that it took up at {since}; "
            f"run: redress workflow reload.{why}",
        )
    if found and not behind:
        yield Finding(True, f"The running processes go by the present files ({counted(found)}).")


def look_at_pinned_versions(settings: Settings) -> Iterator[Finding]:
    """Versions that open cases end by, and that cannot be read any more."""
    from claims.queries.workflows import versions_in_use  # noqa: PLC0415 (loads the domain)
    from config.bootstrap import read_rules  # noqa: PLC0415

    try:
        rules = read_rules(settings)
        with _session(settings) as session:
            for version in versions_in_use(session):
                try:
                    if version.open_cases:
                        rules.definition(session, version.hash)
                except WorkflowProblems as problems:
                    one = version.open_cases == 1
                    yield Finding(
                        False,
                        f"{version.open_cases} open case{' ends' if one else 's end'} by version "
                        f"{version.hash[:8]} of "
                        f"{version.name}, which cannot be read any more; is an extension missing "
                        f"in EXTENSIONS?\n{problems}",
                    )
    except (SQLAlchemyError, OSError, SettingsProblem, WorkflowProblems):
        return  # told above


def look_at_refunds(settings: Settings) -> Iterator[Finding]:
    """Which of the providers that are set up cannot refund everything."""
    for name in sorted(set_up_in(settings)):
        if REFUNDS[name].is_bound:
            yield Finding(True, f"The payment provider {name} refunds {REFUNDS[name]}.")


def look_at_provider(settings: Settings) -> Iterator[Finding]:
    if settings.sandbox_url is None:
        return
    try:
        httpx.get(f"{settings.sandbox_url}/healthz", timeout=_PATIENCE).raise_for_status()
    except httpx.HTTPError as problem:
        yield Finding(
            False,
            f"The payment provider {settings.sandbox_url} does not answer ({problem}); start it "
            "with `redress provider`, or put SANDBOX_URL right. Refunds wait until then.",
        )
    else:
        yield Finding(True, f"The payment provider answers ({settings.sandbox_url}).")


def look_at_mail(settings: Settings) -> Iterator[Finding]:
    parts = urlsplit(settings.mail_url)
    if parts.scheme == "file":
        folder = unquote(parts.path)
        if os.access(folder, os.W_OK):
            yield Finding(True, f"Letters are written to {folder}.")
        else:
            yield Finding(
                False,
                f"Letters cannot be written to {folder}; make that folder, or put MAIL_URL right.",
            )
        return
    try:
        with smtplib.SMTP(parts.hostname or "", parts.port or 25, timeout=_PATIENCE) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as problem:
        yield Finding(
            False,
            f"The mail server {parts.hostname} does not answer ({problem}); start it, or put "
            "MAIL_URL right. Letters wait until then.",
        )
    else:
        yield Finding(True, f"The mail server answers ({parts.hostname}).")


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or 6379}{parts.path}"
