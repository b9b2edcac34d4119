"""Four eyes: an approval is for just what was proposed and just what was seen, by somebody who
had no hand in it."""

import random
from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from claims import may_fire
from claims.door import CaseRef, fire
from claims.edits import edit_item
from claims.models import Item
from claims.money import approvals, refunds
from claims.people import Actor
from claims.refusals import NotAllowed, Refused, Stale
from claims.rules import Rules
from tests.claims.four_eyes import World, a_world, play, play_often, shop_rules
from tests.support.cases import AGENT, FINANCE, LEAD, claim_first, press
from tests.support.shop import Line, an_order

OTHER_LEAD = Actor("person", "Lars", frozenset({"lead", "agent"}), 5)


@pytest.fixture
def item(session: Session, rules: Rules) -> Item:
    """Goodwill that Anna proposed, above what she may let go alone."""
    found = claim_first(
        session, rules, an_order(session, [Line(unit_price=40000)]), resolution="goodwill"
    )
    press(session, rules, found, "refund", AGENT, amount="300.00")
    assert found.state == "awaiting-approval"
    return found


def seen(item: Item) -> str:
    proposed = refunds.proposal(item)
    assert proposed is not None
    return approvals.seen(proposed)


def approve(session: Session, rules: Rules, item: Item, actor: Actor, seen: str) -> None:
    fire(session, rules, CaseRef("item", item.id), "approve", actor, {}, seen_proposal=seen)


def test_what_was_proposed_and_seen_is_approved(session: Session, rules: Rules, item: Item) -> None:
    approve(session, rules, item, LEAD, seen(item))

    assert item.state == "refunding"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda item: setattr(item, "evidence", "Another photo"), "The evidence has changed"),
        (lambda item: setattr(item, "received", 1), "What came back has changed"),
        (lambda item: setattr(item, "deductions", {"wear": 100}), "What is taken off has changed"),
        (
            lambda item: setattr(item.reclamation.order.payments[0], "reference", "another"),
            "Where the money goes has changed",
        ),
        (
            lambda item: setattr(item.reclamation.order, "customer_number", "C-other"),
            "Where the money goes has changed",
        ),
    ],
)
def test_a_proposal_that_has_changed_is_void(
    session: Session, rules: Rules, item: Item, change: Callable[[Item], None], said: str
) -> None:
    change(item)
    session.flush()

    with pytest.raises(Refused, match=said) as refused:
        approve(session, rules, item, LEAD, seen(item))

    assert refused.value.reasons[-1] == approvals.WAY_OUT
    press(session, rules, item, "send-back", LEAD)
    press(session, rules, item, "refund", AGENT, amount="300.00")
    approve(session, rules, item, LEAD, seen(item))
    assert item.state == "refunding"


def test_a_proposal_that_was_made_before_approvals_were_bound_is_void(
    session: Session, rules: Rules, item: Item
) -> None:
    proposed = refunds.proposal(item)
    assert proposed is not None
    proposed.proposed = {}

    with pytest.raises(Refused, match="Nobody kept what was proposed"):
        approve(session, rules, item, LEAD, seen(item))


def test_another_proposal_than_the_one_that_was_seen_is_looked_at_first(
    session: Session, rules: Rules, item: Item
) -> None:
    before = seen(item)
    press(session, rules, item, "send-back", LEAD)
    press(session, rules, item, "refund", AGENT, amount="350.00")

    with pytest.raises(Stale) as stale:
        approve(session, rules, item, LEAD, before)

    assert stale.value.changes == ("What is proposed now is €350.00, by Anna.",)


def test_another_refund_of_the_order_since_it_was_seen_is_looked_at_first(
    session: Session, rules: Rules
) -> None:
    order = an_order(session, [Line(unit_price=40000), Line(unit_price=40000)])
    first, second = (
        claim_first(session, rules, order, resolution="goodwill", line=line) for line in (0, 1)
    )
    press(session, rules, first, "refund", AGENT, amount="300.00")
    before = seen(first)
    press(session, rules, second, "refund", AGENT, amount="10.00")

    with pytest.raises(Stale) as stale:
        approve(session, rules, first, LEAD, before)

    [said] = stale.value.changes
    assert said == "Other refunds of the order have changed; they come to €10.00 by now."
    approve(session, rules, first, LEAD, seen(first))
    assert first.state == "refunding"


def test_a_proposal_that_is_gone_cannot_be_approved(
    session: Session, rules: Rules, item: Item
) -> None:
    before = seen(item)
    press(session, rules, item, "send-back", LEAD)

    with pytest.raises(Stale, match="changed"):
        approve(session, rules, item, LEAD, before)


def test_a_form_that_saw_no_proposal_approves_none(
    session: Session, rules: Rules, item: Item
) -> None:
    with pytest.raises(Stale):
        approve(session, rules, item, LEAD, "")


def test_everybody_who_changed_the_item_since_is_a_maker(
    session: Session, rules: Rules, item: Item
) -> None:
    for person in (OTHER_LEAD, AGENT):
        evidence = {"evidence": f"A photo of {person.name}"}
        edit_item(session, rules, item.id, evidence, person, seen_version=item.version)

    for person in (OTHER_LEAD, AGENT):
        makers = approvals.makers_of(refunds.proposal(item))  # type: ignore[arg-type]  # it is there
        assert person.staff_id in makers
    with pytest.raises(NotAllowed, match="needs a second person"):
        approve(session, rules, item, OTHER_LEAD, seen(item))
    with pytest.raises(Refused, match="The evidence has changed"):
        approve(session, rules, item, FINANCE, seen(item))


def test_random_hands_of_several_people_never_get_around_the_second_one() -> None:
    counted, wrong = play_often(60, seed=3)

    assert wrong == []
    assert counted["above the proposer's limit, by two"] > 5


def _nothing(*_: object, **__: object) -> None:
    """A check that was left out."""


@pytest.mark.parametrize(
    ("where", "check"),
    [(approvals, "check"), (may_fire, "check_second_person")],
)
def test_random_hands_catch_a_check_that_was_left_out(
    monkeypatch: pytest.MonkeyPatch, where: object, check: str
) -> None:
    world: World = a_world(shop_rules())
    monkeypatch.setattr(where, check, _nothing)

    found = (play(world, random.Random(f"9 {n}"), Counter()) for n in range(300))

    assert any(found)
