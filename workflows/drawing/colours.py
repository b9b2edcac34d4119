"""The colour of each party that is waited for, and what stands in the legend."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from workflows.definition import Definition, State

TAKEN = "#7c3aed"
PALE = "#8080807f"
NOBODY = "nobody"

_WAITS: Mapping[str, str] = {
    "agent": "#b45309",
    "warehouse": "#0f766e",
    "lead": "#a21caf",
    "finance": "#be185d",
    "admin": "#57534e",
    "customer": "#2563eb",
    "provider": "#0891b2",
}
"""Of middling lightness, so that they are seen on white and on black."""
_OTHERS = ("#4d7c0f", "#4338ca", "#9a3412", "#0369a1")
"""For whoever else a file names, in the order of the file."""
_GOOD, _BAD, _NONE = "#15803d", "#b91c1c", "#6b7280"


@dataclass(frozen=True, slots=True)
class Party:
    """One entry of the legend: who is waited for, or how a case ends."""

    name: str
    """`agent`, `customer`, … as the file has it; `good` and `bad` for ends; `nobody`."""
    kind: str
    """The CSS class, safe whatever the name is."""
    colour: str
    label: str

    @property
    def is_end(self) -> bool:
        return self.kind.startswith("ends-")


def party_of(definition: Definition, state: State) -> Party:
    """Who a state waits for, or its end."""
    if state.final:
        colour = _GOOD if state.final == "good" else _BAD
        label = "Ends well" if state.final == "good" else "Ends badly"
        return Party(state.final, f"ends-{state.final}", colour, label)
    name = state.waits_for
    if name is None:
        return Party(NOBODY, "waits-nobody", _NONE, "Nobody named")
    kind = f"waits-{re.sub('[^a-z0-9]+', '-', name.lower()).strip('-')[:40] or 'other'}"
    return Party(name, kind, _colour(definition, name), name[:1].upper() + name[1:])


def legend_of(definition: Definition) -> list[Party]:
    """Every party of the drawing once, those waited for first, then the ends."""
    parties = {party_of(definition, state): None for state in definition.states.values()}
    return sorted(parties, key=lambda party: party.is_end)


def _colour(definition: Definition, name: str) -> str:
    if name in _WAITS:
        return _WAITS[name]
    named = (state.waits_for for state in definition.states.values() if not state.final)
    others = [each for each in dict.fromkeys(named) if each and each not in _WAITS]
    return _OTHERS[others.index(name) % len(_OTHERS)]
