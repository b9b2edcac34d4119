"""One workflow as its page shows it: a version, how many cases stand where, the way of a case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from babel.dates import format_datetime
from flask import url_for
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from claims.queries.standings import standings
from claims.queries.ways import Move, Way, case_named, way_of
from claims.queries.workflows import VersionUse, versions_in_use
from claims.refusals import NotFound
from claims.rules import Rules
from web.badges import Badge
from web.formats import viewer_locale, viewer_zone
from web.reclamations.timeline import NAMES
from web.workflows.drawings import svg_of
from web.workflows.labels import Labels, whom
from workflows.definition import Definition, State
from workflows.drawing import Marks, Standing, Step, legend_of


@dataclass(frozen=True, slots=True)
class ShownMove:
    """A move in the words of the version by which it was done."""

    move: Move
    who: str
    event: str
    source: Badge | None
    target: Badge


@dataclass(frozen=True, slots=True)
class ShownWay:
    way: Way
    present: Badge
    moves: Sequence[ShownMove]


@dataclass(frozen=True, slots=True)
class Colour:
    """An entry of the legend."""

    label: str
    colour: str
    is_end: bool


@dataclass(frozen=True, slots=True)
class WorkflowPage:
    definition: Definition
    versions: Sequence[VersionUse]
    is_current: bool
    is_one_version: bool
    """Whether the cases of this version alone are counted, and not those of all."""
    standings: Mapping[str, Standing]
    links: Mapping[str, str]
    """State to the list of the cases in it."""
    present: str | None
    """The state that is marked."""
    way: ShownWay | None
    svg: Markup
    legend: Sequence[Colour]


def workflow_page(
    session: Session, rules: Rules, name: str, asked: MultiDict[str, str]
) -> WorkflowPage:
    """The version that a case is pinned to, the one asked for by its hash, else the folder's.

    NotFound where there is no such workflow or case, or where the case goes through another.
    """
    versions = versions_in_use(session, name)
    labels = Labels(session, rules)
    way = _way(session, name, asked)
    pinned = way.workflow_hash if way else _version(versions, asked.get("version", ""))
    definition = labels.definition(pinned) if pinned else rules.definitions.get(name)
    if definition is None:
        raise NotFound(f"There is no workflow {name}.")
    counted = standings(session, name, pinned)
    links = {state.name: _list_of(definition, state) for state in definition.states.values()}
    state = way.state if way else asked.get("state", "")
    marks = Marks(
        state=state if state in definition.states else None,
        steps=[_step(move) for move in way.moves] if way else (),
        standings={} if way else counted,
        links=links,
    )
    return WorkflowPage(
        definition=definition,
        versions=versions,
        is_current=rules.definitions.get(name) == definition,
        is_one_version=pinned is not None,
        standings=counted,
        links=links,
        present=marks.state,
        way=_shown(way, labels) if way else None,
        svg=svg_of(definition, marks),
        legend=_legend(definition),
    )


def _way(session: Session, name: str, asked: MultiDict[str, str]) -> Way | None:
    if not asked.get("case"):
        return None
    way = way_of(session, case_named(asked["case"], asked.get("item", type=int)))
    if way.workflow != name:
        raise NotFound(f"{way.case} goes through {way.workflow}, not {name}.")
    return way


def _version(versions: Sequence[VersionUse], wanted: str) -> str | None:
    found = (each.hash for each in versions if wanted and each.hash.startswith(wanted))
    return next(found, None)


def _list_of(definition: Definition, state: State) -> str:
    tab = "closed" if state.final else "open"
    return url_for("reclamations.index", tab=tab, state=f"{definition.name}:{state.name}")


def _step(move: Move) -> Step:
    moment = format_datetime(move.at, "short", tzinfo=viewer_zone(), locale=viewer_locale())
    return Step(move.source, move.target, move.event, moment)


def _shown(way: Way, labels: Labels) -> ShownWay:
    return ShownWay(
        way=way,
        present=labels.state(way.workflow_hash, way.state),
        moves=[
            ShownMove(
                move=move,
                who=NAMES.get(move.actor_kind, move.who),
                event=_event(move, labels),
                source=labels.state(move.workflow_hash, move.source) if move.source else None,
                target=labels.state(move.workflow_hash, move.target),
            )
            for move in way.moves
        ],
    )


def _event(move: Move, labels: Labels) -> str:
    if move.event:
        return labels.event_label(move.workflow_hash, move.event)
    return "Taken over to another version" if move.is_migration else "Claimed"


def _legend(definition: Definition) -> list[Colour]:
    return [
        Colour(
            label=party.label if party.is_end else f"Waits for {whom(party.name).lower()}",
            colour=party.colour,
            is_end=party.is_end,
        )
        for party in legend_of(definition)
    ]
