"""Processes tell by which files they go, and `redress workflow reload` waits for them."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session, sessionmaker

from claims.models import RunningProcess
from config import processes, taking_up, watching
from config.bootstrap import build, read_rules
from config.cli import main
from config.health import look_at_processes
from config.settings import Settings, as_environment
from config.shop_files import fingerprint_of
from config.taking_up import let_take_up, what_changes
from config.watching import Watch
from tests.support.cases import claim_first
from tests.support.parts import Part, eventually, says
from tests.support.shop import PLACED, an_order
from tests.support.small_shop import SmallShop, small_shop

LABEL = ("item-goodwill.yaml", "label: Goodwill without return", "label: A kind gesture")
BROKEN = ("item-goodwill.yaml", "initial: reported", "initial: reprted")


@pytest.fixture
def shop(tmp_path: Path, settings: Settings) -> SmallShop:
    return small_shop(tmp_path, settings)


@pytest.fixture
def watch(shop: SmallShop, sessions: sessionmaker[Session]) -> Iterator[Watch]:
    """A process that goes by the shop's files as they are."""
    begun = Watch(shop.settings, sessions, read_rules(shop.settings), "web")
    begun.turn()
    begun.turn()
    yield begun
    begun.end()


def turns(watch: Watch) -> None:
    """Until a change has been seen, has come to rest, and was decided."""
    watch._looks_again_at = 0
    watch.turn()
    watch._looks_again_at = 0
    watch.turn()


def reload(shop: SmallShop, *arguments: str) -> Result:
    return CliRunner().invoke(
        main, ["workflow", "reload", *arguments], env=as_environment(shop.settings)
    )


def test_a_process_tells_by_which_files_it_goes_and_leaves_no_trace_when_it_ends(
    watch: Watch, session: Session
) -> None:
    [row] = processes.running(session)

    assert (row.kind, row.name) == ("web", watch.name)
    assert row.fingerprint == watch.reloading.rules.fingerprint
    assert row.versions["item-goodwill"] == watch.reloading.rules.versions["item-goodwill"]
    watch.end()
    assert processes.running(session) == []


def test_what_is_taken_up_and_what_is_refused_is_told(
    shop: SmallShop, watch: Watch, session: Session
) -> None:
    [before] = processes.running(session)
    shop.change(*LABEL)
    turns(watch)
    [after] = processes.running(session)
    assert after.fingerprint != before.fingerprint
    assert after.taken_up_at > before.taken_up_at

    shop.change(*BROKEN)
    turns(watch)
    [refusing] = processes.running(session)
    assert refusing.refused is not None
    assert "There is no state reprted." in refusing.refused
    assert refusing.fingerprint == watch.reloading.rules.fingerprint


def test_a_case_opened_before_ends_by_the_version_it_began_with(
    shop: SmallShop, watch: Watch, session: Session
) -> None:
    rules = watch.reloading.rules
    begun = rules.versions["item-goodwill"]
    item = claim_first(session, rules, an_order(session), resolution="goodwill")
    session.commit()

    shop.change(*LABEL)
    read = read_rules(shop.settings)
    assert what_changes(session, read) == [
        f"item-goodwill changes to version {read.versions['item-goodwill'][:8]}.",
        f"item-goodwill: 1 open case ends by version {begun[:8]}, as begun.",
    ]
    turns(watch)

    assert rules.definition(session, item.workflow_hash).label == "Goodwill without return"
    later = claim_first(session, rules, an_order(session), resolution="goodwill")
    assert rules.definition(session, later.workflow_hash).label == "A kind gesture"


def test_a_process_that_is_asked_looks_at_once_even_where_it_does_not_watch(
    shop: SmallShop, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "_RENEWED_EVERY", 0.05)
    unwatched = shop.settings.model_copy(update={"reload_seconds": 0})
    watch = Watch(unwatched, sessions, read_rules(shop.settings), "worker")
    watch.turn()
    shop.change(*LABEL)
    turns(watch)
    assert watch.reloading.rules.definitions["item-goodwill"].label == "Goodwill without return"

    watch.begin()
    answers = let_take_up(sessions, read_rules(shop.settings))
    watch.end()

    assert [process.kind for process in answers.taken_up] == ["worker"]
    assert answers.wrong == []
    assert watch.reloading.rules.definitions["item-goodwill"].label == "A kind gesture"


def test_reload_tells_what_changes_and_who_took_it_up(shop: SmallShop, watch: Watch) -> None:
    shop.change(*LABEL)
    watch.begin()

    result = reload(shop)

    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1] == "web 1: taken up."
    assert watch.reloading.rules.definitions["item-goodwill"].label == "A kind gesture"


def test_reload_of_broken_files_says_what_is_wrong_and_asks_nobody(
    shop: SmallShop, watch: Watch, session: Session
) -> None:
    shop.change(*BROKEN)

    result = reload(shop)

    assert result.exit_code == 1
    assert "item-goodwill.yaml:6:10 unknown-state There is no state reprted." in result.output
    [row] = processes.running(session)
    assert not row.is_asked


def test_reload_without_a_process_says_so(shop: SmallShop) -> None:
    assert reload(shop).output == ("No process is running; each reads the folder when it starts.\n")


def test_a_dry_run_only_tells(shop: SmallShop, watch: Watch, session: Session) -> None:
    shop.change(*LABEL)

    result = reload(shop, "--dry-run")

    assert result.exit_code == 0
    assert result.output.startswith("item-goodwill changes to version ")
    [row] = processes.running(session)
    assert not row.is_asked


def test_a_process_that_hangs_or_sees_another_folder_is_named(
    shop: SmallShop,
    watch: Watch,
    sessions: sessionmaker[Session],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(taking_up, "PATIENCE", 0.1)
    rules = read_rules(shop.settings)

    assert let_take_up(sessions, rules).wrong == [
        f"web {watch.name} has not answered within 0.1 s."
    ]

    monkeypatch.setattr(taking_up, "PATIENCE", 5)
    shop.change(*LABEL)
    elsewhere = read_rules(shop.settings)
    shop.change(LABEL[0], LABEL[2], LABEL[1])
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(let_take_up, sessions, elsewhere)
        while not asked.done():
            watch.turn()
        assert "goes by other files than these" in asked.result().wrong[0]


def test_the_doctor_names_processes_that_are_behind(
    shop: SmallShop, watch: Watch, sessions: sessionmaker[Session]
) -> None:
    [well] = look_at_processes(shop.settings)
    shop.change(*BROKEN)
    turns(watch)

    [behind] = look_at_processes(shop.settings)

    assert well.is_well
    assert well.sentence == "The running processes go by the present files (web 1)."
    assert not behind.is_well
    assert "run: redress workflow reload" in behind.sentence
    assert "There is no state reprted." in behind.sentence


def test_a_database_that_is_away_does_not_keep_files_from_being_taken_up(
    shop: SmallShop,
) -> None:
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:1/nothing?connect_timeout=1"
    parts = build(shop.settings.model_copy(update={"database_url": nowhere}))
    watch = Watch(shop.settings, parts.sessions, parts.rules, "sweeper")
    shop.change(*LABEL)

    turns(watch)

    assert parts.rules.definitions["item-goodwill"].label == "A kind gesture"


def test_rows_of_processes_that_vanished_are_forgotten(watch: Watch, session: Session) -> None:
    gone = RunningProcess(
        name="gone:1",
        kind="worker",
        fingerprint="",
        versions={},
        taken_up_at=PLACED,
        seen_at=PLACED,
    )
    session.add(gone)
    session.commit()

    assert [row.name for row in processes.running(session)] == [watch.name]


def test_a_real_sweeper_takes_files_up_and_refuses_broken_ones(
    shop: SmallShop, session: Session, tmp_path: Path
) -> None:
    sweeper = Part("sweep", shop.settings, tmp_path / "sweep.log", says("The sweeper looks"))

    def told(is_so: Callable[[processes.Process], bool]) -> Callable[[], bool]:
        return lambda: any(map(is_so, processes.running(session)))

    try:
        sweeper.start()
        shop.change(*LABEL)
        present = fingerprint_of(shop.settings)
        eventually(told(lambda process: process.fingerprint == present), about="taking up")
        shop.change(*BROKEN)
        eventually(told(lambda process: process.refused is not None), about="a refusal")
    finally:
        sweeper.stop()

    assert "The shop's files are taken up anew (changed: item-goodwill)." in sweeper.words()
    assert "There is no state reprted." in sweeper.words()
    assert processes.running(session) == []
