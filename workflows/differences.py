"""What differs between two versions of a workflow, in sentences for whoever decides about it.

Where a line stands in the file, comments and the order of states make no difference.
"""

from collections.abc import Iterator, Mapping

from workflows.definition import Definition, EffectUse, State
from workflows.difference import About, Difference, changes, joined, listed, settings
from workflows.differences_of_events import event_differences
from workflows.differences_of_lines import line_differences
from workflows.renaming import guess_renamed

__all__ = ["About", "Difference", "compare", "guess_renamed"]


def compare(
    old: Definition, new: Definition, renamed: Mapping[str, str] | None = None
) -> list[Difference]:
    """Every difference, the workflow's own first, then states, events, effects and lines.

    `renamed` says which states are only called otherwise (old name to new); without it they are
    guessed. A line that differs by nothing but such a name is no difference.
    """
    names = guess_renamed(old, new) if renamed is None else renamed
    return [
        *_of_the_whole(old, new),
        *_states(old, new, names),
        *event_differences(old, new),
        *_effects(old, new),
        *line_differences(old, new, names),
    ]


def _of_the_whole(old: Definition, new: Definition) -> Iterator[Difference]:
    said = changes(
        "The workflow",
        [
            ("name", old.name, new.name),
            ("subject", old.subject, new.subject),
            ("label", old.label, new.label),
            ("language", old.language, new.language),
            ("other labels", settings(old.labels), settings(new.labels)),
            ("first state", old.initial, new.initial),
            ("list of parts", listed(old.parts), listed(new.parts)),
        ],
    )
    return (Difference("workflow", "changed", new.name, sentence) for sentence in said)


def _states(old: Definition, new: Definition, renamed: Mapping[str, str]) -> Iterator[Difference]:
    for name, state in old.states.items():
        now = new.states.get(renamed.get(name, name))
        if now is None:
            yield Difference("state", "removed", name, f"The state {_called(state)} is gone.")
            continue
        if now.name != name:
            sentence = f"The state {name} is called {now.name} now."
            yield Difference("state", "renamed", name, sentence)
        yield from _state(state, now)
    kept = {renamed.get(name, name) for name in old.states}
    for name, state in new.states.items():
        if name not in kept:
            ends = f"; cases end {state.final} in it" if state.final else ""
            sentence = f"The state {_called(state)} is new{ends}."
            yield Difference("state", "added", name, sentence)


def _state(old: State, new: State) -> Iterator[Difference]:
    said = changes(
        f"The state {new.name}",
        [
            ("label", old.label, new.label),
            ("other labels", settings(old.labels), settings(new.labels)),
            ("end", old.final, new.final),
            ("waits-for", old.waits_for, new.waits_for),
            ("tone", old.tone, new.tone),
            ("flags", joined(old.flags), joined(new.flags)),
        ],
    )
    return (Difference("state", "changed", new.name, sentence) for sentence in said)


def _called(state: State) -> str:
    return f"{state.name} ({state.label})"


def _effects(old: Definition, new: Definition) -> Iterator[Difference]:
    for name, use in old.effects.items():
        if name not in new.effects:
            yield Difference("effect", "removed", name, f"The effect {name} ({use.run}) is gone.")
        else:
            yield from _effect(use, new.effects[name])
    for name, use in new.effects.items():
        if name not in old.effects:
            yield Difference("effect", "added", name, f"The effect {name} ({use.run}) is new.")


def _effect(old: EffectUse, new: EffectUse) -> Iterator[Difference]:
    said = changes(
        f"The effect {new.name}",
        [
            ("run", old.run, new.run),
            ("outcomes", settings(old.outcomes), settings(new.outcomes)),
            ("settings", settings(old.settings), settings(new.settings)),
            ("may-repeat", old.may_repeat, new.may_repeat),
        ],
    )
    return (Difference("effect", "changed", new.name, sentence) for sentence in said)
