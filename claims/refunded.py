"""How much was refunded: of a case, an order, a customer, and by one person in a day.

What the loaded orders hold is counted in memory. What other orders add is read by `load`, in one
statement, and only where a limit or a condition asks for it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, func, literal, select, text, tuple_, union_all
from sqlalchemy.orm import Session

from claims.models import Order, Reclamation, Refund
from claims.people import Actor
from claims.rules import Rules

OF_CUSTOMER = "customer.refunded_30_days"
TODAY = "staff.refunded_today"
WINDOW = timedelta(days=30)
"""Of the fact that conditions see; limits say their own."""

Customer = tuple[int, str]
"""Shop and the customer's number in it."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What counts beside the loaded orders, in minor units; kept in the session."""

    orders: Sequence[Order] = ()
    """Those that are loaded, and counted as they stand in memory."""
    windows: frozenset[timedelta | None] | None = frozenset()
    """The windows that were read for customers; None: nothing counts but the loaded orders."""
    people: frozenset[int] | None = frozenset()
    """Whose day was read; None likewise."""
    of_customers: Mapping[tuple[int, str, str, timedelta | None], int] = field(default_factory=dict)
    """By shop, customer's number, currency and window."""
    of_people: Mapping[tuple[int, str], int] = field(default_factory=dict)
    """By member of staff and currency: what they let go since midnight."""

    def knows_window(self, window: timedelta | None) -> bool:
        return self.windows is None or window in self.windows

    def knows_person(self, staff_id: int) -> bool:
        return self.people is None or staff_id in self.people

    def of_customer(
        self, order: Order, window: timedelta | None, at: datetime, but: Refund | None = None
    ) -> int:
        """What the customer of an order was refunded; without a number, of this order only."""
        if not self.knows_window(window):
            raise LookupError("These sums of customers were not loaded; see claims.refunded.load.")
        key = (order.shop_id, order.customer_number, order.currency)
        of_them = [order]
        if order.customer_number:
            of_them += [o for o in self.orders if o is not order and _key(o) == key]
        here = sum(
            counted(refund)
            for each in of_them
            for refund in each.refunds
            if refund is not but and (window is None or _since(refund) >= at - window)
        )
        return here + self.of_customers.get((*key, window), 0)

    def of_person(self, staff_id: int, currency: str, at: datetime) -> int:
        """What a member of staff let go since midnight."""
        if not self.knows_person(staff_id):
            raise LookupError("These sums of people were not loaded; see claims.refunded.load.")
        here = sum(
            counted(refund)
            for order in self.orders
            for refund in order.refunds
            if refund.cleared_by_id == staff_id and refund.currency == currency
            if refund.cleared_at is not None and refund.cleared_at >= midnight(at)
        )
        return here + self.of_people.get((staff_id, currency), 0)


def counted(refund: Refund) -> int:
    """How much of a refund counts: what is asked for, under way or given back."""
    if refund.status in {"refused", "dropped"}:
        return 0
    return refund.paid_amount if refund.status == "paid" else refund.amount


def of_case(reclamation: Reclamation, but: Refund | None = None) -> int:
    """What is refunded or under way of one reclamation."""
    of_it = [r for r in reclamation.order.refunds if r.reclamation is reclamation]
    return sum(counted(refund) for refund in of_it if refund is not but)


def of_order(order: Order, but: Refund | None = None) -> int:
    """What is refunded or under way of an order, by all its reclamations."""
    return sum(counted(refund) for refund in order.refunds if refund is not but)


def midnight(at: datetime) -> datetime:
    """When the day began; days are counted in UTC."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def sums_in(session: Session) -> Sums:
    """What `load` has put into the session; empty where nothing asked for anything."""
    sums: Sums = session.info.get("sums") or _NONE
    return sums


def only_these(session: Session, reclamations: Iterable[Reclamation]) -> None:
    """Count their orders and nothing else, whenever asked: for a world that is tried out."""
    orders = {each.order.id: each.order for each in reclamations}
    session.info["sums"] = Sums(tuple(orders.values()), None, None)


def load(
    session: Session,
    rules: Rules,
    reclamations: Iterable[Reclamation],
    actor: Actor,
    at: datetime,
    *,
    lock: bool = False,
) -> None:
    """Read what limits and conditions may ask about these reclamations, which are loaded.

    With `lock`, whoever else would change these sums waits until this transaction ends: two
    refunds at once cannot both be the last that fits. Orders are locked before (docs/decisions/
    0007).
    """
    cases = list(reclamations)
    orders = {each.order.id: each.order for each in cases}
    asked = _what_is_asked(session, rules, cases, actor)
    if lock and asked.keys:
        session.execute(_LOCK, {"keys": sorted(map(_number, asked.keys))})
    customers = {_customer(order) for order in orders.values() if order.customer_number}
    of_customers: dict[tuple[int, str, str, timedelta | None], int] = {}
    of_people: dict[tuple[int, str], int] = {}
    windows = list(asked.windows) if customers else []
    parts = [
        _part_of_customers(position, None if window is None else at - window, customers, orders)
        for position, window in enumerate(windows)
    ]
    if asked.people:
        parts.append(_part_of_people(asked.people, midnight(at), orders))
    for which, key, number, currency, amount in session.execute(union_all(*parts)) if parts else ():
        if which == _PEOPLE:
            of_people[key, currency] = int(amount)
        else:
            of_customers[key, number, currency, windows[which]] = int(amount)
    session.info["sums"] = Sums(
        tuple(orders.values()), asked.windows, asked.people, of_customers, of_people
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    windows: frozenset[timedelta | None]
    people: frozenset[int]
    keys: frozenset[str]
    """What to lock."""


def _what_is_asked(
    session: Session, rules: Rules, cases: Sequence[Reclamation], actor: Actor
) -> _Asked:
    windows: set[timedelta | None] = set()
    people: set[int] = set()
    keys: set[str] = set()
    for each in cases:
        hashes = {each.workflow_hash, *(item.workflow_hash for item in each.items)}
        texts = [_with_facts(rules, rules.definition(session, version).text) for version in hashes]
        acting = {actor.staff_id} if actor.staff_id is not None else _askers(each)
        if any(OF_CUSTOMER in text for text in texts):
            windows.add(WINDOW)
        if any(TODAY in text for text in texts):
            people |= acting
        if not any("refund.pay" in text for text in texts):
            continue
        limits = rules.choices.limits(each.shop.code)
        if any(limit.per == "customer" for limit in limits):
            windows |= {limit.within for limit in limits if limit.per == "customer"}
            if each.order.customer_number:
                keys.add(f"customer {each.shop_id} {each.order.customer_number}")
        if any(limit.per == "day" for limit in limits):
            people |= acting
            keys |= {f"staff {key}" for key in acting}
    return _Asked(frozenset(windows), frozenset(people), frozenset(keys))


def _with_facts(rules: Rules, text: str) -> str:
    """A definition's text and, for each condition it may name, the facts that this looks at."""
    asked = [c.facts for name, c in rules.catalogue.conditions.items() if c.facts and name in text]
    return " ".join([text, *(fact for facts in asked for fact in facts)]) if asked else text


def _askers(reclamation: Reclamation) -> set[int]:
    """Who stands behind what the clock or a chain might pay."""
    proposed = [r for r in reclamation.order.refunds if r.status == "proposed"]
    return {r.asked_by_id for r in proposed if r.asked_by_id is not None}


_NONE = Sums()
_PEOPLE = -1
_LOCK = text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")
_COUNTED = func.sum(
    case(
        (Refund.status.in_(["refused", "dropped"]), 0),
        (Refund.status == "paid", Refund.paid_amount),
        else_=Refund.amount,
    )
)


def _part_of_customers(
    position: int, since: datetime | None, customers: set[Customer], but: Mapping[int, Order]
) -> Select[*tuple[Any, ...]]:
    """The sums of these customers since then, of orders that are not loaded."""
    owner = tuple_(Order.shop_id, Order.customer_number)
    found = (
        select(literal(position), Order.shop_id, Order.customer_number, Order.currency, _COUNTED)
        .join(Refund, Refund.order_id == Order.id)
        .where(owner.in_(sorted(customers)), Order.id.not_in(sorted(but)))
        .group_by(Order.shop_id, Order.customer_number, Order.currency)
    )
    if since is None:
        return found
    return found.where(func.coalesce(Refund.cleared_at, Refund.asked_at) >= since)


def _part_of_people(
    people: frozenset[int], since: datetime, but: Mapping[int, Order]
) -> Select[*tuple[Any, ...]]:
    return (
        select(literal(_PEOPLE), Refund.cleared_by_id, literal(""), Refund.currency, _COUNTED)
        .where(Refund.cleared_by_id.in_(sorted(people)), Refund.cleared_at >= since)
        .where(Refund.order_id.not_in(sorted(but)))
        .group_by(Refund.cleared_by_id, Refund.currency)
    )


def _customer(order: Order) -> Customer:
    return order.shop_id, order.customer_number


def _key(order: Order) -> tuple[int, str, str]:
    return order.shop_id, order.customer_number, order.currency


def _since(refund: Refund) -> datetime:
    return refund.cleared_at or refund.asked_at


def _number(key: str) -> int:
    """A name as PostgreSQL's locks take it; two that met would only wait for each other."""
    digest = hashlib.sha256(f"redress {key}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
