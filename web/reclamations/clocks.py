"""The clocks of a reclamation as its page tells them: what runs out next, what stands still."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_timedelta

from claims.models import Deadline, Reclamation
from web.workflows.labels import Labels, whom
from workflows.drawing import span_words

MOST_SHOWN = 3
_COARSE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class ClockShown:
    label: str
    runs_out_at: datetime | None
    """None where it stands still; `waits_for` and `left` say why and with how much."""
    waits_for: str = ""
    left: str = ""


def clocks_of(reclamation: Reclamation, labels: Labels) -> list[ClockShown]:
    """The clock that runs out next, then those that stand still; MOST_SHOWN at most."""
    open_ones = [clock for clock in reclamation.deadlines if clock.ended_at is None]
    running = [clock for clock in open_ones if clock.runs_out_at is not None]
    soonest = sorted(running, key=lambda clock: (clock.runs_out_at, clock.id))[:1]
    standing = [clock for clock in open_ones if clock.remaining is not None]
    return list(_shown([*soonest, *standing][:MOST_SHOWN], labels))


def _shown(clocks: list[Deadline], labels: Labels) -> Iterator[ClockShown]:
    for clock in clocks:
        case = clock.item or clock.reclamation
        event = labels.event(case.workflow_hash, clock.event)
        label = event.label if event else clock.event
        if clock.remaining is None:
            yield ClockShown(label, clock.runs_out_at)
        else:
            left = left_words(clock.remaining, is_business=event is not None and event.is_business)
            yield ClockShown(label, None, whom(case.waits_for).lower(), left)


def left_words(left: timedelta, *, is_business: bool = False) -> str:
    """`5 days`, `3 business days`, `7 hours`: whole days where it is more than two."""
    if left >= _COARSE or (is_business and left >= timedelta(days=1)):
        return span_words(timedelta(days=left.days), is_business)
    return str(format_timedelta(left, granularity="minute", threshold=1.5, locale="en"))
