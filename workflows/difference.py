"""One difference between two versions, and how before and now are put into a sentence."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from workflows.definition import Outcome

About = Literal["workflow", "state", "event", "deadline", "input", "effect", "line"]
Change = Literal["added", "removed", "changed", "renamed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """`name` is that of the state, event or effect; of a line `received: refund`."""

    about: About
    change: Change
    name: str
    sentence: str


Part = tuple[str, object, object]
"""What it is called, how it was, how it is now."""


def changes(of: str, parts: Iterable[Part]) -> Iterator[str]:
    """A sentence for each part that is not as it was."""
    return (
        f"{of}: {name} is {_value(now)} (before: {_value(was)})."
        for name, was, now in parts
        if was != now
    )


def settings(values: Mapping[str, str] | Mapping[Outcome, str]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in sorted(values.items()))


def joined(names: Iterable[str]) -> str:
    """Names whose order says nothing."""
    return ", ".join(sorted(names))


def listed(names: Sequence[str]) -> str:
    """Names whose order counts."""
    return ", ".join(names)


def condition(text: str | None) -> str | None:
    """An expression with its white space as it does not matter."""
    return None if text is None else f"`{' '.join(text.split())}`"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if value not in (None, "") else "none"
