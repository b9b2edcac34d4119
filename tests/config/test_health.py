"""What `redress doctor` finds."""

from config.health import (
    Finding,
    look_at_broker,
    look_at_database,
    look_at_mail,
    look_at_provider,
)
from config.local.valkey import free_port
from config.settings import Settings
from tests.support.mail import Mailbox
from tests.support.parts import Sandbox


def only(findings: object) -> Finding:
    (finding,) = findings  # type: ignore[misc]
    assert isinstance(finding, Finding)
    return finding


def test_all_is_well_with_a_migrated_database(settings: Settings) -> None:
    findings = list(look_at_database(settings))

    assert [finding.is_well for finding in findings] == [True, True, True]


def test_an_application_that_owns_the_journal_is_told_so(settings: Settings) -> None:
    careless = settings.model_copy(update={"database_url": settings.owner_database_url})

    last = list(look_at_database(careless))[-1]

    assert not last.is_well
    assert "may rewrite the journal" in last.sentence
    assert "APP_DATABASE_ROLE" in last.sentence


def test_a_database_that_is_away_is_named_without_its_password(settings: Settings) -> None:
    url = f"postgresql+psycopg://someone:hidden@127.0.0.1:{free_port()}/redress"
    finding = only(look_at_database(settings.model_copy(update={"database_url": url})))

    assert not finding.is_well
    assert "DATABASE_URL" in finding.sentence
    assert "hidden" not in finding.sentence


def test_a_broker_that_is_away_is_no_catastrophe(settings: Settings) -> None:
    away = settings.model_copy(update={"redis_url": f"redis://:hidden@127.0.0.1:{free_port()}/0"})

    finding = only(look_at_broker(away))

    assert not finding.is_well
    assert "found by the sweep" in finding.sentence
    assert "hidden" not in finding.sentence


def test_a_broker_that_answers_is_well(settings: Settings) -> None:
    assert only(look_at_broker(settings)).is_well


def test_a_provider_that_answers_is_well(settings: Settings, sandbox: Sandbox) -> None:
    assert only(look_at_provider(settings)).is_well


def test_a_provider_that_is_away_is_told_with_the_way_out(settings: Settings) -> None:
    away = settings.model_copy(update={"sandbox_url": f"http://127.0.0.1:{free_port()}"})
    finding = only(look_at_provider(away))

    assert not finding.is_well
    assert "redress provider" in finding.sentence


def test_a_mail_server_that_answers_is_well(settings: Settings, mailbox: Mailbox) -> None:
    assert only(look_at_mail(settings)).is_well


def test_a_folder_for_letters_that_is_missing_is_named(settings: Settings) -> None:
    finding = only(look_at_mail(settings.model_copy(update={"mail_url": "file:///no/such"})))

    assert finding == Finding(
        False, "Letters cannot be written to /no/such; make that folder, or put MAIL_URL right."
    )
