"""When to kill: by how far the work has come, so that a slow machine sees as many kills in it."""

import time
from dataclasses import dataclass, field
from typing import Any

LEAST_SECONDS = 0.8
"""Between two kills, so that somebody lives long enough to work."""

SLOW_PROVIDER: tuple[dict[str, Any], ...] = (
    {"kind": "answer-late", "seconds": 0.05, "probability": 1.0},
)
"""A provider that takes 50 ms from booking a refund to its answer, as real ones do and longer."""


@dataclass(slots=True)
class Pace:
    """Kill number k is due when k of `kills + 1` parts of the refunds are settled."""

    kills: int
    refunds: int
    still_seconds: float
    made: int = 0
    last_kill: float = field(default_factory=time.monotonic)
    _settled: int = 0
    _moved_at: float = field(default_factory=time.monotonic)

    @property
    def is_over(self) -> bool:
        return self.made >= self.kills

    def is_due(self, settled: int, *, may_end: bool = True) -> bool:
        """Whether to kill now, which counts as done; the last only when `may_end`."""
        if self.is_over or time.monotonic() - self.last_kill < LEAST_SECONDS:
            return False
        if settled < (self.made + 1) * self.refunds // (self.kills + 1):
            return False
        if self.made + 1 == self.kills and not may_end:
            return False
        self.made += 1
        self.last_kill = time.monotonic()
        return True

    def stands_still(self, settled: int) -> bool:
        """Whether nothing has been settled for too long."""
        return self.quiet_for(settled) > self.still_seconds

    def quiet_for(self, settled: int) -> float:
        """Seconds since the last one was settled."""
        if settled != self._settled:
            self._settled, self._moved_at = settled, time.monotonic()
        return time.monotonic() - self._moved_at
