"""How a state looks: its label from the version the case is pinned to, its tone by meaning."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import object_session

from claims.models import Item, Reclamation
from claims.people import ROLES
from web.database import redress
from workflows.definition import State, Tone


@dataclass(frozen=True, slots=True)
class Badge:
    label: str
    tone: Tone


def state_badge(case: Item | Reclamation) -> Badge:
    """The badge of an item or a reclamation in its present state."""
    session = object_session(case)
    if session is None:
        raise LookupError("A badge needs the case's own session: render inside the transaction.")
    definition = redress().rules.definition(session, case.workflow_hash)
    state = definition.states[case.state]
    return Badge(state.label, tone_of(state))


def tone_of(state: State) -> Tone:
    """What the file says; else amber where one of us is waited for, blue where somebody else."""
    if state.tone is not None:
        return state.tone
    if state.final is not None:
        return state.final
    is_ours = state.waits_for is None or state.waits_for in ROLES
    return "owed" if is_ours else "elsewhere"
