"""The list of transfers: accounts are typed, files exported, and what became of them is marked."""

from collections.abc import Callable
from typing import cast, get_args

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from claims.money import transfers
from claims.money.transfer_files import Debtor, Form, read_bank_file
from claims.money.transfers_booked import mark_booked
from claims.queries import transfers as listed
from claims.refusals import NotFound, Refused
from web.database import redress, transaction
from web.security.current import current_actor, require_roles
from web.tabs import tabs_for

blueprint = Blueprint("transfers", __name__, url_prefix="/transfers")
WHO = ("finance", "admin")
SHOWN_PROBLEMS = 20


@blueprint.get("")
@require_roles(*WHO)
def index() -> ResponseReturnValue:
    return _page(request.args.get("status", ""))


@blueprint.post("/<int:transfer_id>/account")
@require_roles(*WHO)
def account(transfer_id: int) -> ResponseReturnValue:
    holder, iban, bic = (request.form.get(name, "") for name in ("holder", "iban", "bic"))
    try:
        with transaction() as session:
            transfers.set_account(session, transfer_id, holder, iban, bic)
    except NotFound:
        raise
    except Refused as problem:
        flash(str(problem), "refused")
        return make_response(_page("waiting", wrong=transfer_id), 422)
    flash("The account is kept.", "done")
    return redirect(url_for("transfers.index"))


@blueprint.post("/<int:transfer_id>/paid")
@require_roles(*WHO)
def paid(transfer_id: int) -> ResponseReturnValue:
    word = request.form.get("word", "")
    return _done(
        lambda session: transfers.mark_paid(session, transfer_id, current_actor(), word),
        "It is paid; the refund goes on.",
    )


@blueprint.post("/<int:transfer_id>/refused")
@require_roles(*WHO)
def refused(transfer_id: int) -> ResponseReturnValue:
    word = request.form.get("word", "")
    return _done(
        lambda session: transfers.mark_refused(session, transfer_id, current_actor(), word),
        "It is noted that it could not be made; the money is free again.",
    )


@blueprint.post("/batches")
@require_roles(*WHO)
def export() -> ResponseReturnValue:
    form, currency = request.form.get("form", ""), request.form.get("currency", "")
    if form not in get_args(Form):
        raise NotFound(f"There is no form {form[:20]!r} of files for the bank.")
    kind = cast(Form, form)
    return _done(
        lambda session: transfers.export(session, kind, currency, _debtor(), current_actor()),
        "The file is made; it is below, and stays as it is.",
    )


@blueprint.get("/batches/<int:batch_id>")
@require_roles(*WHO)
def batch(batch_id: int) -> ResponseReturnValue:
    with transaction() as session:
        found = listed.read_batch(session, batch_id)
        ending, kind = ("csv", "text/csv") if found.form == "csv" else ("xml", "application/xml")
        answer = Response(found.content, mimetype=kind)
    name = f"transfers-{batch_id}.{ending}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@blueprint.post("/booked")
@require_roles(*WHO)
def booked() -> ResponseReturnValue:
    file = request.files.get("file")
    try:
        lines = list(read_bank_file(file.read() if file else b""))
        with transaction() as session:
            imported = mark_booked(session, lines, current_actor())
    except Refused as problem:
        flash(str(problem), "refused")
    else:
        flash(f"{imported.paid} are marked as paid; {imported.before} were so before.", "done")
        for sentence in imported.strange[:SHOWN_PROBLEMS]:
            flash(sentence, "refused")
    return redirect(url_for("transfers.index", status="exported"))


def _page(status: str, wrong: int | None = None) -> str:
    """The list; the form of the transfer whose account was refused keeps what was typed."""
    status = status if status in listed.STATUSES else "waiting"
    with transaction() as session:
        counted, capped = listed.counts(session), listed.COUNTED_TO
        found = listed.page(session, status, after=request.args.get("after", type=int))
        return render_template(
            "transfers/index.html",
            places=tabs_for("transfers.index", "status", listed.STATUSES, counted, status, capped),
            status=status,
            transfers=found[: listed.SHOWN],
            later=found[listed.SHOWN - 1].id if len(found) > listed.SHOWN else None,
            ready=listed.ready(session),
            batches=listed.latest_batches(session),
            has_account=_debtor() is not None,
            wrong=wrong,
        )


def _done(do: Callable[[Session], object], said: str) -> ResponseReturnValue:
    try:
        with transaction() as session:
            do(session)
    except NotFound:
        raise
    except Refused as problem:
        flash(str(problem), "refused")
    else:
        flash(said, "done")
    return redirect(url_for("transfers.index", status=request.form.get("from", "waiting")))


def _debtor() -> Debtor | None:
    """The shop's own account, where it is set."""
    settings = redress().settings
    if not (settings.bank_holder and settings.bank_iban):
        return None
    return Debtor(settings.bank_holder, settings.bank_iban, settings.bank_bic)
