"""How a state looks: a label, and a tone by meaning."""

from dataclasses import dataclass

from claims.people import ROLES
from workflows.definition import State, Tone


@dataclass(frozen=True, slots=True)
class Badge:
    label: str
    tone: Tone
    flags: tuple[str, ...] = ()
    """The flags of the state, for people as they stand in the file."""


def tone_of(state: State) -> Tone:
    """What the file says; else amber where one of us is waited for, blue where somebody else."""
    if state.tone is not None:
        return state.tone
    if state.final is not None:
        return state.final
    is_ours = state.waits_for is None or state.waits_for in ROLES
    return "owed" if is_ours else "elsewhere"
