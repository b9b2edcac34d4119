"""What conditions may look at: flat, typed facts of one case at one moment."""

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from claims import allowances
from claims.cases import earlier_claims
from claims.items_seen import ItemsSeen
from claims.models import Item, Reclamation
from claims.money.amounts import to_major
from claims.money.refunds import held_by_item, left_on_payments, proposal, refundable
from claims.people import Actor
from claims.rules import Rules

NOT_NOTED = datetime(9999, 12, 31, tzinfo=UTC)
"""A date that nobody has noted yet: far away, so that what waits for it goes on waiting."""


def facts_of(
    session: Session, rules: Rules, case: Reclamation | Item, at: datetime, actor: Actor
) -> dict[str, object]:
    """All facts of a case that `claims.cases` has loaded; money in major units."""
    reclamation = case.reclamation if isinstance(case, Item) else case
    if isinstance(case, Item):
        own = item_facts(rules, case, at)
    else:
        own = items_facts(session, rules, case, at)
    order, currency = reclamation.order, reclamation.currency
    unit = reclamation.business_unit
    return {
        **own,
        **rules.extensions.facts_of(case),
        "reclamation.priority": reclamation.priority,
        "reclamation.source": reclamation.source,
        "order.number": order.number,
        "order.total": to_major(order.total_paid, currency),
        "order.refundable": to_major(left_on_payments(order), currency),
        "order.placed_at": order.placed_at,
        "order.shop": reclamation.shop.code,
        "order.business_unit": unit.code if unit else "",
        "customer.number": order.customer_number,
        "customer.claims": earlier_claims(session, reclamation),
        **allowances.facts(session, rules, reclamation, actor, at),
        "now": at,
    }


def item_facts(rules: Rules, item: Item, at: datetime) -> dict[str, object]:
    currency = item.reclamation.currency
    money = refundable(item, rules.refund_terms(item.reclamation.shop.code))
    proposed = proposal(item)
    delivered = item.line.delivered_at
    return {
        "item.quantity": item.quantity,
        "item.received": item.received or 0,
        "item.value": to_major(money.worth, currency),
        "item.refundable": to_major(money.amount, currency),
        "item.deducted": to_major(sum(money.deducted.values()), currency),
        "item.shipping": to_major(money.shipping, currency),
        "item.refunded": to_major(held_by_item(item), currency),
        "item.proposed": to_major(proposed.amount if proposed else 0, currency),
        "item.reason": item.reason,
        "item.resolution": item.resolution,
        "item.condition": item.condition or "",
        "item.sku": item.line.sku,
        "item.has_evidence": bool(item.evidence.strip()) or item.attached > 0,
        "item.days_since_delivery": (at - delivered).days if delivered else -1,
        "item.delivered_at": delivered or NOT_NOTED,
        "item.agreed_on": _beginning(item.agreed_on) if item.agreed_on else NOT_NOTED,
    }


def items_facts(
    session: Session, rules: Rules, reclamation: Reclamation, at: datetime
) -> dict[str, object]:
    items = reclamation.items

    def seen(item: Item) -> dict[str, object]:
        state = rules.definition(session, item.workflow_hash).states[item.state]
        added = rules.extensions.facts_of(item)
        return {**item_facts(rules, item, at), **added, "item.flags": sorted(state.flags)}

    return {
        "items": ItemsSeen(items, seen),
        "items.total": len(items),
        "items.open": sum(1 for item in items if item.final is None),
        "items.good": sum(1 for item in items if item.final == "good"),
        "items.bad": sum(1 for item in items if item.final == "bad"),
    }


def _beginning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
