"""How a fault gets into a good file: by a change of its text whose line is known."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from tests.workflows.good_files import Good
from workflows.definition import State

BUTTON = "sort-out: { label: Sort it out, by: [agent, lead] }"
_MONEY = ("item.value", "item.refundable", "order.total", "order.refundable")
_WHOLE = ("item.quantity", "item.received", "customer.claims")


@dataclass(frozen=True, slots=True)
class Fault:
    """A file with one fault; `line` is where the checker has to find it, by `rule`."""

    rule: str
    file: str
    text: str
    line: int


Maker = Callable[[Random, Good], Fault | None]
"""None where the file has no place for such a fault."""


def changed(random: Random, good: Good, rule: str, pattern: str, new: str) -> Fault | None:
    """One of the places of a pattern, with `new` (as in re.sub) instead; found in that line.

    In `new`, ⟨ marks where the finding stands, if that is a later line.
    """
    matches = list(re.finditer(pattern, good.text, re.MULTILINE))
    if not matches:
        return None
    match = random.choice(matches)
    put = match.expand(new)
    before = good.text[: match.start()] + put.partition("⟨")[0] * ("⟨" in put)
    text = good.text[: match.start()] + put.replace("⟨", "") + good.text[match.end() :]
    return Fault(rule, good.name, text, before.count("\n") + 1)


def planted(
    good: Good,
    rule: str,
    *,
    states: Iterable[str] = (),
    effects: Iterable[str] = (),
    events: Iterable[str] = (),
    lines: Iterable[str] = (),
) -> Fault:
    """Further entries of the tables; the one with ⟨ before it is where the finding stands."""
    main, seam, behind = good.text.partition("--- # part")
    if not main.endswith("\n"):
        main += "\n"
    for table, entries in (("states", states), ("effects", effects), ("events", events)):
        added = "".join(f"  {entry}\n" for entry in entries)
        if added and f"\n{table}:\n" not in main:
            main = main.replace("\nevents:\n", f"\n{table}:\n{added}\nevents:\n", 1)
        elif added:
            main = main.replace(f"\n{table}:\n", f"\n{table}:\n{added}", 1)
    main += "".join(f"  - {line}\n" for line in lines)
    before, mark, after = main.partition("⟨")
    assert mark, "one entry is marked"
    return Fault(rule, good.name, before + after + seam + behind, before.count("\n") + 1)


def waiting_states(good: Good) -> list[State]:
    """Unfinished states in which no outcome is awaited, the initial one first."""
    outcomes = {
        event for effect in good.definition.effects.values() for event in effect.outcomes.values()
    }
    waiting = {line.source for line in good.definition.transitions if line.event in outcomes}
    states = [
        state
        for state in good.definition.states.values()
        if not state.final and state.name not in waiting and not state.place.file
    ]
    return sorted(states, key=lambda state: state.name != good.definition.initial)


def a_fact(random: Random, good: Good) -> tuple[str, str, str]:
    """A fact, and two numbers with a gap between them."""
    low = random.randint(2, 60)
    high = low + random.randint(3, 90)
    if good.definition.subject == "item" and random.random() < 0.7:
        if random.random() < 0.5:
            return random.choice(_WHOLE), str(low), str(high)
        return random.choice(_MONEY), f"{low}.0", f"{high}.5"
    return "customer.claims", str(low), str(high)


def a_final(good: Good) -> str:
    return next(state.name for state in good.definition.states.values() if state.final)
