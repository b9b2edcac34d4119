"""Every workflow with its versions and open cases, and one with its drawing and tables."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from claims.queries import people
from claims.queries.workflows import versions_in_use
from web.badges import tone_of
from web.database import redress, transaction
from web.security.current import holds
from web.workflows.labels import fired_by, whom
from web.workflows.overview import does, overview_of, rows_of
from web.workflows.refusals import refusals
from web.workflows.shown import workflow_page
from web.workflows.trying import trying
from workflows.drawing import aged

blueprint = Blueprint("workflows", __name__)


@blueprint.get("/workflows")
def index() -> ResponseReturnValue:
    rules = redress().rules
    with transaction() as session:
        return render_template(
            "workflows/index.html",
            workflows=overview_of(rules, versions_in_use(session)),
            refusals=refusals(session) if holds("lead", "admin") else [],
        )


@blueprint.get("/workflows/<name>")
def show(name: str) -> ResponseReturnValue:
    """The workflow with its live counts; with `case=R-000017&item=2` the way that a case went."""
    with transaction() as session:
        shown = workflow_page(session, redress().rules, name, request.args)
        return render_template(
            "workflows/show.html",
            page=shown,
            definition=shown.definition,
            tone_of=tone_of,
            whom=whom,
            fired_by=fired_by,
            rows_of=rows_of,
            does=does,
            aged=aged,
        )


@blueprint.route("/workflows/<name>/try", methods=["GET", "POST"])
def try_out(name: str) -> ResponseReturnValue:
    """The workflow tried out in memory; a POST carries the trial along and changes nothing."""
    rules = redress().rules
    tried = trying(rules, name, request.form)
    with transaction() as session:
        shops = people.shops(session)
    return render_template(
        "workflows/try.html",
        trying=tried,
        definition=tried.definition,
        shops=[(shop.code, shop.name) for shop in shops],
        reasons=[
            (key, one.label) for key, one in rules.choices.reasons(tried.chosen["shop"]).items()
        ],
        resolutions=[(key, one.label) for key, one in rules.choices.resolutions.items()],
    )
