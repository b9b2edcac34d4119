"""What became of an unclear refund is said by one person and confirmed by another, never by one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from claims import clock, effects, finding_out, journal
from claims.door import CaseRef, fire
from claims.edits import edit_item
from claims.late_truth import WasPaid, settle_unknown_refund
from claims.models import Finding, Item, Refund
from claims.money import findings
from claims.people import CASE, Actor
from claims.refusals import InvalidInput, NotAllowed, Refused, Stale
from claims.rules import Rules
from tests.claims.money.test_unclear_refunds import given_up
from tests.claims.other_rules import limited
from tests.support.cases import (
    AGENT,
    FINANCE,
    LEAD,
    WAREHOUSE,
    claim_first,
    found,
    press,
    waiting_effects,
)
from tests.support.shop import Line, an_order

Sessions = sessionmaker[Session]
OTHER_LEAD = Actor("person", "Lars", frozenset({"lead"}), 5)
WORD = {"word": "Seen in its ledger"}
ALONE = (
    "UPDATE findings SET ended_at = now(), ending = 'confirmed', ended_by = found_by,"
    " ended_by_id = found_by_id"
)
SECOND_ONE = (
    "INSERT INTO findings (refund_id, truth, reason, about, found_at, found_by, found_by_id)"
    " SELECT refund_id, 'not-paid', 'x', '{}', now(), 'x', 9 FROM findings"
)


@pytest.fixture
def item(session: Session, rules: Rules) -> Item:
    """Goodwill of 10.00 that Anna let go, and nobody knows what became of it."""
    return given_up(session, rules, [1000], "unclear")


def the_refund(item: Item) -> Refund:
    [refund] = item.reclamation.order.refunds
    return refund


def confirm(
    session: Session, rules: Rules, item: Item, event: str, who: Actor, seen: str | None = None
) -> None:
    fire(session, rules, CaseRef("item", item.id), event, who, WORD, seen_proposal=seen)


def test_what_one_person_says_settles_nothing(session: Session, rules: Rules, item: Item) -> None:
    finding = found(session, rules, item, "paid", LEAD)

    assert the_refund(item).status == "unclear"
    assert item.state == "refund-unclear"
    assert (finding.found_by, finding.reason) == ("Lena", "Looked it up.")
    last = item.reclamation.journal[-1]
    assert (last.actor_name, last.input["outcome"]) == ("Lena", "finding-found")
    assert "it was paid (at-the-bank" in last.input["sentence"]


def test_it_is_said_of_a_refund_of_which_nothing_else_is_loaded(
    session: Session, item: Item
) -> None:
    refund_id = the_refund(item).id
    session.flush()
    session.expunge_all()
    refund = session.get_one(Refund, refund_id)

    finding = findings.note(refund, "paid", "re_1", "Seen.", LEAD, clock.now(session))

    session.flush()
    assert refund.findings == [finding]


def test_a_second_person_confirms_it_and_the_reference_is_kept(
    session: Session, rules: Rules, item: Item
) -> None:
    finding = found(session, rules, item, "paid", LEAD)

    confirm(session, rules, item, "confirm-paid", FINANCE, findings.seen(finding))

    refund = the_refund(item)
    assert (refund.status, refund.paid_amount, item.state) == ("paid", 1000, "goodwill-paid")
    assert refund.shares[0].provider_reference == finding.provider_reference
    assert (finding.ending, finding.ended_by, finding.word) == (
        "confirmed",
        "Finn",
        "Seen in its ledger",
    )
    outcomes = [entry.input.get("outcome") for entry in item.reclamation.journal]
    assert "finding-confirmed" in outcomes
    assert journal.verify(session, item.reclamation_id) == []


def test_without_anybody_having_said_so_nobody_confirms(
    session: Session, rules: Rules, item: Item
) -> None:
    for event in ("confirm-paid", "confirm-not-paid"):
        with pytest.raises(Refused, match="Nobody has said yet"):
            confirm(session, rules, item, event, FINANCE)


def test_whoever_said_it_cannot_confirm_it(session: Session, rules: Rules, item: Item) -> None:
    found(session, rules, item, "not-paid", FINANCE)

    with pytest.raises(NotAllowed, match="you said yourself"):
        confirm(session, rules, item, "confirm-not-paid", FINANCE)


def test_a_workflow_that_asks_for_no_second_person_gets_one_all_the_same(
    session: Session, rules: Rules, item: Item
) -> None:
    lenient = rules.definition(session, item.workflow_hash).events["confirm-paid"]
    object.__setattr__(lenient, "second_person", False)
    try:
        found(session, rules, item, "paid", FINANCE)
        with pytest.raises(NotAllowed, match="you said yourself"):
            confirm(session, rules, item, "confirm-paid", FINANCE)
    finally:
        object.__setattr__(lenient, "second_person", True)


def test_the_other_answer_than_what_was_said_is_refused(
    session: Session, rules: Rules, item: Item
) -> None:
    found(session, rules, item, "paid", LEAD)

    with pytest.raises(Refused, match="Lena found that it was paid"):
        confirm(session, rules, item, "confirm-not-paid", FINANCE)


def test_no_program_confirms_it(session: Session, rules: Rules, item: Item) -> None:
    found(session, rules, item, "paid", LEAD)

    with pytest.raises(Refused, match="Only a second person"):
        findings.check(item, "paid", CASE, clock.now(session))


def test_above_their_limits_nobody_confirms(session: Session, rules: Rules, item: Item) -> None:
    strict = limited(rules, "role: lead, per: case, amount: 9.99")
    found(session, strict, item, "not-paid", FINANCE)

    with pytest.raises(NotAllowed, match=r"You may refund €9.99 .* has to confirm"):
        confirm(session, strict, item, "confirm-not-paid", LEAD)
    enough = limited(rules, "role: lead, per: case, amount: 10.00")
    confirm(session, enough, item, "confirm-not-paid", LEAD)
    assert the_refund(item).status == "refused"


def test_only_whom_the_workflow_lets_decide_says_it(
    session: Session, rules: Rules, item: Item
) -> None:
    for who in (AGENT, WAREHOUSE):
        with pytest.raises(NotAllowed, match="for finance or lead to say"):
            found(session, rules, item, "paid", who)


@pytest.mark.parametrize(
    ("truth", "reference", "reason", "wrong"),
    [
        ("paid", "", "Seen", "provider_reference"),
        ("not-paid", "re_1", "Seen", "provider_reference"),
        ("paid", "re_1", " ", "reason"),
        ("perhaps", "", "Seen", "truth"),
        ("not-paid", "", "x" * 2001, "reason"),
    ],
)
def test_what_is_said_is_whole(
    session: Session,
    rules: Rules,
    item: Item,
    truth: str,
    reference: str,
    reason: str,
    wrong: str,
) -> None:
    with pytest.raises(InvalidInput) as invalid:
        finding_out.propose(session, rules, the_refund(item).id, truth, reference, reason, FINANCE)

    assert list(invalid.value.fields) == [wrong]


def test_a_reference_of_another_refund_is_not_taken_for_this_one(
    session: Session, rules: Rules
) -> None:
    given_up(session, rules, [1000], "paid")
    [paid] = session.scalars(select(Refund))
    paid.shares[0].provider_reference = "re_1"
    second = another_unclear(session, rules)

    with pytest.raises(InvalidInput) as invalid:
        finding_out.propose(session, rules, second.id, "paid", "re_1", "Seen", FINANCE)

    [said] = invalid.value.fields.values()
    assert said.startswith(f"Under re_1 the €10.00 of {paid.reclamation.number} was paid")


def another_unclear(session: Session, rules: Rules) -> Refund:
    order = an_order(session, [Line(unit_price=700)])
    item = claim_first(session, rules, order, resolution="goodwill")
    press(session, rules, item, "refund", AGENT, amount="7.00")
    due = [effect.id for effect in waiting_effects(session, item)]
    [taken] = effects.take(session, "tests", timedelta(seconds=60), 1, due)
    effects.give_to_a_person(session, rules, taken, "Nobody knows.", {})
    session.flush()
    return the_refund(item)


def test_one_thing_is_said_at_a_time(session: Session, rules: Rules, item: Item) -> None:
    found(session, rules, item, "paid", LEAD)

    with pytest.raises(Refused, match="Lena has said already"):
        found(session, rules, item, "not-paid", FINANCE)


def test_a_second_person_rejects_it_and_the_refund_stays_unclear(
    session: Session, rules: Rules, item: Item
) -> None:
    finding = found(session, rules, item, "paid", LEAD)
    refund_id = the_refund(item).id

    with pytest.raises(InvalidInput):
        finding_out.reject(session, rules, refund_id, findings.seen(finding), " ", FINANCE)
    with pytest.raises(NotAllowed):
        finding_out.reject(session, rules, refund_id, findings.seen(finding), "No.", AGENT)
    finding_out.reject(session, rules, refund_id, findings.seen(finding), "Not mine.", FINANCE)

    assert (finding.ending, finding.ended_by, finding.word) == ("rejected", "Finn", "Not mine.")
    assert the_refund(item).status == "unclear"
    found(session, rules, item, "not-paid", FINANCE)


def test_its_finder_takes_it_back(session: Session, rules: Rules, item: Item) -> None:
    finding = found(session, rules, item, "paid", LEAD)

    finding_out.reject(
        session, rules, the_refund(item).id, findings.seen(finding), "Another order.", LEAD
    )

    assert finding.ending == "withdrawn"


def test_another_finding_than_the_one_that_was_seen_is_looked_at_first(
    session: Session, rules: Rules, item: Item
) -> None:
    first = found(session, rules, item, "paid", LEAD)
    before = findings.seen(first)
    finding_out.reject(session, rules, the_refund(item).id, before, "Wrong reference.", LEAD)
    with pytest.raises(Stale, match="decided, or was taken back"):
        confirm(session, rules, item, "confirm-paid", FINANCE, before)
    second = found(session, rules, item, "paid", LEAD)

    for seen in (before, ""):
        with pytest.raises(Stale, match=r"Lena found of €10.00 that it was paid"):
            confirm(session, rules, item, "confirm-paid", FINANCE, seen)
    with pytest.raises(Stale):
        finding_out.reject(session, rules, the_refund(item).id, before, "No.", FINANCE)
    confirm(session, rules, item, "confirm-paid", FINANCE, findings.seen(second))


def test_what_has_changed_since_makes_it_void(session: Session, rules: Rules, item: Item) -> None:
    finding = found(session, rules, item, "paid", OTHER_LEAD)
    edit_item(session, rules, item.id, {"evidence": "A photo"}, AGENT, seen_version=item.version)

    with pytest.raises(Refused, match="The evidence has changed") as refused:
        confirm(session, rules, item, "confirm-paid", FINANCE)

    assert refused.value.reasons[-1] == findings.WAY_OUT
    seen = findings.seen(finding)
    finding_out.reject(session, rules, the_refund(item).id, seen, "Said anew.", FINANCE)


def test_a_look_up_that_finds_the_truth_overtakes_it(
    session: Session, rules: Rules, item: Item
) -> None:
    finding = found(session, rules, item, "not-paid", LEAD)
    refund = the_refund(item)
    assert refund.effect_id is not None

    truth = {refund.shares[0].id: WasPaid("re_9")}
    settle_unknown_refund(session, rules, refund.effect_id, truth, "the reconciliation")

    assert (refund.status, item.state) == ("paid", "goodwill-paid")
    assert (finding.ending, finding.ended_by) == ("overtaken", "the reconciliation")
    with pytest.raises(Refused):
        confirm(session, rules, item, "confirm-not-paid", FINANCE)


def test_a_part_of_the_truth_overtakes_it_too(session: Session, rules: Rules) -> None:
    item = given_up(session, rules, [1000, 2000], "unclear", "unclear")
    finding = found(session, rules, item, "not-paid", LEAD)
    refund = the_refund(item)
    assert refund.effect_id is not None

    nothing_new = settle_unknown_refund(session, rules, refund.effect_id, {}, "a look-up")
    assert (nothing_new, finding.ending) == (True, None)
    truth = {refund.shares[0].id: WasPaid("re_9")}
    settle_unknown_refund(session, rules, refund.effect_id, truth, "a look-up")

    assert (refund.status, finding.ending) == ("unclear", "overtaken")


@pytest.mark.parametrize(
    "statement",
    [
        ALONE,
        "UPDATE findings SET ended_at = now(), ending = 'confirmed', ended_by = 'nobody'",
        "UPDATE findings SET truth = 'not-paid', provider_reference = ''",
        "UPDATE findings SET found_by_id = 99",
        "DELETE FROM findings",
        SECOND_ONE,
    ],
)
def test_the_database_itself_refuses_one_hand_alone(
    session: Session, rules: Rules, item: Item, statement: str
) -> None:
    found(session, rules, item, "paid", LEAD)
    session.flush()

    with pytest.raises((IntegrityError, DBAPIError)):
        session.execute(text(statement))


def test_of_two_who_confirm_at_once_one_does(sessions: Sessions, rules: Rules) -> None:
    with sessions.begin() as session:
        item_id = given_up(session, rules, [1000], "unclear").id
        found(session, rules, session.get_one(Item, item_id), "paid", LEAD)

    def press_it(who: Actor) -> bool:
        try:
            with sessions.begin() as own:
                fire(own, rules, CaseRef("item", item_id), "confirm-paid", who, WORD)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press_it, (FINANCE, OTHER_LEAD))) == [False, True]
    with sessions() as session:
        assert session.scalars(select(Finding.ending)).all() == ["confirmed"]


@pytest.mark.parametrize("truth", ["paid", "not-paid"])
def test_of_a_confirmation_and_a_late_answer_at_once_one_settles_it(
    sessions: Sessions, rules: Rules, truth: str
) -> None:
    with sessions.begin() as session:
        item = given_up(session, rules, [1000], "unclear")
        found(session, rules, item, truth, LEAD)
        refund = the_refund(item)
        item_id, effect_id, share_id = item.id, refund.effect_id, refund.shares[0].id
        assert effect_id is not None

    def by_hand() -> bool:
        try:
            with sessions.begin() as own:
                fire(own, rules, CaseRef("item", item_id), f"confirm-{truth}", FINANCE, WORD)
        except Refused:
            return False
        return True

    def by_look_up() -> bool:
        with sessions.begin() as own:
            known = {share_id: WasPaid("re_9")}
            return settle_unknown_refund(own, rules, effect_id, known, "a look-up")

    with ThreadPoolExecutor(2) as pool:
        done = [each.result() for each in [pool.submit(by_hand), pool.submit(by_look_up)]]
    assert sorted(done) == [False, True]
    with sessions() as session:
        refund = session.scalars(select(Refund)).one()
        ending = session.scalars(select(Finding.ending)).one()
        assert ending == ("confirmed" if done[0] else "overtaken")
        assert refund.status == ("paid" if done[1] or truth == "paid" else "refused")
        assert journal.verify(session, refund.reclamation_id) == []
