"""Notices to the viewer's roles, and how many there are, for the header."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from claims.queries import notices
from web.database import transaction
from web.navigation import COUNTS
from web.numbers import wholes
from web.security.current import current_actor

blueprint = Blueprint("notices", __name__)


@blueprint.record
def count_in_header(state: BlueprintSetupState) -> None:
    state.app.extensions.setdefault(COUNTS, {})["notices.index"] = waiting


def waiting() -> int:
    """How many notices to the viewer's roles nobody has seen."""
    with transaction() as session:
        return notices.count_unseen(session, current_actor().roles)


@blueprint.get("/notices")
def index() -> ResponseReturnValue:
    with transaction() as session:
        return render_template(
            "notices/index.html", notices=notices.unseen(session, current_actor().roles)
        )


@blueprint.post("/notices/seen")
def seen() -> ResponseReturnValue:
    """Mark the ticked notices as seen, or the one whose button was pressed."""
    actor = current_actor()
    keys = wholes(request.form.getlist("notice"))
    with transaction() as session:
        marked = notices.mark_seen(session, keys, actor.roles, actor.name)
    flash("1 notice is seen." if marked == 1 else f"{marked} notices are seen.", "done")
    return redirect(url_for("notices.index"))
