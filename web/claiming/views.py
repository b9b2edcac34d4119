"""The claiming form: ask, select all, file."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from claims.claimable import Wanted
from claims.claiming import claim
from claims.refusals import Refused
from web.claiming.form import claim_form, filed_before, followed, lines_of, says_the_same
from web.claiming.typed import Typed, assignee_id, checked, priority, typed_from, untouched
from web.database import redress, transaction
from web.security.current import current_actor, require_roles

blueprint = Blueprint("claiming", __name__)


@blueprint.get("/orders/<int:order_id>/claim")
@require_roles("agent", "lead")
def ask(order_id: int) -> ResponseReturnValue:
    with transaction() as session:
        order, lines = lines_of(session, order_id)
        follow_up_of = request.args.get("follow-up-of", "")
        typed = untouched(lines, redress().rules.choices, order.shop.code, follow_up_of)
    return _shown(order_id, typed)


@blueprint.post("/orders/<int:order_id>/claim")
@require_roles("agent", "lead")
def file(order_id: int) -> ResponseReturnValue:
    selects_all = request.form.get("do") == "select-all"
    with transaction() as session:
        order, lines = lines_of(session, order_id)
        typed = typed_from(request.form, lines, all_ticked=selects_all)
        found = checked(typed, lines, redress().rules.choices, order.shop.code)
        before = filed_before(session, typed.request_token)
        number = before and before.number
        is_other = before is not None and not says_the_same(before, request.form)
    if number is None and (selects_all or found.errors):
        return _shown(order_id, typed, errors=found.errors), 422 if found.errors else 200
    try:
        number = number or _filed(order_id, found.wanted, typed)
    except Refused as refused:
        return _shown(order_id, typed, sentences=refused.reasons), 422
    if is_other:
        flash(
            f"Nothing more was filed: this form had filed {number} already. To claim something "
            "else, press Claim at the order once more.",
            "told",
        )
    else:
        flash(f"Reclamation {number} is filed.", "done")
    return redirect(url_for("reclamations.show", number=number))


def _filed(order_id: int, wanted: Sequence[Wanted], typed: Typed) -> str:
    """The number of the reclamation that this form files; the domain decides again."""
    with transaction() as session:
        reclamation = claim(
            session,
            redress().rules,
            order_id,
            wanted,
            current_actor(),
            priority=priority(typed),
            assignee_id=assignee_id(session, typed),
            follow_up_of_id=followed(session, typed.follow_up_of),
            note=typed.note,
            request_token=typed.request_token,
        )
        return reclamation.number


def _shown(
    order_id: int,
    typed: Typed,
    *,
    errors: Mapping[str, str] | None = None,
    sentences: Sequence[str] = (),
) -> str:
    with transaction() as session:
        order, _ = lines_of(session, order_id)
        form = claim_form(session, redress().rules.choices, order, typed)
        return render_template(
            "claiming/ask.html", form=form, errors=errors or {}, sentences=sentences
        )
