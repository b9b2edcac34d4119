"""What the machine of a worker shows: witnesses against a database clock that was moved.

The database's clock tells when something happened. How long ago it was must not hang on one clock
alone where money could be sent twice (decision 0018).
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_SINCE_BOOT = getattr(time, "CLOCK_BOOTTIME", None)
"""Goes on while the machine is suspended, and nobody can set it; only Linux has it."""


@dataclass(frozen=True, slots=True)
class MachineTime:
    """One moment by the clocks of one machine."""

    at: datetime
    """By its own clock, UTC."""
    boot: str
    """Which start of which machine `up` counts from; empty where that cannot be told."""
    up: timedelta
    """How long it had been up."""


def read() -> MachineTime:
    """The moment that it is now on this machine."""
    at = datetime.now(UTC)
    if _SINCE_BOOT is None or not _boot:
        return MachineTime(at, "", timedelta(0))
    return MachineTime(at, _boot, timedelta(seconds=time.clock_gettime(_SINCE_BOOT)))


def _read_boot() -> str:
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return ""


_boot = _read_boot()
