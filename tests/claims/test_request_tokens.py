"""A form's one-time token does its own thing once, and nothing else in its name."""

import pytest
from sqlalchemy.orm import Session

from claims.claimable import Wanted
from claims.claiming import claim
from claims.door import CaseRef, fire
from claims.edits import add_note, edit_item
from claims.models import Order
from claims.people import Actor
from claims.refusals import Refused
from claims.rules import Rules
from tests.support.cases import AGENT, claim_first
from tests.support.shop import an_order

BERT = Actor("person", "Bert", frozenset({"agent"}), 9)
USED = "sent before for something else"


def test_a_token_of_another_case_is_not_taken_for_done(session: Session, rules: Rules) -> None:
    one, other = (claim_first(session, rules, an_order(session)) for _ in range(2))
    fire(session, rules, CaseRef("item", one.id), "request-return", AGENT, request_token="t-1")

    with pytest.raises(Refused, match=USED):
        fire(
            session, rules, CaseRef("item", other.id), "request-return", AGENT, request_token="t-1"
        )

    assert other.state == "reported"


def test_a_token_of_another_event_or_person_is_not_taken_for_done(
    session: Session, rules: Rules
) -> None:
    item = claim_first(session, rules, an_order(session))
    case = CaseRef("item", item.id)
    fire(session, rules, case, "request-return", AGENT, request_token="t-1")

    with pytest.raises(Refused, match=USED):
        fire(session, rules, case, "cancel", AGENT, request_token="t-1")
    with pytest.raises(Refused, match=USED):
        fire(session, rules, case, "request-return", BERT, request_token="t-1")
    with pytest.raises(Refused, match=USED):
        add_note(session, item.reclamation_id, "Called.", AGENT, request_token="t-1")
    with pytest.raises(Refused, match=USED):
        edit_item(
            session,
            rules,
            item.id,
            {"evidence": "A photo"},
            AGENT,
            seen_version=item.version,
            request_token="t-1",
        )


def test_a_token_of_a_claim_on_another_order_is_not_taken_for_done(
    session: Session, rules: Rules
) -> None:
    def file(order: Order, actor: Actor = AGENT) -> str:
        wanted = [Wanted(order.lines[0].id, 1, "does-not-fit", "refund")]
        return claim(session, rules, order.id, wanted, actor, request_token="t-1").number

    first, second = an_order(session), an_order(session)
    number = file(first)

    with pytest.raises(Refused, match=USED):
        file(second)

    assert file(first) == number
