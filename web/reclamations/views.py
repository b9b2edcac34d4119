"""The list of reclamations, its export, one reclamation, and the letters of one."""

from datetime import UTC, datetime
from itertools import chain

from flask import Blueprint, Response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from claims.attachments import find as find_attachment
from claims.queries.case import find_letter
from web.database import redress, transaction
from web.reclamations import addresses
from web.reclamations.export import csv_lines
from web.reclamations.listing import list_page, with_flagged
from web.reclamations.page import case_page
from web.security.current import current_actor
from web.workflows.labels import whom

blueprint = Blueprint("reclamations", __name__)
blueprint.add_app_template_filter(whom)


@blueprint.get("/reclamations")
def index() -> ResponseReturnValue:
    with transaction() as session:
        listed = list_page(session, redress().rules, request.args, current_actor().staff_id)
        return render_template("reclamations/index.html", listed=listed)


@blueprint.get("/reclamations.csv")
def export() -> ResponseReturnValue:
    parts = redress()
    filters = with_flagged(addresses.filters_from(request.args), parts.rules)
    lines = csv_lines(parts.sessions, parts.rules, filters, current_actor().staff_id)
    begun = chain([next(lines)], lines)
    response = Response(stream_with_context(begun), mimetype="text/csv")
    name = f"reclamations-{datetime.now(UTC):%Y-%m-%d-%H%M}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.get("/reclamations/<number>")
def show(number: str) -> ResponseReturnValue:
    with transaction() as session:
        shown = case_page(
            session, redress().rules, number, current_actor(), request.args.get("list", "")
        )
        return render_template("reclamations/show.html", page=shown)


@blueprint.get("/reclamations/<number>/attachments/<key>")
def attachment(number: str, key: str) -> ResponseReturnValue:
    """A file, to be kept and never to be run: a browser shows none of it as a page of ours."""
    with transaction() as session:
        found = find_attachment(session, number, key)
        response = Response(found.content, mimetype=found.media_type)
        response.headers.set("Content-Disposition", "attachment", filename=found.name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


@blueprint.get("/reclamations/<number>/letters/<int:letter_id>")
def letter(number: str, letter_id: int) -> ResponseReturnValue:
    with transaction() as session:
        found = find_letter(session, number, letter_id)
        return render_template("reclamations/letter.html", letter=found, case_number=number)
