"""The shop's own files: each is sound, and each way to an end can be walked."""

from datetime import UTC, datetime
from functools import cache

import pytest

from claims.catalogue import CATALOGUE
from config.settings import PROJECT
from workflows.definition import Definition
from workflows.engine import Engine, NotTaken, Taken
from workflows.reading import read_folder

FOLDER = PROJECT / "config" / "workflows"
NAMES = [
    "item-exchange",
    "item-faulty",
    "item-goodwill",
    "item-mark-only",
    "item-missing-part",
    "item-return",
    "reclamation",
]
ITEMS = NAMES[:-1]
LETTERS = {
    "return-label",
    "refunded",
    "rejected",
    "replacement-sent",
    "parts-sent",
    "exchange-sent",
    "goodwill-paid",
    "closed",
    "parcel-reminder",
    "ask-evidence",
}
ITEM = {
    "item.quantity": 2,
    "item.received": 0,
    "item.value": 120.0,
    "item.refundable": 120.0,
    "item.refunded": 0.0,
    "item.proposed": 0.0,
    "item.reason": "other",
    "item.resolution": "refund",
    "item.condition": "",
    "item.sku": "A-1",
    "item.has_evidence": False,
    "item.days_since_delivery": 3,
    "reclamation.source": "staff",
    "staff.may_refund": 200.0,
    "now": datetime(2026, 3, 31, tzinfo=UTC),
}


@cache
def definitions() -> dict[str, Definition]:
    return read_folder(FOLDER, CATALOGUE)


@cache
def engine(name: str) -> Engine:
    return Engine(definitions()[name], CATALOGUE)


def walk(name: str, *steps: str, **inputs: object) -> list[str]:
    """The states a case goes through when these events are fired, with these facts or inputs."""
    shop = engine(name)
    facts = {**ITEM, **{key.replace("__", "."): value for key, value in inputs.items()}}
    states = [shop.definition.initial]
    for event in steps:
        decision = shop.decide(states[-1], event, facts)
        assert isinstance(decision, Taken), decision
        states.append(decision.line.target)
    return states


def test_all_default_workflows_are_sound() -> None:
    assert sorted(definitions()) == NAMES


SMALL: dict[str, object] = {"input__amount": 50.0}
LARGE: dict[str, object] = {"input__amount": 250.0}
RETURN = ("request-return", "parcel-arrived")
PROMISED = ("-ordered", "-cancelling")
"""How the states end in which a new order is there and not sent: it is cancelled first."""
CANCELLED = ("replacement-made", "cancel-replacement", "replacement-cancelled")


@pytest.mark.parametrize(
    ("name", "steps", "known", "end"),
    [
        ("item-return", (*RETURN, "refund", "refund-paid"), SMALL, "refunded"),
        ("item-return", (*RETURN, "refund", "approve", "refund-paid"), LARGE, "refunded"),
        ("item-return", ("refund", "refund-paid"), {"item__value": 9.9}, "refunded"),
        (
            "item-return",
            ("request-return", "parcel-reminder-due", "parcel-overdue"),
            {},
            "never-returned",
        ),
        (
            "item-return",
            ("request-return", "parcel-reminder-due", "parcel-arrived", "reject"),
            {},
            "rejected",
        ),
        (
            "item-return",
            (*RETURN, "refund", "refund-unclear", "confirm-not-paid", "refund", "refund-paid"),
            SMALL,
            "refunded",
        ),
        (
            "item-return",
            (*RETURN, "refund", "refund-unclear", "confirm-paid"),
            SMALL,
            "refunded",
        ),
        ("item-return", (*RETURN, "refund", "send-back", "reject"), LARGE, "rejected"),
        (
            "item-faulty",
            ("accept", "replace", "replacement-made", "replacement-sent"),
            {"item__has_evidence": True},
            "replaced",
        ),
        (
            "item-faulty",
            ("ask-evidence", "evidence-came", "accept", "refund", "refund-paid"),
            SMALL,
            "refunded",
        ),
        (
            "item-faulty",
            (*RETURN, "replace", "replacement-refused", "refund", "refund-paid"),
            SMALL,
            "refunded",
        ),
        ("item-faulty", ("ask-evidence", "evidence-overdue", "reject"), {}, "rejected"),
        (
            "item-faulty",
            (*RETURN, "replace", *CANCELLED, "refund", "refund-paid"),
            SMALL,
            "refunded",
        ),
        (
            "item-exchange",
            (*RETURN, "exchange", "exchange-made", "exchange-sent"),
            {},
            "exchanged",
        ),
        (
            "item-exchange",
            (*RETURN, "exchange", "exchange-refused", "refund", "refund-paid"),
            SMALL,
            "refunded",
        ),
        ("item-missing-part", ("send-parts", "parts-made", "parts-sent"), {}, "parts-sent"),
        (
            "item-missing-part",
            ("send-parts", "parts-refused", "refund", "refund-paid"),
            SMALL,
            "refunded",
        ),
        (
            "item-missing-part",
            ("ask-evidence", "evidence-came", "send-parts", "parts-made", "parts-sent"),
            {},
            "parts-sent",
        ),
        ("item-goodwill", ("refund", "refund-paid"), SMALL, "goodwill-paid"),
        ("item-goodwill", ("refund", "approve", "refund-paid"), LARGE, "goodwill-paid"),
        ("item-mark-only", ("mark-refunded",), SMALL, "refunded"),
        ("item-mark-only", ("reject",), {}, "rejected"),
    ],
)
def test_each_way_leads_from_the_beginning_to_its_end(
    name: str, steps: tuple[str, ...], known: dict[str, object], end: str
) -> None:
    assert walk(name, *steps, **known)[-1] == end


@pytest.mark.parametrize("name", ITEMS)
def test_every_end_of_an_item_is_told_to_its_reclamation(name: str) -> None:
    definition = definitions()[name]

    for line in definition.transitions:
        ends = definition.states[line.target].final is not None
        assert line.send_reclamation == ("item-settled" if ends else None), line


@pytest.mark.parametrize("name", ITEMS)
def test_an_item_is_withdrawn_with_its_reclamation_unless_something_is_under_way(name: str) -> None:
    definition = definitions()[name]
    under_way = {"refunding", "refund-unclear", "replacing", "exchanging", "ordering-parts"}
    promised = {name for name in definition.states if name.endswith(PROMISED)}

    for state in definition.states.values():
        takes = any(line.event == "withdraw" for line in definition.lines_from[state.name])
        assert takes == (state.final is None and state.name not in under_way | promised), state.name


@pytest.mark.parametrize("name", ITEMS)
def test_an_import_settles_an_item_at_once_and_writes_to_nobody(name: str) -> None:
    shop = engine(name)

    decision = shop.decide("reported", "settle-outside", {**ITEM, "input.amount": 20.0})

    assert isinstance(decision, Taken)
    assert shop.definition.states[decision.line.target].final == "good"
    assert (decision.line.effects, decision.line.do) == ((), ("refund.mark",))


@pytest.mark.parametrize("name", ITEMS)
def test_a_proposed_refund_is_given_up_by_whatever_ends_it(name: str) -> None:
    for line in definitions()[name].transitions:
        if line.source == "awaiting-approval" and line.event != "approve":
            assert line.do == ("refund.drop",), line


@pytest.mark.parametrize("name", ITEMS)
def test_above_what_one_may_refund_nobody_pays_alone(name: str) -> None:
    shop = engine(name)

    for state in shop.definition.states:
        decision = shop.decide(state, "refund", {**ITEM, "input.amount": 200.01})
        if isinstance(decision, Taken):
            assert decision.line.target == "awaiting-approval"
            assert decision.line.effects == ()
    approve = shop.definition.events.get("approve")
    assert approve is None or approve.second_person


@pytest.mark.parametrize("name", ITEMS)
def test_whoever_waits_for_the_customer_waits_with_a_deadline(name: str) -> None:
    definition = definitions()[name]

    for state in definition.states.values():
        if state.waits_for == "customer":
            events = [definition.events[line.event] for line in definition.lines_from[state.name]]
            assert any(event.after for event in events), state.name


@pytest.mark.parametrize("name", NAMES)
def test_letters_are_those_that_are_written(name: str) -> None:
    used = {
        effect.settings["letter"]
        for effect in definitions()[name].effects.values()
        if effect.run == "customer.write"
    }

    assert used <= LETTERS


def test_a_mere_mark_moves_no_money() -> None:
    assert {use.run for use in definitions()["item-mark-only"].effects.values()} == {
        "customer.write"
    }


def test_a_fault_above_50_needs_evidence_or_a_parcel() -> None:
    decision = engine("item-faulty").decide("reported", "accept", ITEM)

    assert decision == NotTaken(
        ("Above 50.00 the fault has to be seen first; ask for evidence or note it.",)
    )


def closes(state: str, event: str, still_open: int, source: str = "staff") -> Taken:
    facts = {"items.open": still_open, "reclamation.source": source}
    decision = engine("reclamation").decide(state, event, facts)
    assert isinstance(decision, Taken)
    return decision


def test_a_reclamation_closes_when_its_last_item_settles_and_says_so() -> None:
    assert closes("open", "item-settled", 1).line.target == "in-progress"
    assert closes("in-progress", "item-settled", 1).line.target == "in-progress"
    assert closes("in-progress", "item-settled", 0).line.target == "closed"
    assert closes("open", "item-settled", 0).line.effects == ("write-closed",)


def test_closing_by_hand_withdraws_what_is_open() -> None:
    by_hand = closes("open", "close", 2).line

    assert (by_hand.target, by_hand.send_items) == ("closing", "withdraw")
    assert closes("closing", "item-settled", 1).line.target == "closing"
    assert closes("closing", "item-settled", 0).line.target == "closed"
    assert closes("open", "close", 0).line.target == "closed"


def test_nothing_leaves_closed() -> None:
    assert definitions()["reclamation"].lines_from["closed"] == ()
    assert isinstance(engine("reclamation").decide("closed", "close", {"items.open": 0}), NotTaken)
