"""What can have become of something we asked the outside world to do.

Sorted by what the caller has to do next, so that it is settled by one `match`:
`Done` and `Refused` are sure and final, `NotBegun` may be tried again as it is, and `Unknown`
may have taken hold or not: never try it again blindly.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

IN_FLIGHT = timedelta(minutes=15)
"""A request that got no answer may be on its way for this long."""

Answer = Mapping[str, object]
"""What the other side said, as far as it could be read; kept with the attempt."""


@dataclass(frozen=True, slots=True)
class Done:
    """It has surely taken hold, and the other side knows it as `provider_reference`."""

    provider_reference: str
    answer: Answer = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """It has surely not taken hold, and asking the same again would change nothing."""

    reason: str
    answer: Answer = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NotBegun:
    """It has surely not begun, for a reason that passes: nobody listening, too many requests."""

    reason: str
    wait_seconds: float | None = None
    """How long the other side asked us to wait, where it did."""
    tell_person: bool = False
    """Whether it passes only once somebody has put something right, such as a key."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A timeout, a cut, a server error or nonsense: it may have taken hold or not."""

    reason: str
    answered: bool = False
    """Whether the other side has answered, if only with an error, and may keep that answer."""
    for_person: bool = False
    """Whether no look-up and no second try may decide it, but a person only."""


@dataclass(frozen=True, slots=True)
class Absent:
    """Asked whether it took hold, the other side surely knows nothing of it."""


Outcome = Done | Refused | NotBegun | Unknown
"""What came back of a call."""

Finding = Done | Absent | Unknown
"""What came back of looking it up; `Unknown` where that cannot be told."""
