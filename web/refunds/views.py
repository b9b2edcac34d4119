"""The list of refunds by status, and one refund."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from claims import cases
from claims.queries import refunds
from claims.refunds import refundable
from web.database import redress, transaction
from web.refunds import words
from web.tabs import tabs_for
from web.workflows.labels import Labels

blueprint = Blueprint("refunds", __name__)
blueprint.add_app_template_filter(words.standing, "refund_standing")
blueprint.add_app_template_filter(words.share_standing, "share_standing")
blueprint.add_app_template_filter(words.way, "share_way")


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
        return render_template("refunds/index.html", places=tabs, page=page)


@blueprint.get("/refunds/<int:refund_id>")
def show(refund_id: int) -> ResponseReturnValue:
    with transaction() as session:
        found = refunds.read_refund(session, refund_id)
        cases.read(session, [found.reclamation_id])
        terms = redress().rules.refund_terms(found.reclamation.shop.code)
        return render_template(
            "refunds/show.html",
            refund=found,
            left=refundable(found.item, terms),
            labels=Labels(session, redress().rules),
        )


@blueprint.get("/refunds/<int:refund_id>/print")
def on_paper(refund_id: int) -> ResponseReturnValue:
    """The calculation alone, for the file or for the customer."""
    with transaction() as session:
        found = refunds.read_refund(session, refund_id)
        return render_template("refunds/print.html", refund=found)
