"""Discrepancies, open and closed; a person closes one with a reason."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from claims.queries import reconciliation
from claims.reconciling import keeping
from claims.refusals import NotFound, Refused
from web.database import transaction
from web.reconciliation import words
from web.security.current import current_actor, require_roles

blueprint = Blueprint("reconciliation", __name__)
blueprint.add_app_template_filter(words.kind, "discrepancy_kind")
blueprint.add_app_template_filter(words.what_to_do, "what_to_do")

WHO = ("finance", "lead", "admin")


@blueprint.get("/reconciliation")
@require_roles(*WHO)
def index() -> ResponseReturnValue:
    closed = request.args.get("show") == "closed"
    with transaction() as session:
        found = reconciliation.discrepancies(
            session, closed=closed, after=request.args.get("after", type=int)
        )
        more = len(found) > reconciliation.SHOWN
        return render_template(
            "reconciliation/index.html",
            discrepancies=found[: reconciliation.SHOWN],
            older=found[reconciliation.SHOWN - 1].id if more else None,
            closed=closed,
            open_count=reconciliation.count_open(session),
            runs=reconciliation.latest_runs(session),
        )


@blueprint.post("/reconciliation/<int:discrepancy_id>")
@require_roles(*WHO)
def close(discrepancy_id: int) -> ResponseReturnValue:
    try:
        with transaction() as session:
            reason = request.form.get("reason", "")
            keeping.close(session, discrepancy_id, current_actor(), reason)
    except NotFound:
        raise
    except Refused as refused:
        flash(str(refused), "refused")
    else:
        flash("Closed, with your reason for it.", "done")
    return redirect(url_for("reconciliation.index"))
