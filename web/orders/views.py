"""Two pages: orders by search and filters, and one order with what became of it."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from claims.money import store_credit
from claims.queries import orders, people
from web.database import redress, transaction
from web.orders.addresses import cursor_from, cursor_text, filters_from
from web.orders.listing import chips
from web.orders.page import order_page
from web.orders.standing import standing
from web.workflows.labels import Labels

blueprint = Blueprint("orders", __name__)
blueprint.add_app_template_filter(standing, "order_standing")


@blueprint.get("/orders")
def index() -> ResponseReturnValue:
    filters = filters_from(request.args)
    with transaction() as session:
        after, before = (cursor_from(request.args.get(name)) for name in ("after", "before"))
        page = orders.page(session, filters, after=after, before=before)
        shops, units = people.shops(session), people.business_units(session)
        return render_template(
            "orders/index.html",
            page=page,
            newer=cursor_text(page.newer),
            older=cursor_text(page.older),
            shops=shops,
            units=units,
            chips=chips(filters, shops, units),
        )


@blueprint.get("/orders/<int:order_id>")
def show(order_id: int) -> ResponseReturnValue:
    with transaction() as session:
        order = orders.with_everything(session, order_id)
        if order is None:
            abort(404, f"There is no order with the key {order_id}. Search for it in the list.")
        labels = Labels(session, redress().rules)
        credit = store_credit.known_balance_of(session, order)
        return render_template("orders/show.html", page=order_page(order, labels, credit))


@blueprint.get("/orders/number/<path:number>")
def find(number: str) -> ResponseReturnValue:
    """To the order of this number; to the search where several shops have one."""
    with transaction() as session:
        found = orders.by_number(session, number)
    if len(found) == 1:
        return redirect(url_for("orders.show", order_id=found[0].id))
    return redirect(url_for("orders.index", q=number))
