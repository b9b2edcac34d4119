"""Balances of store credit by customer, their CSV, and the entries of one."""

import json
from datetime import UTC, datetime
from itertools import chain

from flask import Blueprint, Response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from claims.queries import credit
from claims.queries.credit import Balance, Place
from web.credit.export import csv_lines
from web.database import redress, transaction
from web.orders.addresses import LONGEST_SEARCH

blueprint = Blueprint("credit", __name__)
KINDS = {"refund": "Given back", "spent": "Spent", "correction": "Correction"}
blueprint.add_app_template_filter(KINDS.__getitem__, "credit_kind")


@blueprint.get("/credit")
def index() -> ResponseReturnValue:
    search, is_open = _choices()
    after = _place(request.args.get("after"))
    with transaction() as session:
        found = credit.balances(session, search, is_open=is_open, after=after)
        return render_template(
            "credit/index.html",
            balances=found[: credit.SHOWN],
            next=_written(found[credit.SHOWN - 1]) if len(found) > credit.SHOWN else None,
            totals=credit.totals(session, search, is_open=is_open),
            is_open=is_open,
            search=search,
        )


@blueprint.get("/credit.csv")
def export() -> ResponseReturnValue:
    search, is_open = _choices()
    lines = csv_lines(redress().sessions, search, is_open=is_open)
    begun = chain([next(lines)], lines)
    response = Response(stream_with_context(begun), mimetype="text/csv")
    name = f"store-credit-{datetime.now(UTC):%Y-%m-%d-%H%M}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.get("/credit/<shop>/<currency>/<path:customer>")
def show(shop: str, currency: str, customer: str) -> ResponseReturnValue:
    after = request.args.get("after", type=int)
    with transaction() as session:
        balance = credit.balance_of(session, shop, customer, currency)
        found = credit.entries(session, balance, after=after)
        return render_template(
            "credit/show.html",
            balance=balance,
            entries=found[: credit.SHOWN],
            older=found[credit.SHOWN - 1].id if len(found) > credit.SHOWN else None,
        )


def _choices() -> tuple[str, bool]:
    search = " ".join(request.args.get("q", "").split())[:LONGEST_SEARCH]
    return search, request.args.get("show") != "all"


def _written(balance: Balance) -> str:
    return json.dumps(balance.place)


def _place(text: str | None) -> Place | None:
    """A place in the list as `_written` wrote it; None where it is none."""
    try:
        customer, shop, currency = json.loads(text or "")
    except (ValueError, TypeError):
        return None
    return str(customer), str(shop), str(currency)
