"""What differs between the events of two versions: who fires them, when, with which form."""

from collections.abc import Iterator
from typing import Literal

from workflows.definition import Definition, Event, Input
from workflows.difference import Difference, Part, changes, condition, joined, listed, settings
from workflows.drawing.words import clock_words


def event_differences(old: Definition, new: Definition) -> Iterator[Difference]:
    for name, event in old.events.items():
        if name in new.events:
            yield from _event(event, new.events[name])
        else:
            sentence = f"The {_kind(event)} {name} ({event.label}; {fired(event)}) is gone."
            yield Difference(_kind(event), "removed", name, sentence)
    for name, event in new.events.items():
        if name not in old.events:
            sentence = f"The {_kind(event)} {name} ({event.label}; {fired(event)}) is new."
            yield Difference(_kind(event), "added", name, sentence)


def fired(event: Event) -> str:
    """Who or what makes it happen: `by agent, lead`, `after 30 days`."""
    if event.by:
        return f"by {joined(event.by)}"
    if event.by_clock:
        return clock_words(event)
    return f"sent by the {event.sent_by}" if event.sent_by else _by_itself(event)


def _by_itself(event: Event) -> str:
    if event.on_enter:
        return "at once on entering the state"
    return "when facts have changed" if event.on_change else "by the outcome of an effect"


def _kind(event: Event) -> Literal["deadline", "event"]:
    return "deadline" if event.by_clock else "event"


def _event(old: Event, new: Event) -> Iterator[Difference]:
    is_clock = old.by_clock or new.by_clock
    if fired(old) != fired(new):
        sentence = f"The {_kind(new)} {new.name} is fired {fired(new)} (before: {fired(old)})."
        yield Difference("deadline" if is_clock else "event", "changed", new.name, sentence)
    said = changes(
        f"The event {new.name}",
        [
            ("label", old.label, new.label),
            ("other labels", settings(old.labels), settings(new.labels)),
            ("second-person", old.second_person, new.second_person),
            ("confirmation", old.confirm, new.confirm),
            ("other confirmations", settings(old.confirms), settings(new.confirms)),
        ],
    )
    for sentence in said:
        yield Difference("event", "changed", new.name, sentence)
    yield from _inputs(old, new)


def _inputs(old: Event, new: Event) -> Iterator[Difference]:
    before = {field.name: field for field in old.input}
    now = {field.name: field for field in new.input}
    for name, field in before.items():
        of = f"The field {name} of {new.name}"
        if name not in now:
            yield Difference("input", "removed", f"{new.name}.{name}", f"{of} is gone.")
            continue
        for sentence in changes(of, _parts(field, now[name])):
            yield Difference("input", "changed", f"{new.name}.{name}", sentence)
    for name, field in now.items():
        if name not in before:
            must = "may be left empty" if field.optional else "must be filled in"
            sentence = (
                f"The field {name} ({field.label}, {field.type}) of {new.name} is new; it {must}."
            )
            yield Difference("input", "added", f"{new.name}.{name}", sentence)


def _parts(old: Input, new: Input) -> list[Part]:
    return [
        ("type", old.type, new.type),
        ("label", old.label, new.label),
        ("other labels", settings(old.labels), settings(new.labels)),
        ("optional", old.optional, new.optional),
        ("min", condition(old.min), condition(new.min)),
        ("max", condition(old.max), condition(new.max)),
        ("default", condition(old.default), condition(new.default)),
        ("choice", listed(old.of), listed(new.of)),
    ]
