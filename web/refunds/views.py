"""The list of refunds by status, and one refund."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from claims import cases
from claims.finding_out import propose, reject, waiting_for
from claims.money import findings
from claims.money.refunds import refundable
from claims.queries import refunds
from claims.refusals import InvalidInput, NotAllowed, NotFound, Refused
from web.database import redress, transaction
from web.navigation import COUNTS
from web.refunds import words
from web.refunds.findings import TRUTHS, ending, findings_card
from web.security.current import current_actor
from web.tabs import tabs_for
from web.workflows.labels import Labels

blueprint = Blueprint("refunds", __name__)
blueprint.add_app_template_filter(words.standing, "refund_standing")
blueprint.add_app_template_filter(words.share_standing, "share_standing")
blueprint.add_app_template_filter(words.way, "share_way")
blueprint.add_app_template_filter(ending, "finding_ending")
blueprint.add_app_template_filter(findings.said, "finding_said")
blueprint.add_app_template_filter(findings.seen, "seen_finding")


@blueprint.record
def count_in_header(state: BlueprintSetupState) -> None:
    state.app.extensions.setdefault(COUNTS, {})["refunds.index"] = waiting


def waiting() -> int:
    """How many findings wait for the viewer as the second person."""
    with transaction() as session:
        return len(waiting_for(session, redress().rules, current_actor()))


@blueprint.get("/refunds")
def index() -> ResponseReturnValue:
    status = request.args.get("status", "")
    status = status if status in refunds.STATUSES else next(iter(refunds.STATUSES))
    after, before = request.args.get("after", type=int), request.args.get("before", type=int)
    with transaction() as session:
        counted = refunds.counts(session)
        tabs = tabs_for(
            "refunds.index", "status", refunds.STATUSES, counted, status, refunds.COUNTED_TO
        )
        page = refunds.page(session, status, after=after, before=before)
        mine = waiting_for(session, redress().rules, current_actor())
        return render_template("refunds/index.html", places=tabs, page=page, findings=mine)


@blueprint.get("/refunds/<int:refund_id>")
def show(refund_id: int) -> ResponseReturnValue:
    return _page(refund_id)


@blueprint.post("/refunds/<int:refund_id>/findings")
def say(refund_id: int) -> ResponseReturnValue:
    """Say what became of an unclear refund; somebody else confirms it."""
    truth, reference, reason = (
        request.form.get(name, "") for name in ("truth", "provider_reference", "reason")
    )
    try:
        with transaction() as session:
            actor = current_actor()
            propose(session, redress().rules, refund_id, truth, reference, reason, actor)
    except NotFound:
        raise
    except Refused as refused:
        return _page(refund_id, refused)
    flash("Said, and noted in the journal. A second person confirms or rejects it.", "done")
    return redirect(url_for("refunds.show", refund_id=refund_id))


@blueprint.post("/refunds/<int:refund_id>/findings/reject")
def reject_finding(refund_id: int) -> ResponseReturnValue:
    """Reject what somebody said, or take it back; the refund stays unclear."""
    seen, word = request.form.get("seen", ""), request.form.get("word", "")
    try:
        with transaction() as session:
            ended = reject(session, redress().rules, refund_id, seen, word, current_actor())
            said = "Taken back" if ended.ending == "withdrawn" else "Rejected"
    except NotFound:
        raise
    except Refused as refused:
        return _page(refund_id, refused)
    flash(f"{said}. Nobody knows yet what became of this refund.", "done")
    return redirect(url_for("refunds.show", refund_id=refund_id))


def _page(refund_id: int, refused: Refused | None = None) -> ResponseReturnValue:
    """The page of a refund; after a refusal with what was typed, and what is wrong with it."""
    errors = refused.fields if isinstance(refused, InvalidInput) else {}
    with transaction() as session:
        found, rules = refunds.read_refund(session, refund_id), redress().rules
        cases.read(session, [found.reclamation_id])
        card = findings_card(session, rules, found, current_actor(), request.form, errors)
        terms = rules.refund_terms(found.reclamation.shop.code)
        page = render_template(
            "refunds/show.html",
            refund=found,
            left=refundable(found.item, terms),
            labels=Labels(session, rules),
            found=card,
            truths=TRUTHS,
            refused=refused.reasons if refused and not errors else (),
        )
    status = 403 if isinstance(refused, NotAllowed) else 422 if errors else 409
    return make_response(page, status if refused else 200)


@blueprint.get("/refunds/<int:refund_id>/print")
def on_paper(refund_id: int) -> ResponseReturnValue:
    """The calculation alone, for the file or for the customer."""
    with transaction() as session:
        found = refunds.read_refund(session, refund_id)
        return render_template("refunds/print.html", refund=found)
