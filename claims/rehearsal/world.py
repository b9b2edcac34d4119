"""The rows that are there before anything is claimed: shop, order, lines, payments."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from claims import new_reclamation
from claims.changes import all_cases, look_again
from claims.claimable import Wanted, problems_of
from claims.models import BusinessUnit, Order, OrderLine, Payment, Reclamation, Shop
from claims.new_reclamation import NewClaim
from claims.people import Actor
from claims.refunded import WINDOW, only_these, sums_in
from claims.refusals import Refused
from claims.rehearsal.given import Given, ItemGiven
from claims.rehearsal.memory import write
from claims.rules import Rules

NUMBER = "R-000001"


def open_reclamation(session: Session, rules: Rules, given: Given, actor: Actor) -> Reclamation:
    """The reclamation, filed as a real one would be; Refused where it could not be."""
    order = _order(session, given)
    write(session)
    wanted = [
        Wanted(line.id, item.quantity, item.reason, item.resolution, item.evidence)
        for line, item in zip(order.lines, given.items, strict=True)
    ]
    # All versions are those of the rules in hand: none is to be kept for later.
    session.info["versions_kept"] = {d.hash for d in rules.definitions.values()}
    session.info["earlier_claims"] = {None: given.customer_claims}
    workflows = [_workflow(rules, given, item) for item in given.items]
    if not any(item.workflow for item in given.items) and (
        problems := problems_of(rules, order, wanted)
    ):
        raise Refused(*problems)
    reclamation = new_reclamation.write(
        session,
        rules,
        NUMBER,
        NewClaim(
            order,
            wanted,
            actor,
            given.at,
            given.priority,
            reclamation_workflow=given.reclamation_workflow,
            item_workflows=workflows,
        ),
    )
    write(session)
    session.info["earlier_claims"] = {reclamation.id: given.customer_claims}
    _count(session, rules, given, reclamation)
    look_again(session, rules, reclamation, actor, given.at, all_cases(reclamation))
    return reclamation


def _count(session: Session, rules: Rules, given: Given, reclamation: Reclamation) -> None:
    """Limits and conditions count this order, and what is given of the customer's others."""
    only_these(session, [reclamation])
    limits = rules.choices.limits(given.shop)
    windows = {WINDOW, *(limit.within for limit in limits if limit.per == "customer")}
    key = (reclamation.shop_id, given.customer, given.currency)
    of_customers = {(*key, window): given.customer_refunded for window in windows}
    session.info["sums"] = replace(sums_in(session), of_customers=of_customers)


def _workflow(rules: Rules, given: Given, item: ItemGiven) -> str:
    if item.workflow is not None:
        return item.workflow
    try:
        return rules.choices.workflow_for(item.reason, item.resolution, given.shop)
    except LookupError as error:
        raise Refused(str(error.args[0])) from error


def _order(session: Session, given: Given) -> Order:
    shop = Shop(code=given.shop, name=given.shop, currency=given.currency)
    unit = given.business_unit
    lines = [_line(position, item) for position, item in enumerate(given.items, start=1)]
    total = sum(line.paid for line in lines) + given.shipping
    captured = given.payments or (total,)
    if sum(captured) != total:
        raise Refused(f"The payments come to {sum(captured)} and the order to {total} minor units.")
    order = Order(
        shop=shop,
        business_unit=BusinessUnit(shop=shop, code=unit, name=unit) if unit else None,
        number="O-1",
        currency=given.currency,
        placed_at=given.placed_at or given.at - timedelta(days=10),
        customer_number=given.customer,
        customer_name="A customer",
        customer_email="customer@example.com",
        shipping_paid=given.shipping,
        total_paid=total,
        lines=lines,
        payments=[
            Payment(
                position=position,
                provider="rehearsal",
                reference=f"payment-{position}",
                captured=amount,
                currency=given.currency,
            )
            for position, amount in enumerate(captured, start=1)
        ],
    )
    session.add(order)
    return order


def _line(position: int, item: ItemGiven) -> OrderLine:
    bought = item.bought or item.quantity
    return OrderLine(
        position=position,
        sku=item.sku or f"SKU-{position}",
        name=item.name or f"Product {position}",
        quantity=bought,
        unit_price=item.price,
        paid=item.price * bought,
        delivered_at=item.delivered_at,
    )
