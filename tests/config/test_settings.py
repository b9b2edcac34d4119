"""What a person reads who has forgotten or mistyped a setting."""

from pathlib import Path

import pytest

from config.settings import (
    Settings,
    SettingsProblem,
    as_environment,
    environment_file,
    load,
    settings_from,
)

SOUND = {
    "DATABASE_URL": "postgresql://redress_app:secret@db/redress",
    "REDIS_URL": "redis://broker:6379/0",
    "SECRET_KEY": "k" * 32,
    "MAIL_URL": "smtp://mail.example:25",
    "MAIL_FROM": "Our shop <service@shop.example>",
    "PUBLIC_URL": "https://claims.shop.example/",
}


def sentences(**changed: str) -> list[str]:
    with pytest.raises(SettingsProblem) as caught:
        settings_from({**SOUND, **changed})
    return caught.value.sentences


def test_a_plain_postgresql_address_is_taken_by_psycopg() -> None:
    settings = settings_from(SOUND)

    assert settings.database_url == "postgresql+psycopg://redress_app:secret@db/redress"


def test_the_owner_is_the_application_where_no_owner_is_named() -> None:
    settings = settings_from(SOUND)

    assert settings.owner_database_url == settings.database_url


def test_every_missing_setting_is_named_at_once() -> None:
    with pytest.raises(SettingsProblem) as caught:
        settings_from({})

    named = [sentence.split()[0] for sentence in caught.value.sentences]
    assert named == list(SOUND)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "DATABASE_URL",
            "mysql://h/d",
            "DATABASE_URL must begin with postgresql://, not mysql://.",
        ),
        (
            "DATABASE_URL",
            "postgresql://host",
            "DATABASE_URL names no database; write it after the last slash.",
        ),
        ("DATABASE_URL", "redress", "DATABASE_URL is not a database address."),
        ("REDIS_URL", "broker", "REDIS_URL is not an address that begins with redis://host or"),
        ("SECRET_KEY", "short", "SECRET_KEY has 5 characters; make it at least 32."),
        ("MAIL_URL", "ftp://x", "MAIL_URL is not an address that begins with smtp://host or file"),
        ("MAIL_FROM", "service", "MAIL_FROM is 'service', not a mail address such as"),
        ("PUBLIC_URL", "claims", "PUBLIC_URL is not an address that begins with http://host or"),
        ("PORT", "eighty", "PORT must be a valid integer."),
        ("PORT", "70000", "PORT must be less than or equal to 65535."),
        ("SWEEP_SECONDS", "0", "SWEEP_SECONDS must be greater than 0."),
        ("ENVIRONMENT", "live", "ENVIRONMENT must be local or production."),
        ("APP_DATABASE_ROLE", "a b", "APP_DATABASE_ROLE is 'a b'; write a role of small letters"),
    ],
)
def test_a_wrong_setting_is_one_sentence_that_names_it(
    name: str, value: str, sentence: str
) -> None:
    found = sentences(**{name: value})

    assert len(found) == 1
    assert found[0].startswith(sentence)


def test_no_secret_is_ever_shown() -> None:
    shown = repr(settings_from(SOUND)) + " ".join(sentences(MAIL_URL="ftp://u:hidden@h"))

    assert "secret" not in shown.replace("secret_key", "")
    assert "hidden" not in shown
    assert "kkkk" not in shown


def test_a_child_reads_the_very_settings_of_its_parent() -> None:
    settings = settings_from(SOUND | {"SWEEP_SECONDS": "0.5", "SANDBOX_URL": "http://sandbox:1"})

    assert settings_from(as_environment(settings)) == settings


def test_settings_cannot_be_changed() -> None:
    settings = settings_from(SOUND)

    with pytest.raises(Exception, match="frozen"):
        settings.port = 1  # type: ignore[misc]


def test_a_second_terminal_finds_what_make_run_wrote_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [f"{name}={value}" for name, value in SOUND.items()]
    environment_file(tmp_path).write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))

    assert load().redis_url == SOUND["REDIS_URL"]


def test_what_make_run_wrote_down_is_left_alone_once_a_database_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment_file(tmp_path).write_text("REDIS_URL=redis://other\n", encoding="utf-8")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    for name, value in SOUND.items():
        monkeypatch.setenv(name, value)

    assert load().redis_url == SOUND["REDIS_URL"]


def test_the_paper_lists_exactly_the_settings_there_are() -> None:
    paper = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    table = paper.split("## Settings")[1].split("\n## ")[0]

    listed = [line.split("`")[1] for line in table.splitlines() if line.startswith("| `")]
    assert sorted(listed) == sorted(name.upper() for name in Settings.model_fields)
