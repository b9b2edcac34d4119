"""A reclamation can be tried out in memory, on the real code."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from claims.refusals import InvalidInput, NotAllowed, NotFound, Refused
from claims.rehearsal import RECLAMATION, Given, ItemGiven, Money, Rehearsal
from claims.rules import Rules
from tests.claims.rehearsal.people import AGENT, FINANCE, LEAD, WAREHOUSE


def test_a_return_is_refunded_and_the_reclamation_closes(rules: Rules) -> None:
    rehearsal = Rehearsal(rules, Given(items=(ItemGiven(quantity=2, price=2499),)))

    rehearsal.fire(1, "request-return", AGENT)
    rehearsal.wait(timedelta(days=3))
    rehearsal.fire(1, "parcel-arrived", WAREHOUSE, {"received": "2", "condition": "as new"})
    rehearsal.fire(1, "refund", AGENT, {"amount": "20"})
    assert rehearsal.money(1) == Money(paid=4998, refunded=0, under_way=2000)
    happened = rehearsal.answer("pay-refund", "done")

    assert [each.words for each in happened] == [
        "the worker: pay-refund ended as 'done'.",
        "the worker: Refund paid (Refund under way → Refunded).",
        "another case: Item settled (Open → Closed).",
        "the worker: write-refunded was done.",
        "the worker: write-closed was done.",
    ]
    assert (rehearsal.state(1), rehearsal.state(RECLAMATION)) == ("refunded", "closed")
    assert rehearsal.money(1) == Money(paid=4998, refunded=2000, under_way=0)
    assert rehearsal.incidents == ()


def test_a_step_that_is_refused_leaves_everything_as_it_was(rules: Rules) -> None:
    rehearsal = Rehearsal(rules, Given(items=(ItemGiven(), ItemGiven(price=1000))))
    rehearsal.fire(2, "refund", AGENT, {"amount": "5"})
    before = rehearsal.journal

    with pytest.raises(Refused, match="stands in the way"):
        rehearsal.fire(RECLAMATION, "close", AGENT)

    assert rehearsal.journal == before
    assert (rehearsal.state(1), rehearsal.state(RECLAMATION)) == ("reported", "open")


def test_bounds_roles_and_the_second_person_are_those_of_the_door(rules: Rules) -> None:
    rehearsal = Rehearsal(rules, Given(items=(ItemGiven(price=300000),)))
    rehearsal.fire(1, "parcel-arrived", WAREHOUSE, {"received": "1", "condition": "as new"})

    with pytest.raises(InvalidInput, match=r"at most 3000\.00"):
        rehearsal.fire(1, "refund", LEAD, {"amount": "3001"})
    rehearsal.fire(1, "refund", LEAD, {"amount": "3000"})
    with pytest.raises(NotAllowed, match="second person"):
        rehearsal.fire(1, "approve", LEAD)
    with pytest.raises(NotAllowed, match="Approve is for"):
        rehearsal.fire(1, "approve", AGENT)

    assert rehearsal.state(1) == "awaiting-approval"


def test_clocks_ring_on_the_way_each_at_its_moment(rules: Rules) -> None:
    rehearsal = Rehearsal(rules, Given())
    rehearsal.fire(1, "request-return", AGENT)
    begun = rehearsal.at

    rang = rehearsal.wait(timedelta(days=60))

    by_clock = [(each.event, each.at - begun) for each in rang if each.who == "the clock"]
    assert by_clock == [
        ("parcel-reminder-due", timedelta(days=14)),
        ("parcel-overdue", timedelta(days=44)),
    ]
    assert rehearsal.state(1) == "never-returned"
    assert rehearsal.at - begun == timedelta(days=60)


def test_what_a_crash_leaves_unclear_a_person_decides(rules: Rules) -> None:
    rehearsal = Rehearsal(rules, Given(items=(ItemGiven(price=1000),)))
    rehearsal.fire(1, "refund", AGENT, {"amount": "10"})

    rehearsal.crash("pay-refund")
    rehearsal.answer("pay-refund", "unknown")
    assert rehearsal.state(1) == "refund-unclear"
    assert rehearsal.incidents == ("pay-refund ended as 'unknown'.",)
    rehearsal.fire(1, "confirm-paid", FINANCE, {"word": "Seen in its ledger"})

    assert rehearsal.incidents == ()
    assert rehearsal.state(1) == "refunded"
    assert rehearsal.money(1).refunded == 1000


def test_of_two_payments_one_can_be_paid_back_before_the_provider_refuses(rules: Rules) -> None:
    rehearsal = Rehearsal(rules, Given(items=(ItemGiven(price=1000),), payments=(400, 600)))
    rehearsal.fire(1, "refund", AGENT, {"amount": "10"})

    rehearsal.answer("pay-refund", "refused", shares_paid=1)

    assert rehearsal.state(1) == "refund-refused"
    assert rehearsal.money(1) == Money(paid=1000, refunded=400, under_way=0)


def test_what_a_person_has_decided_waits_for_no_answer(rules: Rules) -> None:
    rehearsal = Rehearsal(rules, Given(items=(ItemGiven(price=1000),)))
    rehearsal.fire(1, "refund", AGENT, {"amount": "10"})
    rehearsal.answer("pay-refund", "unknown")
    rehearsal.fire(1, "confirm-paid", FINANCE, {"word": "Seen in its ledger"})

    with pytest.raises(NotFound, match="waiting: none"):
        rehearsal.answer("pay-refund", "done")


def test_noting_evidence_opens_a_guarded_way(rules: Rules) -> None:
    given = Given(items=(ItemGiven(price=9000, reason="faulty"),))
    rehearsal = Rehearsal(rules, given)
    with pytest.raises(Refused, match="the fault has to be seen first"):
        rehearsal.fire(1, "accept", AGENT)

    rehearsal.edit(1, AGENT, evidence="a photo of the crack")
    rehearsal.fire(1, "accept", AGENT)

    assert rehearsal.state(1) == "accepted"
    with pytest.raises(NotAllowed):
        rehearsal.edit(1, FINANCE, evidence="another")


def test_offers_say_why_a_button_is_not_open(rules: Rules) -> None:
    rehearsal = Rehearsal(rules, Given(items=(ItemGiven(price=9000),)))

    offers = {each.event.name: each for each in rehearsal.offers(1, AGENT)}

    assert offers["request-return"].is_open
    assert "goods have to come back" in offers["refund"].reasons[0]


def test_one_moment_can_be_gone_back_to_again_and_again(rules: Rules) -> None:
    rehearsal = Rehearsal(rules, Given(items=(ItemGiven(price=1000),)))
    rehearsal.fire(1, "refund", AGENT, {"amount": "10"})
    asked = rehearsal.remember()
    states = []

    for outcome in ("done", "refused", "unknown"):
        rehearsal.go_back(asked)
        rehearsal.answer("pay-refund", outcome)  # type: ignore[arg-type]
        states.append((rehearsal.state(1), rehearsal.money(1).refunded))

    assert states == [("refunded", 1000), ("refund-refused", 0), ("refund-unclear", 0)]


def test_what_cannot_be_claimed_cannot_be_rehearsed(rules: Rules) -> None:
    with pytest.raises(Refused, match="no reason no-such"):
        Rehearsal(rules, Given(items=(ItemGiven(reason="no-such", resolution="exchange"),)))
    with pytest.raises(Refused, match="payments come to 1"):
        Rehearsal(rules, Given(payments=(1,)))


@dataclass(frozen=True, slots=True)
class Amount:
    currency: str
    price: int
    typed: str
    refunded: int


@pytest.mark.parametrize(
    "amount",
    [Amount("JPY", 1200, "700", 700), Amount("KWD", 12345, "1.234", 1234)],
    ids=lambda amount: amount.currency,
)
def test_other_currencies_have_their_own_decimals(rules: Rules, amount: Amount) -> None:
    given = Given(items=(ItemGiven(price=amount.price),), currency=amount.currency)
    rehearsal = Rehearsal(rules, given)
    rehearsal.fire(1, "parcel-arrived", WAREHOUSE, {"received": "1", "condition": "opened"})
    rehearsal.fire(1, "refund", AGENT, {"amount": amount.typed})
    if rehearsal.state(1) == "awaiting-approval":
        rehearsal.fire(1, "approve", LEAD)

    rehearsal.answer("pay-refund", "done")

    assert rehearsal.money(1).refunded == amount.refunded


def test_what_other_orders_of_the_customer_were_refunded_can_be_given(rules: Rules) -> None:
    rehearsal = Rehearsal(rules, Given(customer_refunded=12345))

    assert rehearsal.facts(1, AGENT)["customer.refunded_30_days"] == 123.45


def test_time_goes_one_way_and_not_for_ever(rules: Rules) -> None:
    rehearsal = Rehearsal(rules, Given())

    with pytest.raises(Refused, match="time goes one way"):
        rehearsal.wait(timedelta(days=-1))
    with pytest.raises(Refused, match="Nobody waits until the year"):
        rehearsal.wait(timedelta(days=365 * 1000))
