"""Drawings of the workflows that a case goes through, with where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from claims.models import Item, JournalEntry, Reclamation
from claims.queries.ways import CaseName
from web.badges import Badge
from web.workflows.labels import Labels
from workflows.definition import Definition
from workflows.drawing import Marks, Step, draw_svg


@dataclass(frozen=True, slots=True)
class Drawing:
    """One workflow as SVG; `about` says whose state is marked."""

    workflow: str
    name: str
    version: str
    """The short hash."""
    about: str
    badge: Badge
    state: str
    case: CaseName
    svg: Markup
    is_shown: bool = False
    """Whether it is unfolded: the first case that is still open."""


def svg_of(definition: Definition, marks: Marks) -> Markup:
    """The drawing as markup: `draw_svg` escapes every label itself."""
    return Markup(draw_svg(definition, marks=marks))  # noqa: S704 (made by us alone)


def drawings_of(reclamation: Reclamation, labels: Labels) -> list[Drawing]:
    """Of each item, and of the reclamation itself; states it went through are marked."""
    found = [_of_item(item, reclamation.journal, labels) for item in reclamation.items]
    itself = CaseName(reclamation.number)
    found.append(_of(reclamation, itself, "The reclamation", reclamation.journal, labels))
    still_open = [place for place, item in enumerate(reclamation.items) if item.final is None]
    shown = still_open[0] if still_open else len(found) - 1
    found[shown] = replace(found[shown], is_shown=True)
    return found


def _of_item(item: Item, journal: Sequence[JournalEntry], labels: Labels) -> Drawing:
    case = CaseName(item.reclamation.number, item.position)
    return _of(item, case, f"{item.quantity} × {item.line.name}", journal, labels)


def _of(
    case: Reclamation | Item,
    name: CaseName,
    about: str,
    journal: Sequence[JournalEntry],
    labels: Labels,
) -> Drawing:
    definition = labels.definition(case.workflow_hash)
    item_id = case.id if isinstance(case, Item) else None
    steps = [
        Step(entry.from_state, entry.to_state, entry.event)
        for entry in journal
        if entry.item_id == item_id and entry.to_state
    ]
    return Drawing(
        workflow=definition.label,
        name=definition.name,
        version=case.workflow_hash[:8],
        about=about,
        badge=labels.state_of(case),
        state=case.state,
        case=name,
        svg=svg_of(definition, Marks(case.state, steps)),
    )
