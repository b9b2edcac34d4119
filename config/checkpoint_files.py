"""The folder that scheduled checkpoints of the journal lie in: one file for each slot of time."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

_NAME = re.compile(r"journal-(\d{8}T\d{2})Z\.jsonl")
_SLOT = "%Y%m%dT%H"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CheckpointFile:
    path: Path
    slot: datetime
    """When its slot of time began, in UTC."""


def slot_of(at: datetime, hours: int) -> datetime:
    """When the slot began that a moment lies in; slots are so many hours long."""
    length = timedelta(hours=hours)
    return _EPOCH + length * ((at - _EPOCH) // length)


def name_of(slot: datetime) -> str:
    return f"journal-{slot:{_SLOT}}Z.jsonl"


def newest(folder: Path) -> CheckpointFile | None:
    """The newest checkpoint of a folder; None where there is none, or no such folder."""
    if not folder.is_dir():
        return None
    found = [
        CheckpointFile(path, datetime.strptime(named[1], _SLOT).replace(tzinfo=UTC))
        for path in folder.iterdir()
        if (named := _NAME.fullmatch(path.name))
    ]
    return max(found, key=lambda each: each.slot, default=None)
