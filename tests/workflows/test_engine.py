"""What an event leads to, and why not."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.workflows.shop import FACTS, SHOP, changed, engine, sound
from workflows.catalogue import Facts
from workflows.conditions import ConditionFailed
from workflows.definition import Definition
from workflows.engine import Engine, NotTaken, Taken
from workflows.machine import StringCallback, build_machine, walk

AGENT = frozenset({"agent"})


def facts(**values: object) -> Facts:
    return {**FACTS, **{name.replace("__", "."): value for name, value in values.items()}}


def target(decision: Taken | NotTaken) -> str:
    assert isinstance(decision, Taken), decision
    return decision.line.target


def reasons(decision: Taken | NotTaken) -> tuple[str, ...]:
    assert isinstance(decision, NotTaken), decision
    return decision.reasons


def test_the_first_line_whose_condition_holds_is_taken() -> None:
    shop = engine()

    assert target(shop.decide("received", "refund", facts(input__amount=20.0))) == "refunding"
    assert target(shop.decide("received", "refund", facts(input__amount=20.01))) == "approval"


def test_the_line_says_what_it_asks_for() -> None:
    decision = engine().decide("received", "refund", facts(input__amount=5.0))

    assert isinstance(decision, Taken)
    assert decision.line.effects == ("pay",)


def test_a_refusal_names_the_condition_and_the_present_values() -> None:
    decision = engine().decide("received", "refund", facts(item__received=0, input__amount=24.99))

    assert reasons(decision) == (
        "Refund needs input.amount <= 20.0; input.amount is 24.99.",
        "Refund needs item.received > 0; item.received is 0.",
    )


def test_a_named_condition_speaks_for_itself() -> None:
    shop = engine(changed("when: item.received > 0", "when: has-evidence"))

    decision = shop.decide("received", "refund", facts(input__amount=24.99))

    assert reasons(decision)[1] == "Refund needs: evidence was noted."
    assert (
        target(
            shop.decide("received", "refund", facts(input__amount=24.99, item__has_evidence=True))
        )
        == "approval"
    )


def test_an_event_without_a_line_is_not_possible_in_the_state() -> None:
    assert reasons(engine().decide("reported", "approve", FACTS)) == (
        "Approve is not possible in the state Reported.",
    )


def test_nothing_happens_in_a_final_state() -> None:
    assert reasons(engine().decide("refunded", "reject", FACTS)) == (
        "Reject is not possible: Refunded is final.",
    )


def test_unknown_events_and_states_are_sentences() -> None:
    assert reasons(engine().decide("reported", "fly", FACTS)) == (
        "Return and refund has no event fly.",
    )
    assert reasons(engine().decide("nowhere", "reject", FACTS)) == (
        "Return and refund has no state nowhere.",
    )


def test_an_expression_that_cannot_be_worked_out_is_named() -> None:
    shop = engine(changed("when: item.received > 0", "when: 10 / item.received > 1"))

    with pytest.raises(ConditionFailed) as caught:
        shop.decide("received", "refund", facts(item__received=0, input__amount=99.0))

    assert str(caught.value) == (
        "10 / item.received > 1 cannot be worked out: divide by zero; item.received is 0."
    )


def test_a_missing_fact_is_named() -> None:
    with pytest.raises(ConditionFailed, match=r"needs input\.amount, which is not known here"):
        engine().decide("received", "refund", FACTS)


def test_an_amount_may_come_as_a_whole_number() -> None:
    assert target(engine().decide("received", "refund", facts(input__amount=20))) == "refunding"


def test_on_entering_the_first_line_that_holds_is_taken() -> None:
    text = changed("  reject: {", "  skip: { label: Skip, on-enter: true }\n  reject: {") + (
        "  - { from: reported, event: skip, to: received, when: item.received > 1 }\n"
        "  - { from: reported, event: skip, to: rejected, when: item.received > 0 }\n"
    )
    shop = engine(text)

    first, second = (
        shop.automatic("reported", facts(item__received=2)),
        shop.automatic("reported", FACTS),
    )

    assert first is not None
    assert first.target == "received"
    assert second is not None
    assert second.target == "rejected"
    assert shop.automatic("reported", facts(item__received=0)) is None
    assert shop.automatic("received", FACTS) is None


def offered(
    shop: Engine, state: str, known: Facts, roles: frozenset[str]
) -> dict[str, tuple[str, ...]]:
    return {offer.event.name: offer.reasons for offer in shop.offers(state, known, roles)}


def test_people_are_offered_what_leads_on_from_here() -> None:
    assert offered(engine(), "received", FACTS, AGENT) == {"refund": (), "reject": ()}


def test_what_another_role_may_do_is_offered_with_the_reason() -> None:
    assert offered(engine(), "approval", FACTS, AGENT) == {
        "approve": ("Approve is for lead.",),
        "reject": (),
    }


def test_what_no_input_can_open_is_offered_with_the_reason() -> None:
    shop = engine(changed("when: input.amount <= 20.0", "when: item.received > 1"))

    assert offered(shop, "received", facts(item__received=0), AGENT)["refund"] == (
        "Refund needs item.received > 1; item.received is 0.",
        "Refund needs item.received > 0; item.received is 0.",
    )


def test_a_line_that_depends_on_what_is_typed_in_keeps_the_event_open() -> None:
    assert offered(engine(), "received", facts(item__received=0), AGENT)["refund"] == ()


def test_bounds_that_leave_nothing_to_type_in_are_a_reason() -> None:
    assert offered(engine(), "received", facts(item__refundable=0.0), AGENT)["refund"] == (
        "Nothing is left: Amount would be at least 0.01 and at most 0.00.",
    )


def test_events_of_programs_are_offered_to_programs_only() -> None:
    shop = engine(
        changed("by: [agent] }", "by: [import] }").replace(
            "  approve: {", "  drop: { label: Drop, by: [lead] }\n  approve: {"
        )
        + "  - { from: [unclear, reported], event: drop, to: rejected }\n"
    )

    assert "reject" not in offered(shop, "received", FACTS, AGENT)
    assert offered(shop, "received", FACTS, frozenset({"import"}))["reject"] == ()


def test_a_final_state_offers_nothing() -> None:
    assert engine().offers("refunded", FACTS, AGENT) == ()


def test_many_threads_decide_at_once_without_disturbing_each_other() -> None:
    shop = engine()

    def decide(number: int) -> bool:
        amount = float(number % 40)
        decision = shop.decide("received", "refund", facts(input__amount=amount))
        return target(decision) == ("refunding" if amount <= 20.0 else "approval")

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(decide, range(4000)))


def test_the_machine_has_no_ways_but_the_lines() -> None:
    machine = build_machine(sound(), lambda *_: True)

    assert set(machine.events) == set(sound().events)
    assert machine.models == []


def with_condition(definition: Definition, when: str) -> Definition:
    """A definition as no reader would make it."""
    lines = [replace(line, when=when) if line.when else line for line in definition.transitions]
    return replace(definition, transitions=tuple(lines))


def test_a_function_named_in_a_condition_is_never_looked_up(tmp_path: Path) -> None:
    trace = tmp_path / "was-run"

    with pytest.raises(Exception, match=r"There is no fact subprocess"):
        Engine(with_condition(sound(), f"subprocess.getoutput('touch {trace}')"), SHOP)

    assert not trace.exists()


@pytest.mark.parametrize("where", ["conditions", "before", "prepare", "unless", "after"])
def test_a_string_that_reaches_the_machine_is_refused_and_not_imported(where: str) -> None:
    machine = build_machine(sound(), lambda *_: True)
    dangerous: dict[str, Any] = {where: ["subprocess.getoutput"]}
    machine.add_transition("reject", "refunding", "rejected", **dangerous)

    with pytest.raises(StringCallback, match=r"subprocess\.getoutput"):
        walk(machine, "refunding", "reject", FACTS)


@pytest.mark.parametrize("where", ["before_state_change", "prepare_event", "after_state_change"])
def test_a_string_for_the_whole_machine_is_refused_too(where: str) -> None:
    machine = build_machine(sound(), lambda *_: True)
    setattr(machine, where, ["subprocess.getoutput"])

    with pytest.raises(StringCallback):
        walk(machine, "reported", "reject", FACTS)


def test_an_event_may_be_called_state_or_trigger_or_model() -> None:
    for name in ("state", "trigger", "model", "initial"):
        text = changed("  reject: {", f"  {name}: {{").replace("event: reject", f"event: {name}")

        assert target(engine(text).decide("reported", name, FACTS)) == "rejected"
