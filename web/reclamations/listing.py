"""What the list's page draws besides its rows: tabs, chips, and what can be chosen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from flask import url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from claims.queries import people
from claims.queries.filters import Filters
from claims.queries.reclamations import COUNTED_TO, Page, counts, page
from claims.rules import Rules
from web.formats import day
from web.reclamations import addresses
from web.reclamations.addresses import query_of, without
from web.tabs import Tab, tab
from web.workflows.labels import Labels

TABS = {
    "needs-action": "Needs action",
    "customer": "Waiting for customer",
    "money": "Money in flight",
    "late": "Late",
    "mine": "Mine",
    "open": "All open",
    "closed": "Closed",
}


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Options:
    """What the filters offer: pairs of value and label; states by workflow."""

    states: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    flags: Sequence[tuple[str, str]]
    reasons: Sequence[tuple[str, str]]
    shops: Sequence[tuple[str, str]]
    units: Sequence[tuple[str, str]]
    assignees: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ListPage:
    """Everything that the list's page draws."""

    filters: Filters
    query: str
    page: Page
    tabs: Sequence[Tab]
    options: Options
    chips: Sequence[Chip]
    labels: Labels
    previous: str
    next: str


def list_page(
    session: Session, rules: Rules, arguments: MultiDict[str, str], viewer_id: int | None
) -> ListPage:
    """What the address asks for; always the same number of statements."""
    filters = with_flagged(addresses.filters_from(arguments), rules)
    after, before = addresses.cursors_from(arguments)
    shown = page(session, filters, viewer_id, after=after, before=before)
    labels, options = Labels(session, rules), options_of(session, rules)
    return ListPage(
        filters=filters,
        query=query_of(filters),
        page=shown,
        tabs=tabs_of(session, filters, viewer_id),
        options=options,
        chips=chips_of(filters, options, labels),
        labels=labels,
        previous=addresses.cursor_text(shown.previous),
        next=addresses.cursor_text(shown.next),
    )


def with_flagged(filters: Filters, rules: Rules) -> Filters:
    """The filters with the states that have the flag which is asked for."""
    flagged = [
        f"{definition.name}:{state.name}"
        for definition in rules.definitions.values()
        for state in definition.states.values()
        if filters.flag in state.flags
    ]
    return replace(filters, flagged=tuple(flagged))


def tabs_of(session: Session, filters: Filters, viewer_id: int | None) -> list[Tab]:
    counted = counts(session, filters, viewer_id)
    return [
        tab(
            label,
            list_address(replace(filters, tab=name)),
            counted[name],
            name == filters.tab,
            COUNTED_TO,
        )
        for name, label in TABS.items()
    ]


def options_of(session: Session, rules: Rules) -> Options:
    reasons = {
        name: reason.label
        for shop in people.shops(session)
        for name, reason in rules.choices.reasons(shop.code).items()
    }
    return Options(
        states=[
            (
                definition.label,
                [(f"{definition.name}:{s.name}", s.label) for s in definition.states.values()],
            )
            for definition in rules.definitions.values()
        ],
        flags=[(flag, flag.capitalize()) for flag in _flags(rules)],
        reasons=list(reasons.items()),
        shops=[(shop.code, shop.name) for shop in people.shops(session)],
        units=[
            (f"{unit.shop.code}:{unit.code}", f"{unit.shop.name}: {unit.name}")
            for unit in people.business_units(session)
        ],
        assignees=[
            ("me", "Me"),
            ("nobody", "Nobody"),
            *((str(person.id), person.name) for person in people.active_staff(session)),
        ],
    )


def _flags(rules: Rules) -> list[str]:
    """Every flag of the folder's workflows, each once."""
    states = (state for one in rules.definitions.values() for state in one.states.values())
    return sorted({flag for state in states for flag in state.flags})


def chips_of(filters: Filters, options: Options, labels: Labels) -> list[Chip]:
    """One for each filter that is on, which its address takes off."""
    chosen = [
        ("search", "", f"“{filters.search}”" if filters.search else ""),
        *(("states", state, _state_label(state, options)) for state in filters.states),
        ("flag", "", filters.flag.capitalize()),
        ("reason", "", labels.reason(filters.reason, filters.shop) if filters.reason else ""),
        ("shop", "", dict(options.shops).get(filters.shop, filters.shop)),
        ("unit", "", dict(options.units).get(filters.unit, filters.unit)),
        ("assignee", "", _assignee_label(filters, options)),
        ("since", "", f"From {day(filters.since.date())}" if filters.since else ""),
        ("until", "", _until_label(filters)),
    ]
    return [
        Chip(label, list_address(without(filters, name, value)))
        for name, value, label in chosen
        if label
    ]


def list_address(filters: Filters) -> str:
    query = query_of(filters)
    return f"{url_for('reclamations.index')}?{query}"


def _state_label(choice: str, options: Options) -> str:
    for workflow, states in options.states:
        for value, label in states:
            if value == choice:
                return f"{workflow}: {label}"
    return choice


def _assignee_label(filters: Filters, options: Options) -> str:
    if not filters.assignee:
        return ""
    return f"Assigned to {dict(options.assignees).get(filters.assignee, filters.assignee).lower()}"


def _until_label(filters: Filters) -> str:
    return f"Until {day((filters.until - timedelta(days=1)).date())}" if filters.until else ""
