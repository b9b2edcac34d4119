"""The clocks of a machine that a test moves on; see `claims.machine_time`."""

from dataclasses import dataclass
from datetime import timedelta

from claims import machine_time
from claims.machine_time import MachineTime


@dataclass(slots=True)
class MovableMachine:
    """What a workshop reads in place of the real machine."""

    passed: timedelta = timedelta(0)
    set_wrong: timedelta = timedelta(0)
    """How wrong its own clock was set; how long it has been up does not follow that."""

    def __call__(self) -> MachineTime:
        now = machine_time.read()
        return MachineTime(now.at + self.passed + self.set_wrong, now.boot, now.up + self.passed)

    def pass_time(self, by: timedelta) -> None:
        self.passed += by
