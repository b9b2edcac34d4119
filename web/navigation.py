"""The places of the header, in order."""

from dataclasses import dataclass

from flask import current_app, request, url_for


@dataclass(frozen=True, slots=True)
class Place:
    label: str
    endpoint: str
    key: str = ""
    """The letter after `g` that goes there."""
    roles: tuple[str, ...] = ()
    """Shown only to those who hold one of these; everyone where it is empty."""


@dataclass(frozen=True, slots=True)
class Shown:
    label: str
    href: str
    is_here: bool
    key: str
    count: int


PLACES = (
    Place("Reclamations", "reclamations.index", "r"),
    Place("Orders", "orders.index", "o"),
    Place("Refunds", "refunds.index"),
    Place("Effects", "effects.index", roles=("finance", "lead", "admin")),
    Place("Transfers", "transfers.index", roles=("finance", "admin")),
    Place("Credit", "credit.index", roles=("finance", "lead", "admin")),
    Place("Reconciliation", "reconciliation.index", roles=("finance", "lead", "admin")),
    Place("Workflows", "workflows.index"),
    Place("Notices", "notices.index"),
)

FORMS_OF = {"claiming": "orders", "events": "reclamations", "edits": "reclamations"}
"""Blueprints of forms, to the place that they are filled in at."""

COUNTS = "navigation_counts"
"""`app.extensions[COUNTS]`: endpoint to a function that counts what waits there for the viewer."""


def navigation(roles: frozenset[str]) -> list[Shown]:
    """What the header shows to somebody with these roles."""
    counts = current_app.extensions.get(COUNTS, {})
    here = FORMS_OF.get(request.blueprint or "", request.blueprint)
    return [
        Shown(
            place.label,
            url_for(place.endpoint),
            here == place.endpoint.split(".")[0],
            place.key,
            counts[place.endpoint]() if place.endpoint in counts else 0,
        )
        for place in PLACES
        if place.endpoint in current_app.view_functions
        and (not place.roles or roles.intersection(place.roles))
    ]
