"""What differs between the tables of two versions, a state and an event at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from workflows.definition import Definition, Place, Transition
from workflows.difference import Difference, Part, changes, condition, listed

_NOWHERE = Place(0, 0)
Key = tuple[str, str]
"""The state and the event whose lines are tried one after the other."""


def line_differences(
    old: Definition, new: Definition, renamed: Mapping[str, str]
) -> Iterator[Difference]:
    before, now = _table(old, renamed), _table(new, {})
    for key in dict.fromkeys([*before, *now]):
        yield from _of_one_key(key, before.get(key, []), now.get(key, []))


def _table(definition: Definition, renamed: Mapping[str, str]) -> dict[Key, list[Transition]]:
    table: dict[Key, list[Transition]] = {}
    for line in definition.transitions:
        source = renamed.get(line.source, line.source)
        plain = replace(
            line,
            source=source,
            target=renamed.get(line.target, line.target),
            place=_NOWHERE,
            when=condition(line.when),
        )
        table.setdefault((source, line.event), []).append(plain)
    return table


def _of_one_key(key: Key, before: list[Transition], now: list[Transition]) -> Iterator[Difference]:
    name = f"{key[0]}: {key[1]}"
    gone = [line for line in before if line not in now]
    fresh = [line for line in now if line not in before]
    for was in list(gone):
        follower = _follower(was, gone, fresh)
        if follower is not None:
            gone.remove(was)
            fresh.remove(follower)
            for sentence in changes(f"From {key[0]} on {key[1]}", _parts(was, follower)):
                yield Difference("line", "changed", name, sentence)
    for line in gone:
        yield Difference("line", "removed", name, f"Line gone: {said(line)}.")
    for line in fresh:
        yield Difference("line", "added", name, f"New line: {said(line)}.")
    kept = [line for line in before if line in now]
    if kept != [line for line in now if line in before]:
        sentence = (
            f"From {key[0]} on {key[1]}: the lines stand in another order; "
            "the first whose condition holds is taken."
        )
        yield Difference("line", "changed", name, sentence)


def _follower(
    was: Transition, gone: list[Transition], fresh: list[Transition]
) -> Transition | None:
    """The new line that took its place: the one with the same target, or the only one."""
    same_target = [line for line in fresh if line.target == was.target]
    if same_target:
        return same_target[0]
    return fresh[0] if len(gone) == len(fresh) == 1 else None


def _parts(was: Transition, now: Transition) -> list[Part]:
    return [
        ("target", was.target, now.target),
        ("condition", was.when, now.when),
        ("refusal", was.refusal, now.refusal),
        ("happy", was.happy, now.happy),
        ("commands", listed(was.do), listed(now.do)),
        ("effects", listed(was.effects), listed(now.effects)),
        ("sent to the items", was.send_items, now.send_items),
        ("sent to the reclamation", was.send_reclamation, now.send_reclamation),
    ]


def said(line: Transition) -> str:
    """`from received, refund leads to refunding if input.amount <= 200.0, with pay-refund`."""
    words = [f"from {line.source}, {line.event} leads to {line.target}"]
    words[0] += f" if {line.when}" if line.when else ""
    words += [f"doing {listed(line.do)}"] if line.do else []
    words += [f"with {listed(line.effects)}"] if line.effects else []
    words += [f"telling the items {line.send_items}"] if line.send_items else []
    if line.send_reclamation:
        words.append(f"telling the reclamation {line.send_reclamation}")
    return ", ".join(words)
