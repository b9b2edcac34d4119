"""Effects by what is happening to them, and incidents that a person resolves with a word."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from claims.effects_by_hand import look_up_again, retry_by_hand
from claims.incidents import resolve_incident as resolve
from claims.queries import effects
from claims.refusals import NotFound, Refused
from web.database import transaction
from web.effects import words
from web.security.current import current_actor, require_roles
from web.tabs import tabs_for

blueprint = Blueprint("effects", __name__)
blueprint.add_app_template_filter(words.what, "effect_what")
blueprint.add_app_template_filter(words.standing, "effect_standing")
blueprint.add_app_template_filter(words.action, "attempt_action")
blueprint.add_app_template_filter(words.result, "attempt_result")
blueprint.add_app_template_filter(words.heard, "attempt_heard")

OPERATORS = ("finance", "lead", "admin")


@blueprint.get("/effects")
@require_roles(*OPERATORS)
def index() -> ResponseReturnValue:
    shown = request.args.get("show", "")
    shown = shown if shown in effects.GROUPS else next(iter(effects.GROUPS))
    with transaction() as session:
        counted, capped = effects.counts(session), effects.COUNTED_TO
        tabs = tabs_for("effects.index", "show", effects.GROUPS, counted, shown, capped)
        found = effects.newest(session, shown, after=request.args.get("after", type=int))
        return render_template(
            "effects/index.html",
            places=tabs,
            effects=found[: effects.SHOWN],
            older=found[effects.SHOWN - 1].id if len(found) > effects.SHOWN else None,
            incidents=effects.open_incidents(session),
        )


@blueprint.post("/incidents/<int:incident_id>")
@require_roles(*OPERATORS)
def resolve_incident(incident_id: int) -> ResponseReturnValue:
    word = request.form.get("word", "")
    try:
        with transaction() as session:
            effects.find_incident(session, incident_id)
            resolve(session, incident_id, current_actor(), word)
    except NotFound:
        raise
    except Refused as refused:
        flash(str(refused), "refused")
    else:
        flash("Resolved, with your word for it.", "done")
    return redirect(url_for("effects.index"))


@blueprint.post("/effects/<int:effect_id>/look-up")
@require_roles(*OPERATORS)
def look_up(effect_id: int) -> ResponseReturnValue:
    with transaction() as session:
        look_up_again(session, effect_id, current_actor())
    flash("The provider is asked again within seconds; what it says settles the refund.", "done")
    return redirect(url_for("effects.index", show="unknown"))


@blueprint.post("/effects/<int:effect_id>/retry")
@require_roles(*OPERATORS)
def retry(effect_id: int) -> ResponseReturnValue:
    with transaction() as session:
        retry_by_hand(session, effect_id, current_actor())
    flash("It is tried again.", "done")
    return redirect(url_for("effects.index", show="stopped"))
