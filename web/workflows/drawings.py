"""Drawings of the workflows that a case goes through, with where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from claims.models import Item, JournalEntry, Reclamation
from web.badges import Badge
from web.workflows.labels import Labels
from workflows.definition import Definition
from workflows.drawing import draw_svg


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
    svg: Markup
    is_shown: bool = False
    """Whether it is unfolded: the first case that is still open."""


def svg_of(definition: Definition, state: str | None = None, path: Sequence[str] = ()) -> Markup:
    """The drawing as markup: `draw_svg` escapes every label itself."""
    return Markup(draw_svg(definition, state, tuple(path)))  # noqa: S704 (made by us alone)


def drawings_of(reclamation: Reclamation, labels: Labels) -> list[Drawing]:
    """Of each item, and of the reclamation itself; states it went through are marked."""
    found = [_of_item(item, reclamation.journal, labels) for item in reclamation.items]
    found.append(_of(reclamation, "The reclamation", None, reclamation.journal, labels))
    still_open = [place for place, item in enumerate(reclamation.items) if item.final is None]
    shown = still_open[0] if still_open else len(found) - 1
    found[shown] = replace(found[shown], is_shown=True)
    return found


def _of_item(item: Item, journal: Sequence[JournalEntry], labels: Labels) -> Drawing:
    return _of(item, f"{item.quantity} × {item.line.name}", item.id, journal, labels)


def _of(
    case: Reclamation | Item,
    about: str,
    item_id: int | None,
    journal: Sequence[JournalEntry],
    labels: Labels,
) -> Drawing:
    definition = labels.definition(case.workflow_hash)
    path = [
        entry.from_state
        for entry in journal
        if entry.item_id == item_id
        and entry.workflow_hash == case.workflow_hash
        and entry.kind == "event"
        and entry.from_state
    ]
    return Drawing(
        workflow=definition.label,
        name=definition.name,
        version=case.workflow_hash[:8],
        about=about,
        badge=labels.state_of(case),
        state=case.state,
        svg=svg_of(definition, case.state, [*path, case.state]),
    )
