"""How long a case may rest at most until something surely happens, if no person does anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from workflows.definition import Definition, Event, Transition
from workflows.drawing import clock_words


@dataclass(frozen=True, slots=True)
class Wait:
    """A chain of deadlines, each line the earliest sure one of its state."""

    lines: tuple[Transition, ...] = ()
    span: timedelta = timedelta(0)
    business: timedelta = timedelta(0)
    """What of it is business days; they come on top."""
    is_circle: bool = False
    """It comes back to where it was: without people it never ends."""

    @property
    def length(self) -> timedelta:
        """A business day is longer than a day; how much longer, its calendar says."""
        return self.span + self.business * 7 / 5


@dataclass(frozen=True, slots=True)
class Waits:
    longest: Wait
    until_somebody_acts: tuple[str, ...]
    """The unfinished states that no sure deadline ends: they rest on people, or on the provider."""


def waits_of(definition: Definition) -> Waits:
    """The longest chain of sure deadlines, and the states without one."""
    unfinished = [state.name for state in definition.states.values() if not state.final]
    chains = [_chain(definition, state, ()) for state in unfinished]
    resting = [state for state in unfinished if not _next(definition, state)]
    return Waits(
        max(chains, key=lambda wait: (wait.is_circle, wait.length), default=Wait()),
        tuple(resting),
    )


def say_wait(definition: Definition, wait: Wait) -> str:
    """`44 days: awaiting-parcel (after 14 days) → … → never-returned`."""
    if not wait.lines:
        return "no sure deadline; every state rests on people, or on whoever is waited for"
    steps = [
        f"{line.source} ({clock_words(definition.events[line.event])})"
        for line in wait.lines
        if definition.events[line.event].by_clock
    ]
    said = [_days(wait.span, "")] if wait.span or not wait.business else []
    said += [_days(wait.business, "business ")] if wait.business else []
    whole = "for ever, in a circle of deadlines" if wait.is_circle else " and ".join(said)
    return f"{whole}: {' → '.join([*steps, wait.lines[-1].target])}"


def _chain(definition: Definition, state: str, before: tuple[str, ...]) -> Wait:
    """The longest way on from a state, by sure deadlines and on-enter lines alone."""
    waits = []
    for event, lines in _next(definition, state):
        for line in lines:
            if line.target in {*before, state}:
                waits.append(Wait((line,), is_circle=True))
                continue
            rest = _chain(definition, line.target, (*before, state))
            own = event.after or timedelta(0)
            waits.append(
                Wait(
                    (line, *rest.lines),
                    rest.span + (timedelta(0) if event.is_business else own),
                    rest.business + (own if event.is_business else timedelta(0)),
                    rest.is_circle,
                )
            )
    return max(waits, key=lambda wait: (wait.is_circle, wait.length), default=Wait())


def _next(definition: Definition, state: str) -> list[tuple[Event, tuple[Transition, ...]]]:
    """The event that surely comes first here, with its lines; nothing where none is sure."""
    sure = list(_sure(definition, state))
    at_once = [each for each in sure if each[0].on_enter]
    return (at_once or sorted(sure, key=lambda each: each[0].after or timedelta(0)))[:1]


def _sure(definition: Definition, state: str) -> Iterator[tuple[Event, tuple[Transition, ...]]]:
    for event in definition.events.values():
        lines = tuple(x for x in definition.lines_from[state] if x.event == event.name)
        is_sure = any(line.when is None for line in lines)
        leads_on = all(line.target != state for line in lines)
        if lines and is_sure and leads_on and (event.after is not None or event.on_enter):
            yield event, lines


def _days(span: timedelta, kind: str) -> str:
    if span.seconds:
        return f"{span.days * 24 + span.seconds / 3600:g} {kind}hours"
    return f"{span.days} {kind}day{'' if span.days == 1 else 's'}"
