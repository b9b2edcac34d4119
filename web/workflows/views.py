"""Every workflow with its versions and open cases, and one with its drawing and tables."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from claims.queries.workflows import versions_in_use
from web.badges import tone_of
from web.database import redress, transaction
from web.security.current import holds
from web.workflows.labels import fired_by, whom
from web.workflows.overview import does, overview_of, rows_of
from web.workflows.refusals import refusals
from web.workflows.shown import workflow_page
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
