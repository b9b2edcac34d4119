"""A process that begins while the files are broken goes by those that were taken up last."""

import logging
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from config import processes
from config.bootstrap import read_rules
from config.last_good import rules_at_start
from config.settings import Settings
from config.watching import Watch
from tests.support.small_shop import SmallShop, small_shop
from workflows.problems import WorkflowProblems

BROKEN = ("item-goodwill.yaml", "initial: reported", "initial: reprted")


@pytest.fixture
def shop(tmp_path: Path, settings: Settings) -> SmallShop:
    return small_shop(tmp_path, settings)


def take_up(shop: SmallShop, sessions: sessionmaker[Session]) -> None:
    """As a process does that begins with sound files."""
    Watch(shop.settings, sessions, read_rules(shop.settings), "web").turn()


def test_the_files_taken_up_last_go_on(
    shop: SmallShop, sessions: sessionmaker[Session], caplog: pytest.LogCaptureFixture
) -> None:
    take_up(shop, sessions)
    shop.change("item-goodwill.yaml", "label: Goodwill without return", "label: A kind gesture")
    take_up(shop, sessions)
    before = read_rules(shop.settings)
    shop.change(*BROKEN)

    with caplog.at_level(logging.ERROR):
        rules = rules_at_start(shop.settings)

    assert rules.versions == before.versions
    assert rules.fingerprint == before.fingerprint
    assert rules.definitions["item-goodwill"].label == "A kind gesture"
    assert "There is no state reprted." in caplog.text


def test_a_process_that_began_so_tells_what_it_refuses(
    shop: SmallShop, sessions: sessionmaker[Session], session: Session
) -> None:
    take_up(shop, sessions)
    shop.change(*BROKEN)
    watch = Watch(shop.settings, sessions, rules_at_start(shop.settings), "web")

    watch.turn()
    watch._looks_again_at = 0
    watch.turn()

    [process] = processes.running(session)
    assert process.refused is not None
    assert "There is no state reprted." in process.refused
    watch.end()


def test_a_folder_that_is_away_does_not_keep_a_process_from_beginning(
    shop: SmallShop, sessions: sessionmaker[Session]
) -> None:
    take_up(shop, sessions)
    shop.workflows.rename(shop.workflows.with_name("elsewhere"))

    assert "item-goodwill" in rules_at_start(shop.settings).definitions


def test_files_that_were_never_sound_are_refused(shop: SmallShop) -> None:
    shop.change(*BROKEN)

    with pytest.raises(WorkflowProblems, match="There is no state reprted"):
        rules_at_start(shop.settings)


def test_without_the_database_the_files_must_be_sound(shop: SmallShop) -> None:
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:1/nothing?connect_timeout=1"
    away = shop.settings.model_copy(update={"database_url": nowhere})
    assert rules_at_start(away).versions == read_rules(shop.settings).versions
    shop.change(*BROKEN)

    with pytest.raises(WorkflowProblems, match="There is no state reprted"):
        rules_at_start(away)
