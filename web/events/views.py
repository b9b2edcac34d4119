"""Events of one case: the form, and what comes of sending it."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from claims.door import fire
from claims.models import Item
from claims.money import approvals
from claims.refusals import InvalidInput, NotAllowed, NotFound, Refused
from web.database import redress, transaction
from web.events import many
from web.events.fields import typed_input
from web.events.form import chosen_case, event_form, sent_back
from web.events.told import told
from web.security.current import current_actor
from web.uploads import uploads

blueprint = Blueprint("events", __name__)
blueprint.add_app_template_filter(approvals.seen, "seen_proposal")


@blueprint.get("/reclamations/<number>/events/<event>", defaults={"position": None})
@blueprint.get("/reclamations/<number>/items/<int:position>/events/<event>")
def ask(number: str, position: int | None, event: str) -> ResponseReturnValue:
    with transaction() as session:
        form = event_form(session, redress().rules, number, position, event, current_actor())
        return render_template("events/event.html", form=form)


@blueprint.post("/reclamations/<number>/events/<event>", defaults={"position": None})
@blueprint.post("/reclamations/<number>/items/<int:position>/events/<event>")
def send(number: str, position: int | None, event: str) -> ResponseReturnValue:
    try:
        flash(_fire(number, position, event), "done")
    except NotFound:
        raise
    except Refused as refused:
        return _again(number, position, event, refused)
    return redirect(_case_page(number))


def _fire(number: str, position: int | None, event: str) -> str:
    """Fire what was sent; the sentence that says what it did."""
    rules = redress().rules
    with transaction() as session:
        case = chosen_case(session, number, position)
        item = session.get_one(Item, case.id) if case.subject == "item" else None
        fired = fire(
            session,
            rules,
            case,
            event,
            current_actor(),
            typed_input(request.form),
            seen_version=request.form.get("seen_version", type=int),
            request_token=request.form.get("request_token") or None,
            files=uploads(),
            seen_proposal=request.form.get("seen_proposal", ""),
        )
        return told(session, rules, fired, item)


def _again(number: str, position: int | None, event: str, refused: Refused) -> ResponseReturnValue:
    """The form with what was typed: 422 where a field is wrong, 403 or 409 where it may not be."""
    with transaction() as session:
        form = event_form(session, redress().rules, number, position, event, current_actor())
        page = render_template("events/event.html", form=sent_back(form, refused))
    if isinstance(refused, InvalidInput):
        return make_response(page, 422)
    return make_response(page, 403 if isinstance(refused, NotAllowed) else 409)


@blueprint.get("/reclamations/<number>/items/events/<event>")
def ask_many(number: str, event: str) -> ResponseReturnValue:
    if not request.args.getlist("item"):
        flash(many.NOTHING_TICKED, "refused")
        return redirect(_case_page(number))
    with transaction() as session:
        form = many.many_form(session, redress().rules, number, event, current_actor())
        return render_template("events/many.html", form=form)


@blueprint.post("/reclamations/<number>/items/events/<event>")
def send_many(number: str, event: str) -> ResponseReturnValue:
    rules, actor = redress().rules, current_actor()
    if not request.form.getlist("item"):
        flash(many.NOTHING_TICKED, "refused")
        return redirect(_case_page(number))
    try:
        with transaction() as session:
            flash(many.fire_at_ticked(session, rules, number, event, actor), "done")
    except many.SomeRefused as some:
        with transaction() as session:
            form = many.many_form(session, rules, number, event, actor)
            form = many.sent_back(form, some.refusals, request.form)
            return make_response(render_template("events/many.html", form=form), some.status)
    return redirect(_case_page(number))


def _case_page(number: str) -> str:
    """The reclamation's page, in the list that the form came from."""
    kept = request.values.get("list") or None
    return url_for("reclamations.show", number=number, list=kept)
