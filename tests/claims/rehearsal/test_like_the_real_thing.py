"""A rehearsal and a real reclamation tell the same story."""

from datetime import timedelta

from sqlalchemy.orm import Session, sessionmaker

from claims import clock, deadlines
from claims.claimable import Wanted
from claims.claiming import claim
from claims.rehearsal import Given, ItemGiven, Rehearsal
from claims.rules import Rules
from claims.sentences import told
from tests.claims.rehearsal import people
from tests.support import cases
from tests.support.shop import Line, an_order


def test_the_same_steps_leave_the_same_journal_and_the_same_money(
    owner_sessions: sessionmaker[Session], rules: Rules
) -> None:
    parcel = {"received": "1", "condition": "opened"}
    with owner_sessions.begin() as session:
        order = an_order(session, [Line(unit_price=30000), Line(sku="CAP", unit_price=900)])
        wanted = [Wanted(line.id, 1, "does-not-fit", "refund") for line in order.lines]
        real = claim(session, rules, order.id, wanted, cases.AGENT)
        first, second = real.items
        cases.press(session, rules, first, "request-return", cases.AGENT)
        cases.work_off(session, rules, first)
        clock.move(session, timedelta(days=15))
    with owner_sessions.begin() as session:
        for due in deadlines.due(session, 10):
            deadlines.fire_due(session, rules, due)
    with owner_sessions.begin() as session:
        first, second = session.merge(first), session.merge(second)
        cases.work_off(session, rules, first)
        cases.press(session, rules, first, "parcel-arrived", cases.WAREHOUSE, **parcel)
        cases.press(session, rules, first, "refund", cases.AGENT, amount="250")
        cases.press(session, rules, first, "approve", cases.LEAD)
        cases.work_off(session, rules, first)
        cases.press(session, rules, second, "refund", cases.LEAD, amount="9")
        cases.work_off(session, rules, second, "refused")
        real = first.reclamation
        story = [
            (told(session, rules, entry), entry.from_state, entry.to_state, entry.input)
            for entry in real.journal
            if entry.kind == "event"
        ]
        money = [(refund.amount, refund.paid_amount, refund.status) for refund in real.refunds]

    rehearsal = Rehearsal(
        rules,
        Given(items=(ItemGiven(price=30000), ItemGiven(price=900)), opened_by=people.AGENT),
    )
    rehearsal.fire(1, "request-return", people.AGENT)
    rehearsal.wait(timedelta(days=15))
    rehearsal.fire(1, "parcel-arrived", people.WAREHOUSE, parcel)
    rehearsal.fire(1, "refund", people.AGENT, {"amount": "250"})
    rehearsal.fire(1, "approve", people.LEAD)
    rehearsal.answer("pay-refund", "done")
    rehearsal.fire(2, "refund", people.LEAD, {"amount": "9"})
    rehearsal.answer("pay-refund", "refused")
    tried = rehearsal.reclamation

    assert [
        (each.words, each.from_state, each.to_state, entry.input)
        for each, entry in zip(rehearsal.journal, tried.journal, strict=True)
        if each.kind == "event"
    ] == [(words.replace("tests:", "the worker:"), *rest) for words, *rest in story]
    assert [(r.amount, r.paid_amount, r.status) for r in tried.refunds] == money
