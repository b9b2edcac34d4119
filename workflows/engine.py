"""What may happen to a case now, what an event leads to, and why not.

A state, facts and an event go in; a decision comes out. The engine changes nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from workflows.catalogue import Catalogue, Condition, Facts, FactType
from workflows.conditions import (
    FACT_OF_INPUT,
    ConditionFailed,
    Expression,
    compile_condition,
    compile_value,
)
from workflows.definition import Definition, Event, Transition
from workflows.forms import Form
from workflows.machine import build_machine, walk

FAR_AWAY = 9000
"""From this year on a date stands for one that nobody has noted yet."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The line that an event takes from here."""

    line: Transition


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Why an event leads nowhere from here, in sentences for a person."""

    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """An event that people can fire from this state; with reasons, it is shown but not open."""

    event: Event
    reasons: tuple[str, ...] = ()


Watch = Callable[[Transition, bool], None]
"""Told of every line that was looked at to decide, and whether it could be taken."""


class Engine:
    """One definition, compiled against a catalogue. Safe to share between threads."""

    def __init__(self, definition: Definition, catalogue: Catalogue) -> None:
        self.definition = definition
        self.catalogue = catalogue
        self.watch: Watch | None = None
        """Set by whoever measures what a test reaches."""
        facts = {name: fact.type for name, fact in catalogue.facts[definition.subject].items()}
        self._conditions: dict[tuple[str, str], Condition | Expression] = {}
        for line in definition.transitions:
            if line.when is not None:
                key = (line.event, line.when)
                self._conditions[key] = self._condition(line.when, line.event, facts)
        self._forms = {event.name: Form(event, facts) for event in definition.events.values()}
        self._dates = {
            event.name: compile_value(event.at, facts, "date")
            for event in definition.events.values()
            if event.at is not None
        }
        self._watched = {
            state: watched
            for state, lines in definition.lines_from.items()
            if (watched := tuple(line for line in lines if self._is_watched(line)))
        }
        self._machine = build_machine(definition, self._holds)

    def decide(self, state: str, event: str, facts: Facts) -> Taken | NotTaken:
        """The first line whose condition holds, or why there is none.

        `facts` hold those of the case and, for an event with input, `input_facts`. An expression
        that cannot be worked out raises ConditionFailed.
        """
        impossible = self.why_impossible(state, event)
        if impossible:
            return NotTaken((impossible,))
        walked = walk(self._machine, state, event, facts)
        if self.watch is not None:
            for line in walked.failed:
                self.watch(line, False)
            if walked.taken:
                self.watch(walked.taken, True)
        if walked.taken:
            return Taken(walked.taken)
        return NotTaken(self._why_all_failed(walked.failed, facts))

    def automatic(self, state: str, facts: Facts) -> Transition | None:
        """The first line of an on-enter event out of `state` whose condition holds, if any."""
        for line in self.definition.lines_from.get(state, ()):
            is_automatic = self.definition.events[line.event].on_enter
            if is_automatic and self._would_take(line, facts):
                return line
        return None

    def goes_on(self, state: str) -> bool:
        """Whether entering the state may lead on at once, by an on-enter line."""
        lines = self.definition.lines_from.get(state, ())
        return any(self.definition.events[line.event].on_enter for line in lines)

    def watches(self, state: str) -> bool:
        """Whether changed facts can matter here: an on-change line, or a date that is asked."""
        return state in self._watched

    def changed(self, state: str, facts: Facts) -> Transition | None:
        """The first line of an on-change event out of `state` whose condition holds, if any.

        To be asked when facts of the case have changed, and when it has entered the state.
        """
        for line in self._watched.get(state, ()):
            is_asked = self.definition.events[line.event].on_change
            if is_asked and self._would_take(line, facts):
                return line
        return None

    def dates(self, state: str, facts: Facts) -> dict[str, datetime | None]:
        """When each `at:` event of the state rings; None where its date is not known yet."""
        events = dict.fromkeys(line.event for line in self._watched.get(state, ()))
        return {name: self.due_at(name, facts) for name in events if name in self._dates}

    def due_at(self, event: str, facts: Facts) -> datetime | None:
        """The date of an `at:` event; None where it rests on one that nobody has noted yet."""
        expression = self._dates[event]
        try:
            due = expression.evaluate(facts)
        except ConditionFailed:
            # Reckoning with a date at the end of time leads beyond it.
            if any(_is_far(facts.get(name)) for name in expression.mentions):
                return None
            raise
        return due if isinstance(due, datetime) and not _is_far(due) else None

    def offers(self, state: str, facts: Facts, roles: frozenset[str]) -> tuple[Offer, ...]:
        """Every event of people out of `state`, in the order of the file.

        Not open, with the reason, where none of its lines could be taken whatever is typed in,
        or where none of `roles` may fire it ("Approve is for lead.").
        """
        lines = self.definition.lines_from.get(state, ())
        offers = []
        for event in self.definition.events.values():
            mine = [line for line in lines if line.event == event.name]
            people = event.by - self.catalogue.no_person
            if mine and event.by and (people or event.by & roles):
                offers.append(Offer(event, self._why_not_open(event, mine, facts, roles)))
        return tuple(offers)

    def read_input(
        self, event: str, raw: Mapping[str, str], facts: Facts, decimals: int
    ) -> tuple[dict[str, object], dict[str, str]]:
        """Typed values of an event's form, and a sentence for each field that is wrong.

        Money comes in as typed ("24.99", "24,99") and goes out as minor units (int); in the
        facts for conditions it is given as `input.amount` in major units. Dates are
        `datetime.date`, yes-no is bool. An optional field left empty is absent.
        """
        return self._forms[event].read(raw, facts, decimals)

    def input_facts(
        self, event: str, values: Mapping[str, object], decimals: int
    ) -> dict[str, object]:
        """The values of `read_input` as conditions see them: {"input.amount": 24.99}.

        An optional field left empty is "", 0, 0.0, no, or the first of January 1970.
        """
        return self._forms[event].facts_of(values, decimals)

    def defaults(self, event: str, facts: Facts) -> dict[str, object]:
        """What the form shows at first: the value of each `default:`, and the bounds.

        {"amount": {"default": 24.99, "min": None, "max": 24.99}}; money in major units.
        """
        return self._forms[event].defaults(facts)

    def _is_watched(self, line: Transition) -> bool:
        event = self.definition.events[line.event]
        return event.on_change or event.at is not None

    def _condition(
        self, when: str, event: str, facts: Mapping[str, FactType]
    ) -> Condition | Expression:
        named = self.catalogue.conditions.get(when)
        if named:
            return named
        inputs = {
            f"input.{field.name}": FACT_OF_INPUT[field.type]
            for field in self.definition.events[event].input
        }
        each_item = None
        if self.definition.subject == "reclamation":
            each_item = {name: fact.type for name, fact in self.catalogue.item_fields.items()}
        return compile_condition(when, {**facts, **inputs}, each_item)

    def _would_take(self, line: Transition, facts: Facts) -> bool:
        holds = line.when is None or self._holds(line, facts)
        if self.watch is not None and not holds:
            self.watch(line, False)
        return holds

    def _holds(self, line: Transition, facts: Facts) -> bool:
        condition = self._conditions[line.event, line.when or ""]
        if isinstance(condition, Expression):
            return condition.evaluate(facts) is True
        return bool(condition.test(facts))

    def why_impossible(self, state: str, event: str) -> str | None:
        """Why there is no line at all for this event here."""
        if state not in self.definition.states:
            return f"{self.definition.label} has no state {state}."
        if event not in self.definition.events:
            return f"{self.definition.label} has no event {event}."
        here = self.definition.states[state]
        label = self.definition.events[event].label
        if here.final:
            return f"{label} is not possible: {here.label} is final."
        if not any(line.event == event for line in self.definition.lines_from[state]):
            return f"{label} is not possible in the state {here.label}."
        return None

    def _why_all_failed(self, lines: Iterable[Transition], facts: Facts) -> tuple[str, ...]:
        """A sentence for each line, the same one once."""
        return tuple(dict.fromkeys(self._why_failed(line, facts) for line in lines))

    def _why_failed(self, line: Transition, facts: Facts) -> str:
        if line.refusal:
            return line.refusal
        label = self.definition.events[line.event].label
        condition = self._conditions[line.event, line.when or ""]
        if isinstance(condition, Condition):
            return f"{label} needs: {condition.about.rstrip('.')}."
        return f"{label} needs {condition.text.strip()}; {condition.present_values(facts)}."

    def _why_not_open(
        self, event: Event, lines: list[Transition], facts: Facts, roles: frozenset[str]
    ) -> tuple[str, ...]:
        if not event.by & roles:
            who = " or ".join(sorted(event.by - self.catalogue.no_person))
            return (f"{event.label} is for {who}.",)
        failed: list[Transition] = []
        for line in lines:
            if self._could_hold(line, facts):
                nothing_fits = self._forms[event.name].why_nothing_fits(facts)
                return (nothing_fits,) if nothing_fits else ()
            failed.append(line)
        return self._why_all_failed(failed, facts)

    def _could_hold(self, line: Transition, facts: Facts) -> bool:
        """Whether some input could make the line's condition true."""
        if line.when is None:
            return True
        condition = self._conditions[line.event, line.when]
        if isinstance(condition, Expression) and condition.asks_input:
            return True
        return self._holds(line, facts)


def _is_far(value: object) -> bool:
    return isinstance(value, datetime) and value.year >= FAR_AWAY
