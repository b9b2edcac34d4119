"""Random item and reclamation workflows, sound or not, as the proofs are given them."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

from workflows.definition import Definition, EffectUse, Event, Input, Place, State, Transition

NOWHERE = Place(1, 1)
ITEM_GUARDS = (
    "item.value <= 10.0",
    "item.value > 10.0",
    "item.refunded == 0.0",
    "item.has_evidence",
    "has-evidence",
)
AMOUNT_GUARDS = (
    "input.amount <= 5.0",
    "input.amount <= staff.may_refund",
    "input.amount < item.refundable",
    *ITEM_GUARDS,
)
WHOLE_GUARDS = (
    "items.open == 0",
    "items.all(final)",
    "items.any(good)",
    'items.any(state == "s0")',
    "items.open > 0 && items.total < 3",
    "order.total <= 10.0",
)


def random_pair(random: Random) -> tuple[Definition, Definition]:
    """An item workflow, and a reclamation workflow that it meets."""
    return _item(random), _whole(random)


def _item(random: Random) -> Definition:
    names = [f"s{number}" for number in range(random.randint(2, 4))]
    ends = ["good", "bad"]
    pay = EffectUse(
        "pay",
        "refund.pay",
        NOWHERE,
        {"done": "paid", "refused": "refused", "unknown": "unclear"}
        if random.random() < 0.8
        else {"done": "paid", "refused": "refused"},
        may_repeat=random.random() < 0.15,
    )
    lines: list[Transition] = []
    for index, name in enumerate(names):
        for _ in range(random.randint(1, 3)):
            lines.append(_item_line(random, name, random.choice([*names, *ends])))
        if random.random() < 0.6:
            lines.append(_line(name, "press", random.choice(ends), None, random))
        if random.random() < 0.25:
            later = random.choice([*names[index + 1 :], *ends])
            lines.append(_line(name, "enter", later, random.choice(ITEM_GUARDS), random))
        if random.random() < 0.5:
            to = random.choice(ends) if random.random() < 0.8 else random.choice(names)
            lines.append(_line(name, "withdraw", to, _maybe(random, ITEM_GUARDS, 0.15), random))
    for event in ("paid", "refused", "unclear"):
        for name in names:
            if random.random() < 0.6:
                to = random.choice([*names, "good"])
                lines.append(_line(name, event, to, _maybe(random, ITEM_GUARDS, 0.1), random))
    bound = random.choice(("item.refundable", "item.refundable", "item.refundable", "item.value"))
    least = random.choice((None, None, "item.refundable"))
    amount = Input("amount", "money", "Amount", NOWHERE, min=least, max=bound)
    return _definition(
        "item",
        names,
        [
            _event("press", by={"agent"}),
            _event("import", by={"import"}),
            _event("ring", after=timedelta(days=3)),
            _event("refund", by={"agent"}, input=(amount,)),
            _event("approve", by={"lead"}, second_person=True),
            _event("decide", by={"lead"}),
            _event("withdraw", sent_by="reclamation"),
            _event("enter", on_enter=True),
            *(_event(name) for name in ("paid", "refused", "unclear")),
        ],
        [pay],
        lines,
    )


def _item_line(random: Random, source: str, target: str) -> Transition:
    event = random.choice(
        ("press", "press", "import", "ring", "refund", "refund", "approve", "decide")
    )
    do: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    guards = ITEM_GUARDS
    match event:
        case "refund":
            guards = AMOUNT_GUARDS
            what = random.random()
            effects = ("pay",) if what < 0.6 else ()
            do = ("refund.propose",) if 0.6 <= what < 0.8 else ()
            do = ("refund.mark",) if what >= 0.9 else do
        case "approve":
            effects = ("pay",)
        case "decide":
            commands = ("refund.confirm-paid", "refund.confirm-not-paid", "refund.drop")
            do = (random.choice(commands),)
        case "import":
            target = random.choice((target, "good"))
    if effects:
        target = source if target in {"good", "bad"} else target
    return _line(source, event, target, _maybe(random, guards, 0.3), random, do, effects)


def _whole(random: Random) -> Definition:
    names = [f"r{number}" for number in range(random.randint(1, 3))]
    lines: list[Transition] = []
    for name in names:
        for _ in range(random.randint(0, 2)):
            event = random.choice(("settled", "settled", "close", "ring", "change"))
            guard = _maybe(random, WHOLE_GUARDS, 1.0 if event == "change" else 0.5)
            sends = "withdraw" if event != "change" and random.random() < 0.3 else None
            target = random.choice([*names, "good", "good"])
            lines.append(Transition(name, event, target, NOWHERE, guard, send_items=sends))
        if random.random() < 0.8:
            lines.append(Transition(name, "close", "good", NOWHERE, "items.open == 0"))
        if random.random() < 0.9:
            lines.append(Transition(name, "settled", random.choice(names), NOWHERE))
    return _definition(
        "reclamation",
        names,
        [
            _event("settled", sent_by="items"),
            _event("close", by={"agent"}),
            _event("ring", after=timedelta(days=30)),
            _event("change", on_change=True),
        ],
        [],
        lines,
    )


def _line(
    source: str,
    event: str,
    target: str,
    when: str | None,
    random: Random,
    do: tuple[str, ...] = (),
    effects: tuple[str, ...] = (),
) -> Transition:
    is_end = target in {"good", "bad"}
    may_send = is_end or event not in {"withdraw", "enter"}
    sends = may_send and random.random() < (0.85 if is_end else 0.1)
    return Transition(
        source,
        event,
        target,
        NOWHERE,
        when,
        do=do,
        effects=effects,
        send_reclamation="settled" if sends else None,
    )


def _definition(
    name: Any,
    names: Sequence[str],
    events: Sequence[Event],
    effects: Sequence[EffectUse],
    lines: Sequence[Transition],
) -> Definition:
    states = [State(each, each, NOWHERE) for each in names]
    states += [State("good", "good", NOWHERE, "good"), State("bad", "bad", NOWHERE, "bad")]
    # Elses last, as a sound file has them, with each condition once.
    kept = {(x.source, x.event, x.when): x for x in sorted(lines, key=lambda x: x.when is None)}
    return Definition(
        name=name,
        subject=name,
        label=name,
        initial=names[0],
        states={state.name: state for state in states},
        events={event.name: event for event in events},
        effects={effect.name: effect for effect in effects},
        transitions=tuple(kept.values()),
        text="",
        hash="",
    )


def _event(name: str, by: set[str] | None = None, **more: Any) -> Event:
    return Event(name, name, NOWHERE, frozenset(by or ()), **more)


def _maybe(random: Random, guards: Sequence[str], chance: float) -> str | None:
    return random.choice(guards) if random.random() < chance else None
