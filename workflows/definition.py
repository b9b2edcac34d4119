"""What a workflow file says, as frozen, typed values.

Nothing here reads YAML or decides anything: `workflows.reading` makes a `Definition`,
`workflows.engine` runs one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Literal

Subject = Literal["item", "reclamation"]
Final = Literal["good", "bad"]
InputType = Literal["integer", "money", "text", "choice", "yes-no", "date", "file"]
Outcome = Literal["done", "refused", "unknown"]
Since = Literal["entered", "opened"]
Tone = Literal["owed", "elsewhere", "good", "bad", "closed"]

OUTCOMES: tuple[Outcome, ...] = ("done", "refused", "unknown")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the file something stands; both count from 1."""

    line: int
    column: int
    file: str = ""
    """The file of a part that is included; empty for the workflow's own."""


@dataclass(frozen=True, slots=True)
class State:
    name: str
    label: str
    place: Place
    final: Final | None = None
    waits_for: str | None = None
    """Who is waited for: a role, or `customer`, `warehouse`, `provider`, …; free text, shown."""
    tone: Tone | None = None
    flags: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict)
    """The label in other languages: {"de": "Gemeldet"}."""


@dataclass(frozen=True, slots=True)
class Input:
    """One field of an event's form. Bounds and defaults are CEL expressions or None.

    `of` are the options of a choice, or the kinds of a file (image, pdf).
    """

    name: str
    type: InputType
    label: str
    place: Place
    optional: bool = False
    min: str | None = None
    max: str | None = None
    default: str | None = None
    of: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that can happen to a case, and who may make it happen.

    Exactly one of these is true: `by` is not empty (people), `after` or `at` is set (the clock),
    `on_enter` is true (the engine itself, on entering the state), `on_change` is true (the
    engine, when facts of the case have changed and a line's condition holds), `sent_by` is set
    (another case fires it), or it is named as an outcome of an effect.
    """

    name: str
    label: str
    place: Place
    by: frozenset[str] = frozenset()
    after: timedelta | None = None
    on_enter: bool = False
    sent_by: Literal["items", "reclamation"] | None = None
    second_person: bool = False
    confirm: str | None = None
    input: tuple[Input, ...] = ()
    is_business: bool = False
    """The days of `after` are business days of the shop; each counts as 24 hours."""
    at: str | None = None
    """A CEL expression that gives the date and time at which the clock fires it."""
    since: Since = "entered"
    """From when `after` counts: the entering of the state, or the opening of the case."""
    pauses_for: frozenset[str] = frozenset()
    """With `since: opened`: the clock stands still in states that wait for one of these."""
    on_change: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    confirms: Mapping[str, str] = field(default_factory=dict)

    @property
    def by_clock(self) -> bool:
        return self.after is not None or self.at is not None


@dataclass(frozen=True, slots=True)
class EffectUse:
    """One effect of the catalogue as this workflow uses it, under a name of its own."""

    name: str
    run: str
    place: Place
    outcomes: Mapping[Outcome, str] = field(default_factory=dict)
    """Outcome to the event that it fires; what is missing fires nothing."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """The `with:` of the file, such as {"letter": "refunded"}."""
    may_repeat: bool = False
    """The file says that asking for it again after it took hold is meant."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of the table. Effects and commands belong to the line that is taken."""

    source: str
    event: str
    target: str
    place: Place
    when: str | None = None
    refusal: str | None = None
    """What a person is told where `when` does not hold, instead of the condition itself."""
    happy: bool = False
    do: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    """Names of `EffectUse`s."""
    send_items: str | None = None
    """An event fired at every unfinished item of the reclamation; all must take it."""
    send_reclamation: str | None = None
    """An event fired at the item's reclamation."""
    when_place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Definition:
    """One sound workflow. `hash` is the SHA-256 (hex) of `text`, to which cases are pinned."""

    name: str
    subject: Subject
    label: str
    initial: str
    states: Mapping[str, State]
    events: Mapping[str, Event]
    effects: Mapping[str, EffectUse]
    transitions: tuple[Transition, ...]
    text: str
    hash: str
    language: str = "en"
    """In which language its plain labels are; `labels` have the others."""
    labels: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    """The names of the parts that are included, in the order in which `text` holds them."""

    @cached_property
    def lines_from(self) -> Mapping[str, tuple[Transition, ...]]:
        """The transitions out of each state, in the order of the file."""
        return {
            name: tuple(line for line in self.transitions if line.source == name)
            for name in self.states
        }
