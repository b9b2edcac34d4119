"""The words of a drawing: labels that cannot do harm, deadlines, senders, ages."""

from collections.abc import Iterator
from datetime import timedelta

from workflows.definition import Definition, Event, Transition

CLOCK, EFFECT, OUTCOME = "◷", "»", "«"
_LONGEST = 160
_LONGEST_CONDITION = 60
_JOINERS = "\u200c\u200d"
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def plain(text: str, longest: int = _LONGEST) -> str:
    """One line of visible characters, cut where it is very long.

    Control characters, halves of characters and marks that turn the direction of writing have no
    place in a drawing: XML forbids the first, and the last make a label say something else.
    """
    visible = "".join(c if c.isprintable() or c in _JOINERS else " " for c in text)
    line = " ".join(visible.split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def wrapped(text: str, width: int) -> list[str]:
    """The same over several lines; a word that is longer than a line is broken."""
    lines: list[str] = []
    for word in plain(text).split(" "):
        pieces = [word[start : start + width] for start in range(0, len(word), width)] or [""]
        for piece in pieces:
            if lines and len(lines[-1]) + 1 + len(piece) <= width:
                lines[-1] = f"{lines[-1]} {piece}"
            else:
                lines.append(piece)
    return lines


def span_words(span: timedelta, is_business: bool = False) -> str:
    """`30 days`, `1 hour`, `5 business days`: in the largest unit that says it exactly."""
    seconds = int(span.total_seconds())
    for unit, length in _UNITS:
        if seconds % length == 0:
            count = seconds // length
            said = f"business {unit}" if is_business and unit == "day" else unit
            return f"{count} {said}{'' if count == 1 else 's'}"
    return f"{seconds} seconds"


def aged(age: timedelta) -> str:
    """`12 d`, `5 h`, `3 min`: how old, in the fewest letters."""
    seconds = max(0, int(age.total_seconds()))
    for unit, length in (("d", 86_400), ("h", 3_600)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds // 60} min"


def clock_words(event: Event) -> str:
    """When the clock fires an event: `after 30 days`, `20 days after the opening`, `at …`."""
    if event.after is None:
        return f"at {' '.join((event.at or '').split())}"
    span = span_words(event.after, event.is_business)
    if event.since == "entered":
        return f"after {span}"
    pauses = f", not counting waits for {', '.join(sorted(event.pauses_for))}"
    return f"{span} after the opening{pauses if event.pauses_for else ''}"


def sender_words(definition: Definition, event: Event) -> str:
    """What fires an event that neither people nor the clock fire."""
    if event.on_enter:
        return "at once"
    if event.on_change:
        return "when facts change"
    if event.sent_by:
        return "from an item" if event.sent_by == "items" else "from the reclamation"
    named = outcomes_of(definition, event)
    return f"{OUTCOME} {', '.join(named)}" if named else ""


def outcomes_of(definition: Definition, event: Event) -> list[str]:
    """Which outcomes of which effects fire an event: `pay-refund: done`."""
    return [
        f"{use.name}: {outcome}"
        for use in definition.effects.values()
        for outcome, fired in use.outcomes.items()
        if fired == event.name
    ]


def is_automatic(event: Event) -> bool:
    return not event.by and not event.by_clock


def line_words(definition: Definition, line: Transition) -> str:
    """Everything a line says: event, condition, clock or sender, effects."""
    return " ".join(line_parts(definition, line))


def line_parts(definition: Definition, line: Transition) -> Iterator[str]:
    event = definition.events[line.event]
    yield plain(event.label)
    if line.when:
        yield f"[{plain(line.when, _LONGEST_CONDITION)}]"
    if event.by_clock:
        yield f"{CLOCK} {plain(clock_words(event).removeprefix('after '))}"
    elif is_automatic(event) and (sender := sender_words(definition, event)):
        yield sender if sender.startswith(OUTCOME) else f"({sender})"
    if event.second_person:
        yield "(second person)"
    for effect in line.effects:
        yield f"{EFFECT} {effect}"


def describe(definition: Definition, state: str | None = None) -> str:
    """The drawing in words, for those who do not see it."""
    label = {name: plain(each.label) for name, each in definition.states.items()}
    said = [f"{plain(definition.label)} begins as {label[definition.initial]}."]
    if state:
        said.append(f"Now it is {label[state]}.")
    gathered: dict[tuple[str, str], dict[str, None]] = {}
    for line in definition.transitions:
        words = gathered.setdefault((line.source, line.target), {})
        words[line_words(definition, line)] = None
    said += [
        f"{label[source]} to {label[target]}: {', '.join(ways)}."
        for (source, target), ways in gathered.items()
    ]
    return " ".join(said)
