"""Edits: each is a form of its own; one that has become stale says what changed meanwhile."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from claims.edits import add_note, edit_item, edit_reclamation
from claims.queries.case import find, find_item
from claims.refusals import InvalidInput, NotAllowed, NotFound, Refused
from web.database import redress, transaction
from web.edits.forms import item_form, reclamation_form, sent_back, typed_changes
from web.security.current import current_actor
from web.words import request_token

blueprint = Blueprint("edits", __name__)


@blueprint.get("/reclamations/<number>/edit", defaults={"position": None})
@blueprint.get("/reclamations/<number>/items/<int:position>/edit")
def ask(number: str, position: int | None) -> ResponseReturnValue:
    return _page(number, position)


@blueprint.post("/reclamations/<number>/edit", defaults={"position": None})
@blueprint.post("/reclamations/<number>/items/<int:position>/edit")
def send(number: str, position: int | None) -> ResponseReturnValue:
    try:
        _change(number, position)
    except NotFound:
        raise
    except Refused as refused:
        return _page(number, position, refused)
    flash("Changed, and noted in the journal.", "done")
    return redirect(_case_page(number))


@blueprint.get("/reclamations/<number>/notes")
def ask_note(number: str) -> ResponseReturnValue:
    with transaction() as session:
        return render_template(
            "edits/note.html",
            reclamation=find(session, number),
            token=request_token(),
            text="",
            error="",
        )


@blueprint.post("/reclamations/<number>/notes")
def note(number: str) -> ResponseReturnValue:
    text, token = request.form.get("text", ""), request.form.get("request_token") or None
    with transaction() as session:
        found = find(session, number)
        try:
            add_note(session, found.id, text, current_actor(), request_token=token)
        except InvalidInput as invalid:
            page = render_template(
                "edits/note.html", reclamation=found, token=token, text=text, error=str(invalid)
            )
            return make_response(page, 422)
    flash("Noted.", "done")
    return redirect(_case_page(number))


def _change(number: str, position: int | None) -> None:
    rules, actor = redress().rules, current_actor()
    seen, token = request.form.get("seen_version", 0, int), request.form.get("request_token")
    with transaction() as session:
        if position is None:
            changes = typed_changes(("assignee_id", "priority"))
            key = find(session, number).id
            edit_reclamation(
                session, rules, key, changes, actor, seen_version=seen, request_token=token
            )
        else:
            changes = typed_changes(("reason", "resolution", "quantity", "evidence"))
            key = find_item(session, number, position).id
            edit_item(session, rules, key, changes, actor, seen_version=seen, request_token=token)


def _page(number: str, position: int | None, refused: Refused | None = None) -> ResponseReturnValue:
    rules = redress().rules
    with transaction() as session:
        if position is None:
            form = reclamation_form(session, rules, number)
        else:
            form = item_form(session, rules, number, position)
        if refused is None:
            return render_template("edits/edit.html", form=form)
        page = render_template("edits/edit.html", form=sent_back(form, refused))
    if isinstance(refused, InvalidInput):
        return make_response(page, 422)
    return make_response(page, 403 if isinstance(refused, NotAllowed) else 409)


def _case_page(number: str) -> str:
    kept = request.values.get("list") or None
    return url_for("reclamations.show", number=number, list=kept)
