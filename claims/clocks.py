"""The clocks of a case in memory: begun, stopped, standing still and running on.

Rows were loaded by `claims.cases`; nothing here queries. `claims.deadlines` fires what is due.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from claims.calendars import Calendar
from claims.models import Deadline, Item, Reclamation, keep
from workflows.definition import Definition, Event

Case = Reclamation | Item


def opened(case: Case, definition: Definition, calendar: Calendar, at: datetime) -> None:
    """Begin the clocks of a case that has just begun its workflow, in the state it is in.

    Those over the whole case count from the opening of its reclamation, whatever happened before.
    """
    origin = _reclamation(case).opened_at
    for event in definition.events.values():
        if event.after is not None and event.since == "opened":
            clock = _begin(
                case, event.name, None, origin, _later(origin, event.after, event, calendar)
            )
            _follow_state(clock, event, case, definition, calendar, at)
    _begin_state(case, definition, calendar, at)


def moved(case: Case, definition: Definition, calendar: Calendar, event: str, at: datetime) -> None:
    """Stop the clocks of the state that `event` left, and set those of the one it led to."""
    is_over = definition.states[case.state].final is not None
    for clock in running(case):
        declared = definition.events.get(clock.event)
        if clock.event == event:
            _end(clock, "fired", at)
        elif clock.state is not None or is_over or declared is None:
            _end(clock, "left", at)
        else:
            _follow_state(clock, declared, case, definition, calendar, at)
    _begin_state(case, definition, calendar, at)


def stayed(case: Case, event: str, at: datetime) -> None:
    """A clock that leads back to its own state has rung; it would ring without end."""
    for clock in running(case):
        if clock.event == event:
            _end(clock, "fired", at)


def abandoned(case: Case, at: datetime) -> None:
    """Stop all clocks of a case that leaves its workflow for another one."""
    for clock in running(case):
        _end(clock, "left", at)


def set_dates(case: Case, dates: Mapping[str, datetime | None], at: datetime) -> None:
    """Let the date events of the present state ring at these times; None: not at all.

    What was set before is moved. A date that has rung already rings again only when it changes.
    """
    for event, date in dates.items():
        known = [
            clock
            for clock in _own(case)
            if (clock.event, clock.state, clock.begun_at) == (event, case.state, case.state_since)
        ]
        waiting = next((clock for clock in known if clock.ended_at is None), None)
        if waiting is None:
            has_rung = any(c.ending != "left" and c.runs_out_at == date for c in known)
            if date is not None and not has_rung:
                _begin(case, event, case.state, case.state_since, date)
        elif date is None:
            _end(waiting, "left", at)
        elif waiting.runs_out_at != date:
            waiting.runs_out_at = waiting.due_at = date
            waiting.failures = 0


def running(case: Case) -> list[Deadline]:
    """The clocks of the case itself that have not ended; some may stand still."""
    return [clock for clock in _own(case) if clock.ended_at is None]


def _begin_state(case: Case, definition: Definition, calendar: Calendar, at: datetime) -> None:
    heard = {line.event for line in definition.lines_from[case.state]}
    for event in definition.events.values():
        if event.after is not None and event.since == "entered" and event.name in heard:
            _begin(case, event.name, case.state, at, _later(at, event.after, event, calendar))


def _follow_state(
    clock: Deadline,
    event: Event,
    case: Case,
    definition: Definition,
    calendar: Calendar,
    at: datetime,
) -> None:
    """Let a clock over the whole case stand still or run on, heard or not, as the state says.

    One whose time is over stands no more; it waits for a state in which it is heard.
    """
    stands = definition.states[case.state].waits_for in event.pauses_for
    if stands and clock.runs_out_at is not None and clock.runs_out_at > at:
        clock.remaining = _span(at, clock.runs_out_at, event, calendar)
        clock.paused_at, clock.runs_out_at = at, None
    elif not stands and clock.remaining is not None:
        clock.runs_out_at = _later(at, clock.remaining, event, calendar)
        clock.paused_at = clock.remaining = None
    is_heard = any(line.event == event.name for line in definition.lines_from[case.state])
    clock.due_at = clock.runs_out_at if is_heard and not stands else None
    clock.failures = 0


def _later(start: datetime, span: timedelta, event: Event, calendar: Calendar) -> datetime:
    return calendar.add(start, span) if event.is_business else start + span


def _span(start: datetime, end: datetime, event: Event, calendar: Calendar) -> timedelta:
    return calendar.between(start, end) if event.is_business else end - start


def _begin(
    case: Case, event: str, state: str | None, begun_at: datetime, runs_out_at: datetime
) -> Deadline:
    clock = Deadline(
        reclamation=_reclamation(case),
        item=case if isinstance(case, Item) else None,
        event=event,
        state=state,
        begun_at=begun_at,
        runs_out_at=runs_out_at,
        due_at=runs_out_at,
        failures=0,
    )
    return keep(clock, _reclamation(case))


def _end(clock: Deadline, ending: str, at: datetime) -> None:
    clock.ended_at, clock.ending = at, ending


def _own(case: Case) -> list[Deadline]:
    item = case if isinstance(case, Item) else None
    return [clock for clock in _reclamation(case).deadlines if clock.item is item]


def _reclamation(case: Case) -> Reclamation:
    return case.reclamation if isinstance(case, Item) else case
