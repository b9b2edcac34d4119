"""Every workflow with its versions and open cases, and one with its drawing and tables."""

from collections import Counter

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from claims.queries.workflows import versions_in_use
from claims.refusals import NotFound
from web.badges import tone_of
from web.database import redress, transaction
from web.security.current import holds
from web.workflows.drawings import svg_of
from web.workflows.labels import Labels, fired_by, whom
from web.workflows.overview import does, overview_of, rows_of
from web.workflows.refusals import refusals

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
    """A version by its hash, else the one in the folder; NotFound where there is neither."""
    rules = redress().rules
    with transaction() as session:
        versions = versions_in_use(session, name)
        wanted = request.args.get("version", "")
        used = next((each for each in versions if wanted and each.hash.startswith(wanted)), None)
        definition = (
            Labels(session, rules).definition(used.hash) if used else rules.definitions.get(name)
        )
        if definition is None:
            raise NotFound(f"There is no workflow {name}.")
        state = request.args.get("state", "")
        here = next((each for each in versions if each.hash == definition.hash), None)
        return render_template(
            "workflows/show.html",
            definition=definition,
            versions=versions,
            cases=here.states if here else Counter(),
            svg=svg_of(definition, state if state in definition.states else None),
            is_current=rules.definitions.get(name) == definition,
            tone_of=tone_of,
            whom=whom,
            fired_by=fired_by,
            rows_of=rows_of,
            does=does,
        )
