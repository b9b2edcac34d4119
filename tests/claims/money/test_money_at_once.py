"""Many people at one order at the same moment: no more is held than was paid, at any time."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from claims import cases
from claims.door import CaseRef, fire
from claims.models import Item
from claims.money import refunds
from claims.money.refund_terms import ShippingRule
from claims.refusals import Refused
from claims.rules import Rules
from tests.support.cases import AGENT, FINANCE, claim_first
from tests.support.shop import Line, an_order
from tests.support.terms import rules_with, with_resolution

PEOPLE, PRESSES = 4, 10
HELD = """
SELECT o.shipping_paid, o.shipping_refund_held, o.goodwill_held, o.total_paid,
  (SELECT sum(refund_held) FROM order_lines WHERE order_id = o.id) AS lines,
  (SELECT bool_and(refund_held BETWEEN 0 AND paid) FROM order_lines WHERE order_id = o.id) AS sound,
  (SELECT sum(refund_held) FROM payments WHERE order_id = o.id) AS payments,
  (SELECT sum(l.amount) FROM refund_lines l WHERE l.order_id = o.id) AS entered,
  (SELECT sum(s.amount) FROM refund_shares s JOIN refunds r ON r.id = s.refund_id
   WHERE r.order_id = o.id AND s.status IN ('held', 'paid')) AS shared
FROM orders o WHERE o.id = :order
"""


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_people_at_the_same_order_at_once_hold_no_more_than_was_paid(
    sessions: sessionmaker[Session], rules: Rules, seed: int
) -> None:
    own = rules_with(
        with_resolution(rules, "goodwill", beyond_paid=True), shipping=(ShippingRule("whole"),)
    )
    with sessions.begin() as session:
        lines = [Line(quantity=2, unit_price=1234, tax=394), Line(quantity=3, unit_price=777)]
        order = an_order(session, lines, shipping=490, payments=[2000, 1500, 1789])
        order_id = order.id
        items = [
            claim_first(session, own, order, line=line, resolution=resolution, reason="other").id
            for line, resolution in [(0, "goodwill"), (0, "none"), (1, "goodwill"), (1, "none")]
        ]

    def work(person: int) -> int:
        chance, taken = random.Random(f"{seed} {person}"), 0
        for _ in range(PRESSES):
            taken += press_one(sessions, own, chance.choice(items), chance)
        return taken

    with ThreadPoolExecutor(PEOPLE) as pool:
        assert sum(pool.map(work, range(PEOPLE))) > 0

    with sessions() as session:
        held = session.execute(text(HELD), {"order": order_id}).one()
    assert held.sound
    assert 0 <= held.shipping_refund_held <= held.shipping_paid
    assert held.payments == held.shared == held.entered <= held.total_paid
    assert held.entered == held.lines + held.shipping_refund_held + held.goodwill_held


def press_one(
    sessions: sessionmaker[Session], rules: Rules, item_id: int, chance: random.Random
) -> int:
    """Ask for a part, for all, or note it as settled outside; 1 where it was taken."""
    event, who = chance.choice(
        [("refund", AGENT), ("mark-refunded", AGENT), ("settle-outside", FINANCE)]
    )
    try:
        with sessions.begin() as own:
            item = own.get_one(Item, item_id)
            cases.read(own, [item.reclamation_id])
            most = refunds.refundable(item, rules.choices.refund_terms("NORTH")).most
            amount = chance.choice([most, most // 2, most // 3])
        with sessions.begin() as own:
            typed = {"amount": f"{amount / 100:.2f}"}
            fire(own, rules, CaseRef("item", item_id), event, who, typed)
    except Refused:
        return 0
    return 1
