"""The sweep keeps checkpoints of the journal, one for each slot of time, however many sweep."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from claims.checkpoints import marks
from claims.rules import Rules
from config.checkpoint_files import name_of, newest, slot_of
from config.health import look_at_checkpoints
from config.settings import Settings
from tasks.checkpointing import Schedule, keep_checkpoint
from tasks.sweep import sweep
from tasks.workshop import Workshop
from tests.support.cases import claim_first
from tests.support.shop import an_order


def test_a_sweep_keeps_one_checkpoint_for_each_slot(
    workshop: Workshop, sessions: sessionmaker[Session], rules: Rules, tmp_path: Path
) -> None:
    with sessions.begin() as session:
        claim_first(session, rules, an_order(session))
    shop = replace(workshop, checkpoints=Schedule(tmp_path / "kept", 24))

    sweep(shop)
    [file] = (tmp_path / "kept").iterdir()
    written = file.read_text()
    sweep(shop)

    assert [path.read_text() for path in (tmp_path / "kept").iterdir()] == [written]
    assert len(list(marks(written.splitlines(keepends=True)))) == 2


def test_two_sweeps_at_once_keep_the_first_one(workshop: Workshop, tmp_path: Path) -> None:
    file = tmp_path / name_of(slot_of(datetime.now(UTC), 24))
    kept = keep_checkpoint(workshop.engine, Schedule(tmp_path, 24))

    assert kept == file
    assert keep_checkpoint(workshop.engine, Schedule(tmp_path, 24)) is None
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_a_folder_that_cannot_be_written_to_stops_no_sweep(
    workshop: Workshop, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "taken").write_text("a file")

    sweep(replace(workshop, checkpoints=Schedule(tmp_path / "taken", 24)))

    assert "The journal's checkpoint cannot be kept" in caplog.text


@pytest.mark.parametrize(
    ("file", "is_well", "said"),
    [
        (None, False, "There is no checkpoint of the journal in"),
        ("journal-20200101T00Z.jsonl", False, "is of 2020-01-01 00:00 UTC, too old"),
        (name_of(slot_of(datetime.now(UTC), 24)), True, "The newest checkpoint of the journal is"),
    ],
)
def test_the_doctor_tells_how_old_the_newest_checkpoint_is(
    settings: Settings, tmp_path: Path, file: str | None, is_well: bool, said: str
) -> None:
    if file:
        (tmp_path / file).write_text("")

    [finding] = look_at_checkpoints(settings.model_copy(update={"checkpoints_dir": tmp_path}))

    assert (finding.is_well, said in finding.sentence) == (is_well, True)


def test_the_doctor_says_where_none_are_kept(settings: Settings) -> None:
    [finding] = look_at_checkpoints(settings)

    assert finding.is_well
    assert "CHECKPOINTS_DIR names a folder" in finding.sentence
    assert newest(Path("/nowhere/at/all")) is None
