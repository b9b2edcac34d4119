"""Random people say, confirm, reject, edit and look up: no unclear refund is settled by one person.

Who said what is kept here anew, apart from the code under test.
"""

import random
from collections import Counter
from dataclasses import dataclass

from sqlalchemy.orm import Session

from claims import finding_out
from claims.door import CaseRef, fire
from claims.edits import edit_item
from claims.late_truth import WasNotPaid, WasPaid, settle_unknown_refund
from claims.models import Item, Refund
from claims.money import findings
from claims.people import Actor
from claims.refusals import Refused
from claims.rules import Rules
from tests.claims.money.test_unclear_refunds import given_up
from tests.support.cases import FINANCE, LEAD

BOTH = Actor("person", "Bo", frozenset({"agent", "lead", "finance"}), 6)
ASKER = Actor("person", "Anna", frozenset({"agent", "lead"}), 1)
PEOPLE = (LEAD, FINANCE, BOTH, ASKER)
PRESSES = (*["say"] * 4, *["confirm"] * 6, "reject", "edit", "look-up")
SEQUENCES, STEPS = 40, 12


@dataclass
class Said:
    """What this test remembers of the last thing that was said."""

    truth: str
    by: int
    is_void: bool = False


def test_no_sequence_of_hands_lets_one_person_settle_an_unclear_refund(
    session: Session, rules: Rules
) -> None:
    counted: Counter[str] = Counter()
    for sequence in range(SEQUENCES):
        with session.begin_nested() as before:
            play(session, rules, random.Random(f"3 {sequence}"), counted)
            before.rollback()
        session.info.clear()

    assert counted["confirmed"] > 3
    assert counted["looked up"] > 3


def play(session: Session, rules: Rules, chance: random.Random, counted: Counter[str]) -> None:
    amounts = [1000] if chance.random() < 0.7 else [400, 600]
    item = given_up(session, rules, amounts, *["unclear"] * len(amounts))
    [refund] = item.reclamation.order.refunds
    said: Said | None = None
    for _ in range(STEPS):
        press, who = chance.choice(PRESSES), chance.choice(PEOPLE)
        truth = chance.choice(["paid", "not-paid"])
        if said and press == "confirm" and chance.random() < 0.8:
            truth = said.truth
        try:
            with session.begin_nested():
                do(session, rules, item, refund, press, truth, who, chance)
        except Refused:
            session.info.clear()
            session.expire_all()
            counted["refused"] += 1
            continue
        session.expire_all()
        if refund.status != "unclear":
            check_settled(refund, press, truth, who, said, counted)
            return
        said = remembered(said, press, truth, who)


def do(
    session: Session,
    rules: Rules,
    item: Item,
    refund: Refund,
    press: str,
    truth: str,
    who: Actor,
    chance: random.Random,
) -> None:
    finding = findings.standing(refund)
    match press:
        case "say":
            reference = f"re-{chance.random()}" if truth == "paid" else ""
            finding_out.propose(session, rules, refund.id, truth, reference, "Seen.", who)
        case "confirm":
            seen = findings.seen(finding) if finding else ""
            case, typed = CaseRef("item", item.id), {"word": "Seen."}
            fire(session, rules, case, f"confirm-{truth}", who, typed, seen_proposal=seen)
        case "reject":
            seen = findings.seen(finding) if finding else ""
            finding_out.reject(session, rules, refund.id, seen, "No.", who)
        case "edit":
            photo = {"evidence": f"A photo, {chance.random()}"}
            edit_item(session, rules, item.id, photo, who, seen_version=item.version)
        case _:
            assert refund.effect_id is not None
            known = chance.choice([WasPaid(f"re-{chance.random()}"), WasNotPaid(), None])
            told = {share.id: known for share in refund.shares[:1] if known is not None}
            settle_unknown_refund(session, rules, refund.effect_id, told, "a look-up")


def check_settled(
    refund: Refund, press: str, truth: str, who: Actor, said: Said | None, counted: Counter[str]
) -> None:
    assert findings.standing(refund) is None
    if press == "look-up":
        counted["looked up"] += 1
        return
    assert press == "confirm"
    assert said is not None, "settled although nobody had said anything"
    assert said.by != who.staff_id, f"{who.name} settled alone what they had said"
    assert said.truth == truth
    assert not said.is_void, "settled although it had changed since it was said"
    assert who.staff_id != ASKER.staff_id, "settled by whoever had let it go"
    counted["confirmed"] += 1


def remembered(said: Said | None, press: str, truth: str, who: Actor) -> Said | None:
    if press == "say":
        return Said(truth, who.staff_id or 0)
    if press == "reject":
        return None
    if said is not None and press == "edit":
        said.is_void = True
    return said
