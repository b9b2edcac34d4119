"""The clocks of a case in the new version: they count from where they began in the old one."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from claims.calendars import Calendar
from claims.migrating.crossing import events_out_of
from claims.migrating.standing import Clock, Standing
from workflows.definition import Definition, Event


@dataclass(frozen=True, slots=True)
class Rewound:
    """What changes: clocks that end (by key) and clocks that are set instead."""

    ended: tuple[int, ...] = ()
    begun: tuple[Clock, ...] = ()
    due_at_once: tuple[str, ...] = ()
    """Events of clocks that ring right after the migration and would not have without it."""


def rewind(
    standing: Standing,
    old: Definition | None,
    new: Definition,
    target: str,
    calendar: Calendar,
    at: datetime,
) -> Rewound:
    """Clocks that are right for `target` of the new version stay; the others end or begin.

    One that rang during this stay does not ring again; one that rang in vain (no line could be
    taken) does, for a new version may have the line.
    """
    running = [clock for clock in standing.clocks if clock.ending is None]
    wanted = list(_wanted(standing, old, new, target, calendar, at))
    kept = {clock.id for clock in running if replace(clock, id=None) in wanted}
    kept_as = [replace(clock, id=None) for clock in running if clock.id in kept]
    begun = tuple(clock for clock in wanted if clock not in kept_as)
    due_before = {clock.event for clock in running if clock.due_at and clock.due_at <= at}
    return Rewound(
        ended=tuple(clock.id for clock in running if clock.id is not None and clock.id not in kept),
        begun=begun,
        due_at_once=tuple(
            clock.event
            for clock in begun
            if clock.due_at is not None and clock.due_at <= at and clock.event not in due_before
        ),
    )


def _wanted(
    standing: Standing,
    old: Definition | None,
    new: Definition,
    target: str,
    calendar: Calendar,
    at: datetime,
) -> Iterator[Clock]:
    heard = events_out_of(new, target)
    for event in new.events.values():
        if event.at is not None and event.name in heard:
            yield from _as_it_is(standing, event, target)
        elif event.after is None:
            continue
        elif event.since == "opened":
            yield from _of_the_case(standing, old, new, event, target, calendar, at)
        elif event.name in heard and not _rang(standing, event):
            due = _later(standing.state_since, event.after, event, calendar)
            yield Clock(None, event.name, target, standing.state_since, due, due)


def _rang(standing: Standing, event: Event) -> bool:
    """Whether it rang since the case came into its state (or at all, if it is over the case)."""
    return any(
        clock.event == event.name
        and clock.ending == "fired"
        and (clock.state is None or clock.begun_at == standing.state_since)
        for clock in standing.clocks
    )


def _as_it_is(standing: Standing, event: Event, target: str) -> Iterator[Clock]:
    """A date that somebody noted is the case's own; in the new version it rings as before."""
    for clock in standing.clocks:
        if clock.ending is None and clock.event == event.name and clock.state is not None:
            yield replace(clock, id=None, state=target)


def _of_the_case(
    standing: Standing,
    old: Definition | None,
    new: Definition,
    event: Event,
    target: str,
    calendar: Calendar,
    at: datetime,
) -> Iterator[Clock]:
    """A clock over the whole case; what it has stood still so far stays to its credit."""
    if _rang(standing, event):
        return
    assert event.after is not None
    before = next(
        (
            c
            for c in standing.clocks
            if c.ending is None and (c.event, c.state) == (event.name, None)
        ),
        None,
    )
    known = old.events.get(event.name) if old and before else None
    longer = event.after - known.after if known and known.after else timedelta()
    if before is None:
        due: datetime | None = _later(standing.opened_at, event.after, event, calendar)
        clock = Clock(None, event.name, None, standing.opened_at, due, due)
    elif before.remaining is not None:
        clock = replace(before, id=None, remaining=max(before.remaining + longer, timedelta()))
    else:
        assert before.runs_out_at is not None
        due = before.runs_out_at
        if longer:
            due = _later(due, longer, event, calendar) if longer > timedelta() else due + longer
        clock = replace(before, id=None, runs_out_at=due)
    yield _following(clock, event, new, target, calendar, at)


def _following(
    clock: Clock, event: Event, new: Definition, target: str, calendar: Calendar, at: datetime
) -> Clock:
    """It stands still or runs on, heard or not, as the state of the new version says."""
    stands = new.states[target].waits_for in event.pauses_for
    if stands and clock.runs_out_at is not None and clock.runs_out_at > at:
        left = (
            calendar.between(at, clock.runs_out_at) if event.is_business else clock.runs_out_at - at
        )
        clock = replace(clock, remaining=left, paused_at=at, runs_out_at=None)
    elif not stands and clock.remaining is not None:
        due = _later(at, clock.remaining, event, calendar)
        clock = replace(clock, runs_out_at=due, paused_at=None, remaining=None)
    is_heard = event.name in events_out_of(new, target) and not stands
    return replace(clock, due_at=clock.runs_out_at if is_heard else None)


def _later(start: datetime, span: timedelta, event: Event, calendar: Calendar) -> datetime:
    return calendar.add(start, span) if event.is_business else start + span
