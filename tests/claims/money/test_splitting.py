"""However refunds are split over pieces, cases, orders and days: what one person lets go alone
stays within their limits. Played in memory on the real steps; the sums here are counted anew."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from claims import new_reclamation, outcomes
from claims.claimable import Wanted
from claims.door import fire_loaded, fire_typed
from claims.models import Item, Order, OrderLine, Payment, Refund, Shop
from claims.money import refunds
from claims.new_reclamation import NewClaim
from claims.people import Actor
from claims.refunded import only_these
from claims.refusals import Refused
from claims.rehearsal import memory
from claims.rules import Rules
from tests.claims.other_rules import limited, rules_with

BEGINNING = datetime(2026, 3, 2, 20, tzinfo=UTC)
PEOPLE = [
    Actor("person", "Anna", frozenset({"agent"}), 1),
    Actor("person", "Anton", frozenset({"agent", "warehouse"}), 2),
    Actor("person", "Lena", frozenset({"lead", "agent"}), 3),
    Actor("person", "Lars", frozenset({"lead"}), 4),
]
LIMITS = {
    "agent": {"case": 12500, "order": 21000, "customer": 45000, "day": 22000},
    "lead": {"case": 90000, "day": 100000},
}
WORKER = Actor("worker", "worker")
WITHIN = timedelta(days=30)
PRESSES = (*["refund"] * 6, "approve", "approve", "send-back", "paid", "not-paid")
AMOUNTS = (2500, 7500, 7500, 12500, 19900, 60000)

steps = st.lists(
    st.tuples(
        st.sampled_from(PRESSES),
        st.integers(0, 11),
        st.sampled_from([*PEOPLE, *PEOPLE[:2], *PEOPLE[:2]]),
        st.sampled_from(AMOUNTS),
        st.integers(0, 4),
    ),
    min_size=30,
    max_size=50,
)


@dataclass
class World:
    """Two orders of one customer, with two claims of three pieces each, all of them goodwill."""

    session: Session
    items: list[Item]

    def refunds(self) -> list[Refund]:
        orders = {id(i.reclamation.order): i.reclamation.order for i in self.items}
        return [refund for order in orders.values() for refund in order.refunds]


def a_world(rules: Rules) -> World:
    session = memory.new_session()
    shop = Shop(code="MAIN", name="Main", currency="EUR")
    session.add(shop)
    session.info["versions_kept"] = {d.hash for d in rules.definitions.values()}
    numbers = count(1)
    found: list[Item] = []
    for position in range(2):
        order = Order(
            shop=shop,
            number=f"O-{position}",
            currency="EUR",
            placed_at=BEGINNING,
            customer_number="C-1",
            total_paid=1200000,
            lines=[
                OrderLine(position=p, sku="A", name="A", quantity=1, unit_price=200000, paid=200000)
                for p in range(1, 7)
            ],
            payments=[Payment(position=1, provider="x", captured=1200000, currency="EUR")],
        )
        session.add(order)
        memory.write(session)
        for lines in (order.lines[:3], order.lines[3:]):
            wanted = [Wanted(line.id, 1, "other", "goodwill") for line in lines]
            claimed = NewClaim(order, wanted, PEOPLE[0], BEGINNING)
            case = new_reclamation.write(session, rules, f"R-{next(numbers)}", claimed)
            found += case.items
            memory.write(session)
    only_these(session, [item.reclamation for item in found])
    return World(session, found)


def press(
    world: World, rules: Rules, item: Item, event: str, actor: Actor, amount: int, at: datetime
) -> None:
    typed = {"amount": f"{amount / 100:.2f}"} if event == "refund" else {}
    fire_typed(world.session, rules, item, event, actor, typed, at)


def answer(world: World, rules: Rules, item: Item, outcome: outcomes.Outcome, at: datetime) -> None:
    for effect in [e for e in item.reclamation.effects if e.status == "waiting"]:
        if effect.kind == "refund.pay" and effect.item is item:
            outcomes.settle(item.reclamation, effect, outcome, "", WORKER, at)
            event = outcomes.event_of(effect, outcome) or ""
            fire_loaded(world.session, rules, outcomes.happening_of(effect, event, WORKER, at))


def counts(refund: Refund) -> bool:
    return refund.status not in {"refused", "dropped"}


def sums(world: World, refund: Refund, person: Actor, at: datetime) -> dict[str, int]:
    """What counted for the person when this refund was let go, itself included."""
    order = refund.order
    held = [r for r in world.refunds() if counts(r)]
    today = [r for r in held if r.cleared_by_id == person.staff_id and r.cleared_at]
    theirs = [r for r in held if r.order.customer_number == order.customer_number]
    return {
        "case": sum(r.amount for r in held if r.reclamation is refund.reclamation),
        "order": sum(r.amount for r in held if r.order is order),
        "customer": sum(r.amount for r in theirs if (r.cleared_at or r.asked_at) >= at - WITHIN),
        "day": sum(r.amount for r in today if r.cleared_at and r.cleared_at.date() == at.date()),
    }


def is_within(person: Actor, of: dict[str, int]) -> bool:
    named = [LIMITS[role] for role in person.roles & LIMITS.keys()]
    return all(any(of[per] <= limits.get(per, of[per]) for limits in named) for per in of)


@settings(max_examples=30, deadline=None, phases=[Phase.generate], derandomize=True)
@given(steps)
def test_splitting_does_not_get_around_a_limit(
    rules: Rules, sequence: list[tuple[str, int, Actor, int, int]]
) -> None:
    strict = limited(
        rules_with(
            rules,
            "item-goodwill",
            # A workflow that asks a second person for nothing at all.
            ("input.amount <= staff.may_refund", "input.amount <= item.value"),
            ("    second-person: true\n", ""),
            ("by: [lead, finance]", "by: [agent, lead]"),
        ),
        *(
            f"role: {role}, per: {per}, amount: {amount // 100}"
            + (", within: 30 days" if per == "customer" else "")
            for role, of_role in LIMITS.items()
            for per, amount in of_role.items()
        ),
    )
    world, at = a_world(strict), BEGINNING
    for event, which, person, amount, hours in sequence:
        at += timedelta(hours=hours)
        item = world.items[which]
        known = {id(r): r.cleared_at for r in world.refunds()}
        before = memory.remember(world.session)
        try:
            if event in {"paid", "not-paid"}:
                answer(world, strict, item, "done" if event == "paid" else "refused", at)
            else:
                press(world, strict, item, event, person, amount, at)
        except Refused:
            memory.go_back(world.session, before)
            continue
        memory.write(world.session)
        for refund in world.refunds():
            if refund.cleared_at is not None and known.get(id(refund)) is None:
                assert is_within(person, sums(world, refund, person, at))
    assert all(refunds.left_on_payments(i.reclamation.order) >= 0 for i in world.items)
