"""What a worker reports is kept whatever the case makes of it, and never half."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from claims import effects, journal
from claims.claimable import Wanted
from claims.claiming import claim
from claims.models import Effect, Incident, Item, Reclamation, Refund
from claims.rules import Rules
from tests.claims.other_rules import rules_with
from tests.support.cases import AGENT, claim_first, press
from tests.support.shop import Line, an_order

PAID = "  - { from: refunding, event: refund-paid,    to: goodwill-paid, "
STUMBLES = (
    "  - { from: refunding, event: refund-paid, to: reported, when: item.quantity > 0 }\n"
    "  - { from: reported, event: again, to: rejected,"
    " when: item.refunded > 0.0 && 10 / item.received > 1 }\n"
)
SETTLED = "- { from: open,        event: item-settled, to: in-progress, happy: true }"


def two_goodwills(session: Session, rules: Rules) -> Reclamation:
    order = an_order(session, [Line(sku="A", unit_price=1000), Line(sku="B", unit_price=1000)])
    wanted = [Wanted(line.id, 1, "other", "goodwill") for line in order.lines]
    return claim(session, rules, order.id, wanted, AGENT)


def finish_next(
    session: Session, rules: Rules, outcome: effects.Outcome, only: Item | None = None
) -> Effect:
    waiting = select(Effect.id).where(Effect.status == "waiting", Effect.kind == "refund.pay")
    if only is not None:
        waiting = waiting.where(Effect.item_id == only.id)
    [taken] = effects.take(
        session, "tests", timedelta(seconds=60), 1, session.scalars(waiting).all()
    )
    assert effects.finish(session, rules, taken, outcome, "As the test says.", {})
    session.flush()
    session.expire_all()
    return session.get_one(Effect, taken.effect_id)


def test_an_item_that_was_paid_is_settled_though_its_reclamation_cannot_take_the_news(
    session: Session, rules: Rules
) -> None:
    strict = rules_with(
        rules, "reclamation", (SETTLED, SETTLED.replace(", happy", ", send-items: withdraw, happy"))
    )
    reclamation = two_goodwills(session, strict)
    first, second = reclamation.items
    for item in (first, second):
        press(session, strict, item, "refund", AGENT, amount="10.00")

    finish_next(session, strict, "done", first)

    assert (first.state, first.final) == ("goodwill-paid", "good")
    assert (second.state, reclamation.state) == ("refunding", "open")
    [incident] = session.scalars(select(Incident))
    assert incident.kind == "event-not-taken"
    assert "stands in the way" in incident.sentence
    assert journal.verify(session, reclamation.id) == []


def test_an_outcome_that_is_refused_halfway_leaves_the_case_as_it_was(
    session: Session, rules: Rules
) -> None:
    stumbling = rules_with(
        rules,
        "item-goodwill",
        ("  refund-paid:\n", "  again: { label: Again, on-enter: true }\n  refund-paid:\n"),
        (PAID, STUMBLES + PAID),
    )
    item = claim_first(session, stumbling, an_order(session), resolution="goodwill")
    press(session, stumbling, item, "refund", AGENT, amount="10.00")

    effect = finish_next(session, stumbling, "done")

    assert (effect.status, effect.refund and effect.refund.status) == ("done", "paid")
    assert (item.state, item.version) == ("refunding", 2)
    [incident] = session.scalars(select(Incident))
    assert incident.kind == "event-not-taken"
    assert journal.verify(session, item.reclamation_id) == []


def test_a_proposal_that_nobody_can_approve_any_more_holds_no_money(
    session: Session, rules: Rules
) -> None:
    forgetful = rules_with(
        rules,
        "item-goodwill",
        (
            "event: cancel,   to: withdrawn, do: refund.drop, ",
            "event: cancel,   to: withdrawn, ",
        ),
    )
    order = an_order(session, [Line(unit_price=30000)])
    item = claim_first(session, forgetful, order, resolution="goodwill")
    press(session, forgetful, item, "refund", AGENT, amount="300.00")
    press(session, forgetful, item, "cancel", AGENT)

    session.refresh(order.lines[0])
    assert order.lines[0].refund_held == 0
    assert session.scalars(select(Refund.status)).all() == ["dropped"]
