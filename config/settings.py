"""What the machine tells Redress: typed, frozen, read from the environment once at the edge.

A missing or wrong setting is a sentence that names it, never a trace.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PROJECT = Path(__file__).resolve().parents[1]
"""The folder of the repository; the project is always installed editable."""

EXAMPLES: Mapping[str, str] = {
    "DATABASE_URL": "the application's database, such as postgresql://redress_app@db/redress",
    "REDIS_URL": "the broker, such as redis://broker:6379/0",
    "SECRET_KEY": "at least 32 characters that nobody can guess",
    "MAIL_URL": "smtp://user:password@host:port or file:///folder",
    "MAIL_FROM": "the sender of letters, such as service@shop.example",
    "PUBLIC_URL": "the address people open, such as https://claims.shop.example",
}


class SettingsProblem(Exception):
    """Settings that are missing or wrong; its text is one sentence for each."""

    def __init__(self, sentences: list[str]) -> None:
        self.sentences = sentences
        super().__init__("\n".join(sentences))


class Settings(BaseSettings):
    """Every setting of every part. Field names in capitals are the names in the environment."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    database_url: str = Field(repr=False)
    """Of the application's role, which may change rows but not tables."""
    owner_database_url: str = Field(repr=False)
    """Of the role that owns the tables, for migrations; DATABASE_URL where it is not set."""
    app_database_role: str | None = None
    """The role that gets its rights after each migration; none: owner and application are one."""
    redis_url: str = Field(repr=False)
    secret_key: str = Field(repr=False)
    mail_url: str = Field(repr=False)
    mail_from: str
    sandbox_url: str | None = None
    sandbox_webhook_secret: str | None = Field(default=None, repr=False)
    stripe_api_key: str | None = Field(default=None, repr=False)
    """The secret or restricted key of the account; none: payments by Stripe are not paid back."""
    stripe_api_base: str | None = None
    """Where Stripe answers, for tests; none: at Stripe."""
    stripe_webhook_secret: str | None = Field(default=None, repr=False)
    """What Stripe signs its webhooks with; none: they are not taken."""
    public_url: str
    port: int = Field(default=8000, ge=1, le=65535)
    data_dir: Path = PROJECT / ".redress"
    workflows_dir: Path = PROJECT / "config" / "workflows"
    claims_file: Path = PROJECT / "config" / "claims.yaml"
    imports_dir: Path = PROJECT / "config" / "imports"
    extensions: str = ""
    """Modules with conditions, commands and effects of the shop's own, comma separated."""
    reload_seconds: float = Field(default=2, ge=0)
    """How often a process looks whether the shop's files have changed; 0: only when asked."""
    sweep_seconds: float = Field(default=2, gt=0)
    lease_seconds: float = Field(default=60, gt=0)
    worker_memory_mb: int = Field(default=1024, ge=0)
    """What a process that carries effects out may take; 0: as much as there is."""
    checkpoints_dir: Path | None = None
    """Where sweeps keep checkpoints of the journal; none: only the command makes any."""
    checkpoint_hours: int = Field(default=24, ge=1, le=24 * 31)
    """How long the slot of time is that has one checkpoint."""
    bank_holder: str = ""
    """Whose account bank transfers are made from; with `bank_iban` SEPA files can be exported."""
    bank_iban: str = ""
    bank_bic: str = ""
    reconcile_hours: int = Field(default=6, ge=0, le=24 * 31)
    """How often providers' refunds are held against ours; 0: only by command."""
    reconcile_days: int = Field(default=14, ge=1, le=366)
    """How far back each of these runs looks."""
    keep_events_days: int = Field(default=30, ge=7, le=3660)
    """How long providers' events are kept once they were followed; they are sent again for days."""
    environment: Literal["local", "production"] = "local"

    @model_validator(mode="before")
    @classmethod
    def _owner_is_application_by_default(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("database_url"):
            return {"owner_database_url": given["database_url"], **given}
        return given

    @field_validator("database_url", "owner_database_url")
    @classmethod
    def _postgresql_by_psycopg(cls, text: str) -> str:
        try:
            url = make_url(text)
        except ArgumentError as mistake:
            raise ValueError("is not a database address") from mistake
        if url.drivername not in {"postgresql", "postgres", "postgresql+psycopg"}:
            raise ValueError(f"must begin with postgresql://, not {url.drivername}://")
        if not url.database:
            raise ValueError("names no database; write it after the last slash")
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)

    @field_validator("app_database_role")
    @classmethod
    def _plain_role(cls, role: str | None) -> str | None:
        if role is not None and not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", role):
            raise ValueError(f"is {role!r}; write a role of small letters, digits and _")
        return role

    @field_validator("redis_url")
    @classmethod
    def _broker(cls, text: str) -> str:
        return _checked_url(text, {"redis", "rediss"})

    @field_validator("stripe_api_key")
    @classmethod
    def _secret_key_of_stripe(cls, text: str | None) -> str | None:
        if text is not None and not re.fullmatch(r"(sk|rk)_[A-Za-z0-9_]+", text):
            raise ValueError("is no secret key of Stripe's; those begin with sk_ or rk_")
        return text

    @field_validator("stripe_webhook_secret", "sandbox_webhook_secret")
    @classmethod
    def _secret_of_webhooks(cls, text: str | None) -> str | None:
        if text is not None and len(text) < 16:
            raise ValueError(f"has {len(text)} characters; make it at least 16")
        return text

    @field_validator("public_url", "sandbox_url", "stripe_api_base")
    @classmethod
    def _web_address(cls, text: str | None) -> str | None:
        return None if text is None else _checked_url(text, {"http", "https"}).rstrip("/")

    @field_validator("mail_url")
    @classmethod
    def _mail(cls, text: str) -> str:
        if text.startswith("file:///") and len(text) > len("file:///"):
            return text
        return _checked_url(text, {"smtp"}, also="file:///folder")

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, text: str) -> str:
        if not re.fullmatch(r"[^\r\n]*[^\s@<>]+@[^\s@<>]+>?", text):
            raise ValueError(f"is {text!r}, not a mail address such as service@shop.example")
        return text

    @field_validator("secret_key")
    @classmethod
    def _long_secret(cls, text: str) -> str:
        if len(text) < 32:
            raise ValueError(f"has {len(text)} characters; make it at least 32")
        return text

    @field_validator("data_dir", "workflows_dir", "claims_file", "imports_dir", "checkpoints_dir")
    @classmethod
    def _whole_path(cls, path: Path | None) -> Path | None:
        return None if path is None else path.expanduser().absolute()


def load() -> Settings:
    """The settings of this process.

    Without DATABASE_URL, those that a `make run` of this folder wrote down are taken, so that
    `redress doctor` in a second terminal speaks about the same shop. Raises SettingsProblem.
    """
    given = {} if os.environ.get("DATABASE_URL") else _of_make_run()
    try:
        return _settings({k: v for k, v in given.items() if not os.environ.get(k)})
    except ValidationError as mistakes:
        sentences = sentences_of(mistakes)
        if not given and not os.environ.get("DATABASE_URL"):
            sentences.append("While `make run` runs in this folder, its settings are taken.")
        raise SettingsProblem(sentences) from None


def settings_from(environment: Mapping[str, str]) -> Settings:
    """The same from a mapping of capital names (which win over the process's environment)."""
    try:
        return _settings(environment)
    except ValidationError as mistakes:
        raise SettingsProblem(sentences_of(mistakes)) from None


def as_environment(settings: Settings) -> dict[str, str]:
    """What a child process has to be given so that it reads these very settings."""
    return {
        name.upper(): str(value)
        for name, value in settings.model_dump().items()
        if value is not None
    }


def environment_file(data_dir: Path) -> Path:
    """Where `make run` writes down what it started."""
    return data_dir / "environment"


def sentences_of(mistakes: ValidationError) -> list[str]:
    """One sentence for each setting that is wrong; values with secrets are not repeated."""
    sentences: dict[str, str] = {}
    missing = {str(e["loc"][0]).upper() for e in mistakes.errors() if e["type"] == "missing"}
    for error in mistakes.errors():
        name = str(error["loc"][0]).upper() if error["loc"] else "The settings"
        if name == "OWNER_DATABASE_URL" and "DATABASE_URL" in missing:
            continue
        if error["type"] == "missing":
            sentence = f"{name} is not set; it is {EXAMPLES.get(name, 'needed')}."
        elif error["type"] == "value_error":
            sentence = f"{name} {error['ctx']['error']}."
        else:
            sentence = f"{name} must be {_plainly(error['msg'])}."
        sentences.setdefault(name, sentence)
    own_url, owner_url = sentences.get("DATABASE_URL"), sentences.get("OWNER_DATABASE_URL")
    if own_url and owner_url == f"OWNER_{own_url}":
        del sentences["OWNER_DATABASE_URL"]
    return list(sentences.values())


def _settings(given: Mapping[str, str]) -> Settings:
    values: dict[str, Any] = {name.lower(): value for name, value in given.items() if value}
    return Settings(**{name: v for name, v in values.items() if name in Settings.model_fields})


def _plainly(message: str) -> str:
    return message.removeprefix("Input should be ").split(", unable")[0].replace("'", "")


def _checked_url(text: str, schemes: set[str], also: str = "") -> str:
    wanted = " or ".join([f"{scheme}://host" for scheme in sorted(schemes)] + [also] * bool(also))
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as mistake:
        raise ValueError(f"is not an address; write {wanted}") from mistake
    if parts.scheme not in schemes or not host:
        raise ValueError(f"is not an address that begins with {wanted}")
    return text


def _of_make_run() -> dict[str, str]:
    folder = Path(os.environ.get("DATA_DIR") or PROJECT / ".redress")
    try:
        text = environment_file(folder).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
