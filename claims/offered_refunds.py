"""What is offered of a refund, as far as the providers of an order's payments bind it."""

from collections.abc import Mapping
from datetime import datetime

from claims.asking import MONEY
from claims.models import Item
from claims.money import splitting
from claims.money.refund_terms import RefundTerms
from claims.money.refunds import proposal, refundable
from claims.refusals import Refused
from workflows.definition import Definition, Event

PROPOSES = "refund.propose"


def asks_money(definition: Definition, item: Item, event: Event) -> bool:
    """Whether all that an event could do in the item's state is to ask for money, or propose it."""
    lines = [line for line in definition.lines_from[item.state] if line.event == event.name]
    return bool(lines) and all(
        PROPOSES in line.do or any(definition.effects[name].run == MONEY for name in line.effects)
        for line in lines
    )


def why_none(item: Item, terms: RefundTerms, at: datetime) -> tuple[str, ...]:
    """Why nothing at all can be refunded over the payments, or what was proposed no longer can;
    empty where something can, or where it is not their providers that stand in the way."""
    proposed = proposal(item)
    if proposed is not None:
        try:
            splitting.check_shares(proposed, terms, at)
        except Refused as refused:
            return refused.reasons
        return ()
    carriers = splitting.carriers_of(item, terms, at)
    # Whoever asks may lift a deduction, and then more is possible.
    most = refundable(item, terms, is_deducting=False).most
    if most and splitting.bounds(carriers) and not splitting.nearest(carriers, most):
        said = "Nothing can go back over the order's payments."
        return said, *splitting.bounds(carriers), splitting.WAY_OUT
    return ()


def within(
    item: Item, terms: RefundTerms, at: datetime, fields: Mapping[str, Mapping[str, object]]
) -> Mapping[str, Mapping[str, object]]:
    """The fields of a form that asks for money; its amount begins with one that can go back."""
    bounds = fields.get("amount", {})
    default = bounds.get("default")
    if not isinstance(default, int) or proposal(item) is not None:
        return fields
    carriers = splitting.carriers_of(item, terms, at)
    best = splitting.nearest(carriers, default) if splitting.bounds(carriers) else default
    return {**fields, "amount": {**bounds, "default": best or default}}
