"""A sound pair of workflows of a given size, to see how long its proof takes."""

from datetime import timedelta

from tests.workflows.random_products import NOWHERE
from workflows.definition import Definition, EffectUse, Event, Input, State, Transition


def large_pair(states: int) -> tuple[Definition, Definition]:
    """An item of so many states, which branch, wait, pay and are withdrawn; and a reclamation
    that looks at the states of its items."""
    names = [f"s{number}" for number in range(states - 5)]
    special = ["approval", "refunding", "unclear"]
    lines: list[Transition] = []
    for number, name in enumerate(names):
        after = names[min(number + 1, len(names) - 1)]
        before = names[max(number - 3, 0)]
        lines += [
            _line(name, "on", after)
            if after != name
            else _line(name, "on", "good", sends="settled"),
            _line(name, "back", before, when=f"item.value <= {number % 3 + 1}0.0"),
            _line(name, "ring", names[min(number + 7, len(names) - 1)]),
            _line(name, "refuse", "bad", sends="settled"),
            _line(name, "withdraw", "bad", sends="settled"),
            _line(name, "refund", "refunding", "input.amount <= staff.may_refund", effect="pay"),
            _line(name, "refund", "approval", do="refund.propose"),
        ]
    lines += [
        _line("approval", "approve", "refunding", effect="pay"),
        _line("approval", "withdraw", "bad", do="refund.drop", sends="settled"),
        _line("refunding", "paid", "good", sends="settled"),
        _line("refunding", "refused", names[0]),
        _line("refunding", "unclear", "unclear"),
        _line("unclear", "paid", "good", sends="settled"),
        _line("unclear", "refused", names[0]),
        _line("unclear", "found", "good", do="refund.confirm-paid", sends="settled"),
        _line("unclear", "missing", names[0], do="refund.confirm-not-paid"),
    ]
    amount = Input("amount", "money", "Amount", NOWHERE, min="0.01", max="item.refundable")
    people = {"on", "back", "refuse", "found", "missing"}
    events = [
        *(_event(name, by=frozenset({"agent"})) for name in sorted(people)),
        _event("refund", by=frozenset({"agent"}), input=(amount,)),
        _event("approve", by=frozenset({"lead"}), second_person=True),
        _event("ring", after=timedelta(days=14)),
        _event("withdraw", sent_by="reclamation"),
        *(_event(name) for name in ("paid", "refused", "unclear")),
    ]
    outcomes = {"done": "paid", "refused": "refused", "unknown": "unclear"}
    pay = EffectUse("pay", "refund.pay", NOWHERE, outcomes)  # type: ignore[arg-type]
    whole = [
        Transition("open", "settled", "closed", NOWHERE, "items.all(final)"),
        Transition("open", "settled", "partly", NOWHERE),
        Transition("partly", "settled", "closed", NOWHERE, "items.all(final)"),
        Transition("partly", "settled", "partly", NOWHERE),
        Transition("partly", "late", "partly", NOWHERE, 'items.any(state == "approval")'),
        Transition("open", "close", "partly", NOWHERE, send_items="withdraw"),
        Transition("partly", "close", "partly", NOWHERE, send_items="withdraw"),
    ]
    whole_events = [
        _event("settled", sent_by="items"),
        _event("late", by=frozenset({"lead"})),
        _event("close", by=frozenset({"agent"})),
    ]
    return (
        _definition("item", [*names, *special], events, [pay], lines),
        _definition("reclamation", ["open", "partly", "closed"], whole_events, [], whole),
    )


def _definition(
    name: str,
    states: list[str],
    events: list[Event],
    effects: list[EffectUse],
    lines: list[Transition],
) -> Definition:
    all_states = [State(each, each, NOWHERE) for each in states if each != "closed"]
    ends = ["good", "bad"] if name == "item" else ["closed"]
    all_states += [State(end, end, NOWHERE, "bad" if end == "bad" else "good") for end in ends]
    return Definition(
        name=name,
        subject="item" if name == "item" else "reclamation",
        label=name,
        initial=states[0],
        states={state.name: state for state in all_states},
        events={event.name: event for event in events},
        effects={effect.name: effect for effect in effects},
        transitions=tuple(lines),
        text="",
        hash="",
    )


def _event(name: str, **more: object) -> Event:
    return Event(name, name, NOWHERE, **more)  # type: ignore[arg-type]


def _line(
    source: str,
    event: str,
    target: str,
    when: str | None = None,
    *,
    do: str | None = None,
    effect: str | None = None,
    sends: str | None = None,
) -> Transition:
    return Transition(
        source,
        event,
        target,
        NOWHERE,
        when,
        do=(do,) if do else (),
        effects=(effect,) if effect else (),
        send_reclamation=sends,
    )
