"""How long ago something was, by every clock that saw both moments; none is believed alone."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from claims.machine_time import MachineTime

CLOCKS_DIFFER = timedelta(minutes=1)
"""As much as two good clocks may differ, and one be put right, without anybody's harm."""


def ages(
    at: datetime, machine: MachineTime | None, now: datetime, machine_now: MachineTime | None
) -> list[timedelta]:
    """What passed from one moment to another, by each clock; `at` and `now` are the database's."""
    passed = [now - at]
    if machine is not None and machine_now is not None:
        passed.append(machine_now.at - machine.at)
        if machine.boot and machine.boot == machine_now.boot:
            passed.append(machine_now.up - machine.up)
    return passed


def is_surely_younger(passed: Sequence[timedelta], than: timedelta) -> bool:
    """Whether every clock says so. One that went back cannot tell: then it is not sure."""
    return all(-CLOCKS_DIFFER < age < than for age in passed)


def surely_passed(passed: Sequence[timedelta]) -> timedelta:
    """The least that any clock says; one that went back is left out."""
    told = [age for age in passed if age > -CLOCKS_DIFFER]
    return max(min(told, default=timedelta(0)), timedelta(0))
