"""The claiming form as its page shows it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from claims import cases
from claims.choices import Choices
from claims.claimable import Claimable, claimable
from claims.models import Order, Reclamation
from claims.money.amounts import bounds, free_pieces
from claims.queries.people import active_staff
from claims.refusals import NotFound
from web.claiming.typed import PRIORITIES, Typed, TypedLine
from web.words import request_token

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the order; greyed with `can.why_none` where nothing is left."""

    can: Claimable
    typed: TypedLine
    worth_of_all: int
    free: str
    """The free pieces as JSON pairs, so that the script can tell what some of them are worth."""


@dataclass(frozen=True, slots=True)
class ClaimForm:
    order: Order
    rows: Sequence[Row]
    reasons: Pairs
    resolutions: Pairs
    """All of the shop; which fit a reason is in `allowed`."""
    allowed: str
    """JSON: reason to the resolutions that it can lead to."""
    staff: Pairs
    priorities: Pairs
    open_reclamations: Sequence[Reclamation]
    typed: Typed
    token: str

    @property
    def can_claim(self) -> bool:
        return any(row.can.left for row in self.rows)


def lines_of(session: Session, order_id: int) -> tuple[Order, list[Claimable]]:
    """The order with what can be claimed of each line; raises NotFound."""
    order = cases.load_orders(session, {order_id}).get(order_id)
    if order is None:
        raise NotFound(f"There is no order with the key {order_id}. Search for it in the list.")
    return order, claimable(order)


def claim_form(session: Session, choices: Choices, order: Order, typed: Typed) -> ClaimForm:
    lines = claimable(order)
    shop = order.shop.code
    reasons = choices.reasons(shop)
    allowed = {reason: list(choices.resolutions_for(reason, shop)) for reason in reasons}
    possible = {name for names in allowed.values() for name in names}
    return ClaimForm(
        order=order,
        rows=[_row(can, typed) for can in lines],
        reasons=[(name, reason.label) for name, reason in reasons.items()],
        resolutions=[
            (name, resolution.label)
            for name, resolution in choices.resolutions.items()
            if name in possible
        ],
        allowed=json.dumps(allowed),
        staff=[(str(member.id), member.name) for member in active_staff(session)],
        priorities=list(PRIORITIES.items()),
        open_reclamations=[each for each in order.reclamations if each.closed_at is None],
        typed=typed,
        token=typed.request_token or request_token(),
    )


def followed(session: Session, number: str) -> int | None:
    """The key of the reclamation that is followed up; None where none is."""
    if not number:
        return None
    found = session.scalar(select(Reclamation.id).where(Reclamation.number == number))
    if found is None:
        raise NotFound(f"There is no reclamation {number} to follow up.")
    return found


def filed_before(session: Session, request_token: str | None) -> Reclamation | None:
    """What the same form has filed already: by a double click, or before the Back button."""
    if not request_token:
        return None
    return session.scalar(select(Reclamation).where(Reclamation.request_token == request_token))


def says_the_same(reclamation: Reclamation, form: MultiDict[str, str]) -> bool:
    """Does a form that is sent again ask for what it has filed?"""
    keys = [name.removeprefix("line-") for name in form if name.startswith("line-")]
    fields = ("quantity", "reason", "resolution")
    asked = {(key, *(form.get(f"{field}-{key}", "") for field in fields)) for key in keys}
    return asked == {
        (str(item.order_line_id), str(item.quantity), item.reason, item.resolution)
        for item in reclamation.items
    }


def _row(can: Claimable, typed: Typed) -> Row:
    held = [
        item.pieces
        for reclamation in can.line.order.reclamations
        for item in reclamation.items
        if item.order_line_id == can.line.id and item.holds_pieces
    ]
    free = [bounds(each) for each in free_pieces(can.line.quantity, held)]
    return Row(
        can=can,
        typed=typed.lines[can.line.id],
        worth_of_all=can.worth(can.left) if can.left else 0,
        free=json.dumps(free),
    )
