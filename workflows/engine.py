"""What may happen to a case now, what an event leads to, and why not.

A state, facts and an event go in; a decision comes out. The engine changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from workflows.catalogue import Catalogue, Facts
from workflows.definition import Definition, Event, Transition


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


class Engine:
    """One definition, compiled against a catalogue. Safe to share between threads."""

    def __init__(self, definition: Definition, catalogue: Catalogue) -> None:
        raise NotImplementedError

    def decide(self, state: str, event: str, facts: Facts) -> Taken | NotTaken:
        """The first line whose condition holds, or why there is none."""
        raise NotImplementedError

    def automatic(self, state: str, facts: Facts) -> Transition | None:
        """The first line of an on-enter event out of `state` whose condition holds, if any."""
        raise NotImplementedError

    def offers(self, state: str, facts: Facts, roles: frozenset[str]) -> tuple[Offer, ...]:
        """Every event of people out of `state`, in the order of the file.

        Not open, with the reason, where none of its lines could be taken whatever is typed in,
        or where none of `roles` may fire it ("Only lead may approve").
        """
        raise NotImplementedError

    def read_input(
        self, event: str, raw: Mapping[str, str], facts: Facts, decimals: int
    ) -> tuple[dict[str, object], dict[str, str]]:
        """Typed values of an event's form, and a sentence for each field that is wrong.

        Money comes in as typed ("24.99", "24,99") and goes out as minor units (int); in the
        facts for conditions it is given as `input.amount` in major units. Dates are
        `datetime.date`, yes-no is bool. An optional field left empty is absent.
        """
        raise NotImplementedError

    def defaults(self, event: str, facts: Facts) -> dict[str, object]:
        """What the form shows at first: the value of each `default:`, and the bounds.

        {"amount": {"default": 24.99, "min": None, "max": 24.99}}; money in major units.
        """
        raise NotImplementedError
