"""Checkpoints of the journal on a schedule: one file for each slot of time.

The sweep of every process looks. A slot has one name, and a file that is there is never written
over, so any number of sweeps make one checkpoint.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from claims import checkpoints, clock
from config.checkpoint_files import name_of, newest, slot_of
from config.settings import Settings


@dataclass(frozen=True, slots=True)
class Schedule:
    folder: Path
    hours: int
    """How long a slot is."""


def schedule_of(settings: Settings) -> Schedule | None:
    """None where the shop keeps none."""
    if settings.checkpoints_dir is None:
        return None
    return Schedule(settings.checkpoints_dir, settings.checkpoint_hours)


def keep_checkpoint(engine: Engine, schedule: Schedule) -> Path | None:
    """Write the checkpoint of the present slot; None where it is there already.

    Goes by the machine's real clock, as the names of files are for people.
    """
    folder, slot = schedule.folder, slot_of(datetime.now(UTC), schedule.hours)
    file = folder / name_of(slot)
    latest = newest(folder)
    if latest is not None and latest.slot >= slot:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{file.name}.{os.getpid()}"
    with Session(engine) as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        with draft.open("w", encoding="utf-8", newline="") as opened:
            checkpoints.write(session, clock.now(session), opened)
            opened.flush()
            os.fsync(opened.fileno())
    try:
        os.link(draft, file)
    except FileExistsError:
        return None
    finally:
        draft.unlink()
    return file
