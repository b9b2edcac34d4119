"""Guesses which states of a version are only called otherwise in another."""

from difflib import SequenceMatcher

from workflows.definition import Definition, State

ENOUGH = 0.5
"""Of 1 for a state that is the same but for its name."""


def guess_renamed(old: Definition, new: Definition) -> dict[str, str]:
    """Old name to new, for states that are gone and look like one that is new.

    Looks at labels, names and the lines in and out. A guess is to be shown and confirmed: nothing
    moves a case by it.
    """
    gone = [name for name in old.states if name not in new.states]
    fresh = [name for name in new.states if name not in old.states]
    scored = sorted(
        ((_likeness(old, before, new, now), before, now) for before in gone for now in fresh),
        reverse=True,
    )
    guessed: dict[str, str] = {}
    for score, before, now in scored:
        if score >= ENOUGH and before not in guessed and now not in guessed.values():
            guessed[before] = now
    return {name: guessed[name] for name in gone if name in guessed}


def _likeness(old: Definition, before: str, new: Definition, now: str) -> float:
    was, is_now = old.states[before], new.states[now]
    if was.final != is_now.final:
        return 0.0
    names = SequenceMatcher(None, before, now).ratio()
    ways = [
        _shared(_ways_out(old, before), _ways_out(new, now)),
        _shared(_ways_in(old, before), _ways_in(new, now)),
    ]
    ways_alike = sum(ways) / len(ways)
    return 0.35 * _labels_alike(was, is_now) + 0.25 * names + 0.4 * ways_alike


def _labels_alike(was: State, now: State) -> float:
    return SequenceMatcher(None, was.label.casefold(), now.label.casefold()).ratio()


def _ways_out(definition: Definition, state: str) -> set[tuple[str, str]]:
    return {(line.event, line.target) for line in definition.lines_from[state]}


def _ways_in(definition: Definition, state: str) -> set[tuple[str, str]]:
    lines = definition.transitions
    return {(line.source, line.event) for line in lines if line.target == state}


def _shared(some: set[tuple[str, str]], others: set[tuple[str, str]]) -> float:
    """How much of both is in both; two states that lead nowhere have that in common."""
    return len(some & others) / len(some | others) if some or others else 1.0
