"""The containers agree with the program and its settings; no engine is needed to see that."""

import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from config.cli import TABLE, main
from config.settings import Settings, settings_from

PROJECT = Path(__file__).parents[2]
TEXT = (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
SETTINGS = {name.upper() for name in Settings.model_fields}
VALUES = {
    "APP_DATABASE_PASSWORD": "app",
    "OWNER_DATABASE_PASSWORD": "owner",
    "REDIS_PASSWORD": "redis",
    "SECRET_KEY": "k" * 40,
    "MAIL_URL": "smtp://mail.example:25",
    "MAIL_FROM": "service@shop.example",
    "PUBLIC_URL": "https://claims.shop.example",
}


def filled_in(text: str) -> str:
    def value(found: re.Match[str]) -> str:
        name, default = found.group(1), found.group(2) or ""
        return VALUES.get(name) or default.removeprefix(":-")

    return re.sub(r"\$\{(\w+)(:[-?][^}]*)?\}", value, text)


def test_the_services_are_the_two_servers_the_migration_and_the_parts() -> None:
    assert set(SERVICES) == {"postgres", "redis", "migrate", "web", "worker", "sweeper", "provider"}
    assert set(COMPOSE["volumes"]) == {"postgres", "redis", "data"}


@pytest.mark.parametrize("name", OURS)
def test_each_service_runs_a_command_of_redress_with_options_that_exist(name: str) -> None:
    words = list(OURS[name]["command"])
    assert words[0] in TABLE

    command: click.Command = main
    context = click.Context(main)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words.pop(0))
        assert found is not None
        command = found

    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("name", OURS)
def test_each_service_has_settings_that_exist_and_are_sound(name: str) -> None:
    environment = {key: filled_in(str(value)) for key, value in OURS[name]["environment"].items()}

    assert set(environment) <= SETTINGS
    assert settings_from(environment).environment == "production"


def test_every_secret_comes_from_the_environment_and_a_missing_one_is_a_sentence() -> None:
    wanted = dict(re.findall(r"\$\{(\w+):\?([^}]+)\}", TEXT))

    assert set(wanted) == set(VALUES)
    assert all(sentence.startswith("Set ") for sentence in wanted.values())


def test_only_the_migration_knows_the_owner_of_the_tables() -> None:
    assert [n for n, s in OURS.items() if "OWNER_DATABASE_URL" in s["environment"]] == ["migrate"]
    assert SERVICES["migrate"]["restart"] == "no"


@pytest.mark.parametrize("name", ["web", "worker", "sweeper"])
def test_a_part_starts_after_the_migration_and_healthy_servers(name: str) -> None:
    conditions = {key: value["condition"] for key, value in SERVICES[name]["depends_on"].items()}

    assert conditions == {
        "migrate": "service_completed_successfully",
        "postgres": "service_healthy",
        "redis": "service_healthy",
    }


def test_redis_throws_nothing_away_silently() -> None:
    command = shlex.join(SERVICES["redis"]["command"])

    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_every_volume_that_is_used_is_declared() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service["volumes"]}

    assert used == set(COMPOSE["volumes"])


def test_the_image_runs_as_nobody_special_and_tells_its_health() -> None:
    lines = (PROJECT / "Dockerfile").read_text(encoding="utf-8")

    assert lines.rindex("USER redress") > lines.rindex("RUN ")
    assert "/healthz" in lines.split("HEALTHCHECK")[1].split("ENTRYPOINT")[0]
    for copied in re.findall(r"^COPY (\w+) \./\1$", lines, re.M):
        assert (PROJECT / copied).is_dir()
    packages = {"workflows", "claims", "config", "tasks", "web", "migrations"}
    assert set(re.findall(r"^COPY (\w+) \./\1$", lines, re.M)) == packages


def test_the_paper_names_every_variable_that_compose_wants() -> None:
    paper = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8").split("containers")[1]

    assert [name for name in VALUES if f"`{name}`" not in paper] == []
