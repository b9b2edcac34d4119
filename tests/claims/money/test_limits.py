"""What one person may refund alone: sums count, whatever the workflow says and whoever is quick."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

from claims import clock, deadlines
from claims.door import CaseRef, fire
from claims.models import Item
from claims.offering import offers
from claims.people import Actor
from claims.refusals import NotAllowed
from claims.rules import Rules
from tests.claims.other_rules import limited, rules_with
from tests.support.cases import AGENT, FINANCE, LEAD, claim_first, press, work_off
from tests.support.shop import Line, an_order

ANTON = Actor("person", "Anton", frozenset({"agent"}), 21)
DEAR = Line("COAT", "Coat", 3, 100000)
PER_CASE = "role: agent, per: case, amount: 200.00"
FORGETFUL = ("item-goodwill", ("input.amount <= staff.may_refund", "input.amount <= 99999.0"))
"""A workflow that pays whatever is typed in."""


ANOTHER = """\
  pay-again:
    run: refund.pay
    may-repeat: true
    outcomes: { done: refund-paid, refused: refund-refused, unknown: refund-unclear }
"""
Later = Callable[[timedelta], None]


@pytest.fixture
def later(owner_sessions: sessionmaker[Session]) -> Later:
    """Lets time pass."""

    def passes(span: timedelta) -> None:
        with owner_sessions.begin() as owner:
            clock.move(owner, span)

    return passes


def a_goodwill(session: Session, rules: Rules, *, customer: str = "C-1001") -> Item:
    order = an_order(session, [DEAR], customer=customer)
    return claim_first(session, rules, order, resolution="goodwill")


def pay(session: Session, rules: Rules, item: Item, amount: str, actor: Actor = AGENT) -> str:
    press(session, rules, item, "refund", actor, amount=amount)
    return item.state


def test_several_small_refunds_of_a_case_come_to_the_limit(session: Session, rules: Rules) -> None:
    item = a_goodwill(session, rules)
    assert pay(session, rules, item, "150.00") == "refunding"
    work_off(session, rules, item, "refused")

    assert pay(session, rules, item, "150.00") == "refunding", "what was refused does not count"
    work_off(session, rules, item)
    again = claim_first(session, rules, item.reclamation.order, resolution="goodwill")
    assert pay(session, rules, again, "200.00") == "refunding", "another case has its own sum"


def test_per_order_all_its_reclamations_count_whoever_refunded(
    session: Session, rules: Rules
) -> None:
    strict = limited(rules, "role: agent, per: order, amount: 200.00")
    item = a_goodwill(session, strict)
    pay(session, strict, item, "150.00", ANTON)
    work_off(session, strict, item)

    again = claim_first(session, strict, item.reclamation.order, resolution="goodwill")

    assert pay(session, strict, again, "50.01") == "awaiting-approval"
    press(session, strict, again, "send-back", FINANCE)
    assert pay(session, strict, again, "50.00") == "refunding"


def test_per_customer_other_orders_count_for_as_long_as_it_says(
    session: Session, rules: Rules, later: Later
) -> None:
    strict = limited(rules, "role: agent, per: customer, within: 30 days, amount: 200.00")
    pay(session, strict, a_goodwill(session, strict), "150.00")

    other, stranger = a_goodwill(session, strict), a_goodwill(session, strict, customer="C-2")

    assert pay(session, strict, other, "60.00") == "awaiting-approval"
    assert pay(session, strict, stranger, "60.00") == "refunding"
    press(session, strict, other, "send-back", FINANCE)
    later(timedelta(days=31))
    assert pay(session, strict, other, "200.00") == "refunding"


def test_an_order_without_a_customer_s_number_counts_alone(session: Session, rules: Rules) -> None:
    strict = limited(rules, "role: agent, per: customer, amount: 200.00")
    pay(session, strict, a_goodwill(session, strict, customer=""), "150.00")

    assert pay(session, strict, a_goodwill(session, strict, customer=""), "150.00") == "refunding"


def test_per_day_counts_what_the_person_let_go_since_midnight(
    session: Session, rules: Rules, later: Later
) -> None:
    strict = limited(
        rules, "role: agent, per: day, amount: 200.00", "role: lead, per: day, amount: 900.00"
    )
    pay(session, strict, a_goodwill(session, strict, customer="A"), "150.00")

    mine = a_goodwill(session, strict, customer="B")
    assert pay(session, strict, mine, "60.00") == "awaiting-approval"
    theirs = a_goodwill(session, strict, customer="C")
    assert pay(session, strict, theirs, "60.00", ANTON) == "refunding"

    press(session, strict, mine, "approve", LEAD)
    assert mine.reclamation.refunds[0].cleared_by_id == LEAD.staff_id
    more = a_goodwill(session, strict, customer="D")
    assert pay(session, strict, more, "50.00") == "refunding", "the approved one was let go by Lena"
    later(timedelta(days=1))
    assert pay(session, strict, a_goodwill(session, strict), "200.00") == "refunding"


def test_a_workflow_that_forgets_the_limit_does_not_get_around_it(
    session: Session, rules: Rules
) -> None:
    forgetful = rules_with(rules, *FORGETFUL)
    item = a_goodwill(session, forgetful)
    again = item.reclamation

    with pytest.raises(NotAllowed) as refused:
        pay(session, forgetful, item, "200.01")

    assert str(refused.value) == (
        "You may refund €200.00 per case alone. €200.01 more would be above that; "
        "ask for a second look."
    )
    assert (item.state, again.refunds) == ("reported", [])
    assert pay(session, forgetful, item, "900.00", LEAD) == "refunding"


def test_two_refunds_by_one_line_are_one_sum(session: Session, rules: Rules) -> None:
    twice = rules_with(
        rules,
        *FORGETFUL,
        ("  write-goodwill:\n", f"{ANOTHER}  write-goodwill:\n"),
        ("effect: pay-refund, happy", "effect: [pay-refund, pay-again], happy"),
    )
    item = a_goodwill(session, twice)

    with pytest.raises(NotAllowed, match=r"150\.00 are refunded or under way already"):
        pay(session, twice, item, "150.00")


def test_an_approver_needs_it_within_their_own_limit(session: Session, rules: Rules) -> None:
    item = a_goodwill(session, rules)
    pay(session, rules, item, "900.00")
    strict = limited(rules, PER_CASE, "role: lead, per: case, amount: 500.00")

    with pytest.raises(NotAllowed) as refused:
        press(session, strict, item, "approve", LEAD)
    [approve] = [
        offer
        for offer in offers(session, strict, item.reclamation_id, LEAD).items[item.id]
        if offer.event.name == "approve"
    ]

    assert str(refused.value) == (
        "You may refund €500.00 per case alone. €900.00 more would be above that; "
        "somebody who may refund more has to approve it."
    )
    assert approve.reasons == refused.value.reasons
    press(session, strict, item, "approve", FINANCE)
    assert item.state == "refunding"


def test_a_clock_pays_no_more_than_the_strictest_limit(
    session: Session, rules: Rules, later: Later
) -> None:
    by_itself = rules_with(
        rules,
        "item-goodwill",
        ("    by: [lead, finance]\n    second-person: true\n", "    after: 1 day\n"),
        ("    confirm: This pays the proposed amount back; it cannot be undone.\n", ""),
    )
    small, large = (a_goodwill(session, by_itself, customer=c) for c in "AB")
    pay(session, by_itself, small, "200.00", LEAD)
    tight = limited(by_itself, "role: agent, per: case, amount: 100.00")
    work_off(session, by_itself, small, "refused")
    pay(session, tight, small, "100.01")
    pay(session, by_itself, large, "200.01")
    later(timedelta(days=2))

    for due in deadlines.due(session, 10):
        deadlines.fire_due(session, by_itself, due)
    session.refresh(small)
    session.refresh(large)

    assert (small.state, large.state) == ("refunding", "awaiting-approval")


def test_two_refunds_at_once_do_not_both_pass_the_day_s_limit(
    sessions: sessionmaker[Session], rules: Rules
) -> None:
    strict = limited(rules, "role: agent, per: day, amount: 200.00")
    with sessions.begin() as session:
        first, second = (a_goodwill(session, strict, customer=c).id for c in "AB")
    reached: list[str] = []

    def refund(item_id: int) -> None:
        with sessions.begin() as session:
            fire(session, strict, CaseRef("item", item_id), "refund", AGENT, {"amount": "150.00"})
            reached.append(session.get_one(Item, item_id).state)

    with sessions.begin() as session:
        fire(session, strict, CaseRef("item", first), "refund", AGENT, {"amount": "150.00"})
        other = threading.Thread(target=refund, args=(second,))
        other.start()
        other.join(0.3)
        assert other.is_alive(), "it waits for the sum to be settled"
    other.join(10)

    assert reached == ["awaiting-approval"]


def test_only_who_asks_for_sums_pays_for_them(session: Session, rules: Rules) -> None:
    sent: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *a: sent.append(a[2]))
    strict = limited(rules, PER_CASE, "role: agent, per: customer, amount: 500.00")
    one, other = a_goodwill(session, rules), a_goodwill(session, rules, customer="C-2")

    sent.clear()
    pay(session, rules, one, "10.00")
    plain = len(sent)
    sent.clear()
    pay(session, strict, other, "10.00")

    assert len(sent) == plain + 2, "the sums, and the lock behind which they are read"
