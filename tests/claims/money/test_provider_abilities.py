"""What a payment's provider cannot refund is not asked for: said at the button, and refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from claims import clock, offering
from claims.door import CaseRef, fire
from claims.models import Item, Order
from claims.money import refunds
from claims.money.refund_abilities import RefundAbilities
from claims.offering import CaseOffer
from claims.people import Actor
from claims.refusals import Refused
from claims.rules import Rules
from tests.support.cases import AGENT, FINANCE, LEAD, claim_first, press
from tests.support.shop import Line, an_order
from tests.support.terms import bound_by, with_resolution

DAY = timedelta(days=1)
NORDIC = RefundAbilities(currencies=frozenset({"CHF", "SEK"}))
WHOLE = RefundAbilities(partial_refunds=False)
ONCE = RefundAbilities(several_refunds_per_payment=False)
A_MONTH = RefundAbilities(refund_window=30 * DAY)


def an_item(
    session: Session,
    rules: Rules,
    payments: list[tuple[str, int]],
    *,
    paid: int = 1000,
    resolution: str = "goodwill",
) -> Item:
    """An item worth `paid` of an order that was paid so, by provider and amount, yesterday."""
    total = sum(amount for _, amount in payments)
    lines = [Line(unit_price=paid), Line(sku="B", unit_price=total - paid)]
    order = an_order(session, lines, payments=[amount for _, amount in payments])
    for payment, (provider, _) in zip(order.payments, payments, strict=True):
        payment.provider = provider
        payment.paid_at = clock.now(session) - DAY
    session.flush()
    return claim_first(session, rules, order, reason="other", resolution=resolution)


def shares(order: Order) -> list[tuple[str, int]]:
    return [
        (share.payment.provider, share.amount)
        for refund in order.refunds
        for share in refund.shares
        if share.status in {"held", "paid"}
    ]


def refund(session: Session, rules: Rules, item: Item, amount: str) -> list[tuple[str, int]]:
    press(session, rules, item, "refund", AGENT, amount=amount)
    return shares(item.reclamation.order)


def offer(session: Session, rules: Rules, item: Item, event: str, actor: Actor = LEAD) -> CaseOffer:
    session.flush()
    offers = offering.offers(session, rules, item.reclamation_id, actor).items[item.id]
    return next(each for each in offers if each.event.name == event)


@pytest.mark.parametrize(
    ("can", "why"),
    [
        (NORDIC, "is in EUR, and bank refunds CHF and SEK only."),
        (RefundAbilities(refund_window=DAY), "bank does so for 1 day, until "),
        (RefundAbilities(refund_window=timedelta(hours=2)), "bank does so for 2 hours, until "),
        (WHOLE, "can only be refunded as a whole by bank, and €20.00 is left of it."),
    ],
    ids=["currency", "window", "window in hours", "parts"],
)
def test_a_payment_that_cannot_be_used_is_named_at_the_button_and_refused(
    session: Session, rules: Rules, can: RefundAbilities, why: str
) -> None:
    own = bound_by(rules, bank=can)
    item = an_item(session, own, [("bank", 2000)])

    offered = offer(session, own, item, "refund")
    assert not offered.is_open
    assert offered.reasons[0] == "Nothing can go back over the order's payments."
    assert offered.reasons[1].startswith("Payment 1 (card pay-NORTH-")
    assert why in offered.reasons[1]
    assert "store credit; or a bank transfer made by hand" in offered.reasons[2]
    assert offer(session, own, item, "settle-outside", FINANCE).is_open

    with pytest.raises(Refused, match=r"€10.00 cannot go back over the order's payments\.") as said:
        refund(session, own, item, "10.00")
    assert why in str(said.value)
    assert shares(item.reclamation.order) == []


def test_a_payment_that_its_provider_cannot_refund_is_passed_over(
    session: Session, rules: Rules
) -> None:
    own = bound_by(rules, late=RefundAbilities(refund_window=DAY), whole=WHOLE)
    item = an_item(session, own, [("late", 500), ("whole", 700), ("sandbox", 800)])

    assert refund(session, own, item, "10.00") == [("whole", 700), ("sandbox", 300)]


def test_an_earlier_payment_carries_less_where_a_later_one_goes_back_whole(
    session: Session, rules: Rules
) -> None:
    own = bound_by(rules, whole=WHOLE)
    item = an_item(session, own, [("sandbox", 400), ("whole", 700)])

    assert refund(session, own, item, "10.00") == [("sandbox", 300), ("whole", 700)]


def test_the_next_amount_that_can_go_back_is_said_and_offered(
    session: Session, rules: Rules
) -> None:
    own = bound_by(rules, late=RefundAbilities(refund_window=DAY))
    item = an_item(session, own, [("late", 1500), ("sandbox", 600)])

    offered = offer(session, own, item, "refund")
    assert offered.is_open
    assert offered.fields["amount"]["default"] == 600
    with pytest.raises(Refused, match=r"payments; the next lower amount that can is €6\.00"):
        refund(session, own, item, "6.01")
    assert refund(session, own, item, "6.00") == [("sandbox", 600)]


def test_a_payment_that_is_refunded_once_is_not_asked_again(session: Session, rules: Rules) -> None:
    own = bound_by(rules, once=ONCE)
    item = an_item(session, own, [("once", 2000)])
    assert refund(session, own, item, "4.00") == [("once", 400)]
    again = claim_first(session, own, item.reclamation.order, line=1, resolution="goodwill")

    assert not offer(session, own, again, "refund").is_open
    with pytest.raises(Refused, match="was refunded before, or is under way, and once refunds a"):
        refund(session, own, again, "1.00")


def test_what_came_to_nothing_counts_for_no_refund(session: Session, rules: Rules) -> None:
    own = bound_by(rules, once=ONCE)
    item = an_item(session, own, [("once", 2000)])
    refund(session, own, item, "4.00")
    [first] = item.reclamation.refunds
    refunds.release(first, "refused", item.state_since)
    again = claim_first(session, own, item.reclamation.order, line=1, resolution="goodwill")

    assert refund(session, own, again, "5.00") == [("once", 500)]


def test_what_was_settled_outside_is_bound_by_no_provider(session: Session, rules: Rules) -> None:
    own = bound_by(rules, bank=RefundAbilities(frozenset(), False, False, timedelta(0)))
    item = an_item(session, own, [("bank", 2000)])

    press(session, own, item, "settle-outside", FINANCE, amount="3.00")

    assert shares(item.reclamation.order) == [("bank", 300)]


def test_store_credit_is_bound_by_no_provider(session: Session, rules: Rules) -> None:
    own = bound_by(
        with_resolution(rules, "goodwill", as_store_credit=True),
        bank=RefundAbilities(frozenset(), False, False, timedelta(0)),
    )
    item = an_item(session, own, [("bank", 2000)])

    assert offer(session, own, item, "refund").is_open
    assert refund(session, own, item, "3.00") == [("bank", 300)]


def test_a_window_is_counted_from_the_order_where_nobody_said_when_it_was_paid(
    session: Session, rules: Rules
) -> None:
    own = bound_by(rules, bank=A_MONTH)
    item = an_item(session, own, [("bank", 2000)])
    [payment] = item.reclamation.order.payments
    payment.paid_at = None
    item.reclamation.order.placed_at = clock.now(session) - 31 * DAY
    session.flush()

    with pytest.raises(Refused, match="bank does so for 30 days"):
        refund(session, own, item, "1.00")
    payment.paid_at = clock.now(session) - 29 * DAY
    session.flush()
    assert refund(session, own, item, "1.00") == [("bank", 100)]


def test_a_proposal_whose_window_has_run_out_since_cannot_be_approved(
    session: Session, rules: Rules
) -> None:
    own = bound_by(rules, bank=A_MONTH)
    item = an_item(session, own, [("bank", 90000)], paid=80000)
    press(session, own, item, "refund", AGENT, amount="700.00")
    assert item.state == "awaiting-approval"
    assert offer(session, own, item, "approve").is_open

    item.reclamation.order.payments[0].paid_at = clock.now(session) - 30 * DAY

    why = "bank does so for 30 days"
    assert why in offer(session, own, item, "approve").reasons[0]
    with pytest.raises(Refused, match=why):
        press(session, own, item, "approve", LEAD)
    press(session, own, item, "send-back", LEAD)
    assert shares(item.reclamation.order) == []


def test_a_proposal_does_not_stand_in_its_own_way(session: Session, rules: Rules) -> None:
    own = bound_by(rules, bank=RefundAbilities(None, False, False))
    item = an_item(session, own, [("bank", 90000)], paid=90000)
    press(session, own, item, "refund", AGENT, amount="900.00")

    press(session, own, item, "approve", LEAD)

    assert shares(item.reclamation.order) == [("bank", 90000)]


def test_of_two_people_who_ask_at_once_for_a_payment_that_goes_back_once_one_is_refused(
    sessions: sessionmaker[Session], rules: Rules
) -> None:
    own = bound_by(rules, once=ONCE)
    with sessions.begin() as session:
        order = an_order(session, [Line(unit_price=1000), Line(sku="B")], provider="once")
        items = [
            claim_first(session, own, order, line=line, reason="other", resolution="goodwill").id
            for line in (0, 1)
        ]

    def ask(item_id: int) -> str:
        try:
            with sessions.begin() as session:
                fire(session, own, CaseRef("item", item_id), "refund", AGENT, {"amount": "4.00"})
        except Refused as refused:
            return "refused" if "once refunds a payment once" in str(refused) else str(refused)
        return "asked"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(ask, items)) == ["asked", "refused"]
