"""Events that facts set off: by whatever changed them, at once, in the same transaction."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from claims import effects
from claims.claimable import Wanted
from claims.claiming import Filing, claim, file_claims
from claims.door import CaseRef, Firing, fire_many
from claims.edits import edit_item, edit_reclamation
from claims.models import Effect, Incident, Item, JournalEntry, Reclamation
from claims.people import importer
from claims.refusals import Refused
from claims.rehearsal import RECLAMATION, Given, ItemGiven, Rehearsal
from claims.rules import Rules
from tests.claims.promises import PROMISE, rules_of, rules_with_lines
from tests.claims.rehearsal.people import AGENT, LEAD
from tests.support.cases import AGENT as ANNA
from tests.support.cases import claim_first, press
from tests.support.shop import PLACED, Line, an_order

WATCHING = """\
workflow: reclamation-watching
subject: reclamation
label: Watches its items
initial: open
states:
  open:   { label: Open, waits-for: agent }
  urgent: { label: Urgent, waits-for: lead }
  closed: { label: Closed, final: good }
events:
  item-settled: { label: Item settled, from: items }
  all-proved:   { label: All items are proved, on-change: true }
  close:        { label: Close, by: [agent, lead] }
transitions:
  - { from: open,   event: all-proved, to: urgent, when: "items.all(state == 'proved')" }
  - { from: [open, urgent], event: item-settled, to: closed, when: items.open == 0 }
  - { from: open,   event: item-settled, to: open }
  - { from: urgent, event: item-settled, to: urgent }
  - { from: [open, urgent], event: close, to: closed, when: items.open == 0 }
"""
PROMISED = ItemGiven("item-promise")


def rehearse(rules: Rules, *items: ItemGiven, text: str = PROMISE) -> Rehearsal:
    return Rehearsal(
        rules_of(rules, text, WATCHING),
        Given(items=items, reclamation_workflow="reclamation-watching"),
    )


def test_evidence_noted_later_moves_the_case_on_by_itself(rules: Rules) -> None:
    rehearsal = rehearse(rules, PROMISED, PROMISED)
    rehearsal.fire(1, "ask", AGENT)

    happened = rehearsal.edit(1, AGENT, evidence="Photo of the seam")

    assert [each.words for each in happened if each.event] == [
        "the case itself: Evidence is here (Customer asked → Proved)."
    ]
    assert (rehearsal.state(1), rehearsal.state(2)) == ("proved", "reported")


def test_a_case_that_enters_a_state_in_which_it_holds_already_goes_on_at_once(
    rules: Rules,
) -> None:
    rehearsal = rehearse(rules, PROMISED)
    rehearsal.fire(1, "hold", AGENT)
    rehearsal.edit(1, AGENT, evidence="Photo of the seam")
    assert rehearsal.state(1) == "on-hold"

    rehearsal.fire(1, "go-on", LEAD)

    assert rehearsal.state(1) == "proved"


def test_a_claim_filed_with_evidence_is_proved_from_the_beginning(rules: Rules) -> None:
    rehearsal = rehearse(rules, ItemGiven("item-promise", evidence="Photo"), PROMISED)

    assert (rehearsal.state(1), rehearsal.state(2)) == ("proved", "reported")


BEGINNING = PROMISE.replace(
    "evidence:   { label: Evidence is here, on-change: true }",
    "evidence:   { label: Evidence is here, on-enter: true }",
).replace("  - { from: asked,    event: evidence, to: proved, when: item.has_evidence }\n", "")


def test_an_on_enter_line_of_the_first_state_is_taken_when_the_claim_is_filed(
    rules: Rules,
) -> None:
    rehearsal = Rehearsal(
        rules_of(rules, BEGINNING), Given((ItemGiven("item-promise", evidence="Photo"), PROMISED))
    )

    assert (rehearsal.state(1), rehearsal.state(2)) == ("proved", "reported")
    assert rehearsal.journal[1].words.endswith("Evidence is here (Reported → Proved).")


def test_the_reclamation_goes_on_when_the_last_of_its_items_has(rules: Rules) -> None:
    rehearsal = rehearse(rules, PROMISED, PROMISED)

    rehearsal.edit(1, AGENT, evidence="Photo")
    assert rehearsal.state(RECLAMATION) == "open"
    rehearsal.edit(2, AGENT, evidence="Photo")

    assert rehearsal.state(RECLAMATION) == "urgent"


def test_a_line_that_cannot_be_taken_leaves_the_case_and_the_change_and_tells_a_person(
    rules: Rules,
) -> None:
    text = PROMISE.replace(
        "when: item.has_evidence }", "when: item.has_evidence, do: refund.confirm-paid }", 1
    )
    rehearsal = rehearse(rules, PROMISED, text=text)

    rehearsal.edit(1, AGENT, evidence="Photo")

    assert rehearsal.state(1) == "reported"
    assert rehearsal.item(1).evidence == "Photo"
    [told] = rehearsal.incidents
    assert "Item 1 (Product 1) could not go on by itself from 'reported'" in told


def test_a_case_that_would_go_on_for_ever_is_refused(rules: Rules) -> None:
    circling = rules_with_lines(rules, "dear", target="reported")
    rehearsal = Rehearsal(circling, Given(items=(PROMISED,), priority="high"))

    with pytest.raises(Refused, match="32 on-change events without a stop; correct its workflow"):
        rehearsal.edit(1, AGENT, evidence="Photo")

    assert rehearsal.item(1).evidence == ""


def test_what_happens_to_one_item_moves_another_one_on(rules: Rules) -> None:
    text = PROMISE.replace("when: item.has_evidence }", "when: reclamation.refunded > 9.0 }", 1)
    rehearsal = rehearse(
        rules, ItemGiven(resolution="goodwill", reason="other"), PROMISED, text=text
    )
    assert rehearsal.state(2) == "reported"

    rehearsal.fire(1, "refund", AGENT, {"amount": "10.00"})

    assert (rehearsal.state(1), rehearsal.state(2)) == ("refunding", "proved")


def promising(rules: Rules) -> Rules:
    """Rules by which what does not fit is a promise."""
    return rules_of(rules, PROMISE.replace("item-promise", "item-return"))


def test_edits_of_item_and_reclamation_move_it_on_in_the_same_transaction(
    session: Session, rules: Rules
) -> None:
    rules = promising(rules)
    item = claim_first(session, rules, an_order(session))

    edit_item(session, rules, item.id, {"evidence": "Photo"}, ANNA, seen_version=1)
    assert item.state == "proved"
    edit_reclamation(
        session,
        rules,
        item.reclamation_id,
        {"priority": "high"},
        ANNA,
        seen_version=item.reclamation.version,
    )

    assert item.state == "ready"
    told = session.execute(
        select(JournalEntry.actor_kind, JournalEntry.actor_name, JournalEntry.event)
        .where(JournalEntry.reclamation_id == item.reclamation_id, JournalEntry.kind == "event")
        .order_by(JournalEntry.sequence)
    ).all()
    assert told == [("case", "the case itself", "evidence"), ("case", "the case itself", "dear")]


def test_imported_claims_and_many_events_at_once_go_on_too(session: Session, rules: Rules) -> None:
    rules = promising(rules)
    orders = [an_order(session), an_order(session)]
    filings = [
        Filing(
            order.id,
            [Wanted(order.lines[0].id, 1, "does-not-fit", "refund", evidence)],
            PLACED + timedelta(days=9),
            f"imported {order.number}",
        )
        for order, evidence in zip(orders, ("Photo", ""), strict=True)
    ]

    proved, plain = file_claims(session, rules, filings, importer("an import"))
    assert isinstance(proved, Reclamation)
    assert isinstance(plain, Reclamation)
    assert [r.items[0].state for r in (proved, plain)] == ["proved", "reported"]
    held = plain.items[0]
    fire_many(session, rules, [Firing(CaseRef("item", held.id), "hold")], ANNA)
    edit_item(session, rules, held.id, {"evidence": "Photo"}, ANNA, seen_version=held.version)
    fire_many(session, rules, [Firing(CaseRef("item", held.id), "go-on")], ANNA)

    assert session.get_one(Item, held.id).state == "proved"


def test_an_outcome_that_its_own_case_cannot_take_still_moves_another_one_on(
    session: Session, rules: Rules
) -> None:
    nothing_refunded = PROMISE.replace(
        'when: reclamation.priority == "high"', "when: reclamation.refunded == 0.0"
    )
    rules = rules_of(rules, nothing_refunded.replace("item-promise", "item-return"))
    order = an_order(session, [Line(sku="A"), Line(sku="B")])
    wanted = [
        Wanted(order.lines[0].id, 1, "other", "goodwill"),
        Wanted(order.lines[1].id, 1, "does-not-fit", "refund"),
    ]
    refunded, waiting = claim(session, rules, order.id, wanted, ANNA).items
    press(session, rules, refunded, "refund", ANNA, amount="10.00")
    edit_item(session, rules, waiting.id, {"evidence": "Photo"}, ANNA, seen_version=1)
    assert waiting.state == "proved"

    [taken] = effects.take(session, "tests", timedelta(seconds=60), 10)
    session.get_one(Effect, taken.effect_id).outcomes = {"refused": "no-such-event"}
    effects.finish(session, rules, taken, "refused", "As the test says.", {})

    session.expire_all()
    assert (refunded.state, waiting.state) == ("refunding", "ready")
    [incident] = session.scalars(select(Incident))
    assert incident.kind == "event-not-taken"
