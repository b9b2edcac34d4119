"""Faults of whoever fires events: people, clocks, workers who pay; and of what they pay."""

from random import Random

from tests.workflows.good_files import Good
from tests.workflows.planting import (
    BUTTON,
    Fault,
    Maker,
    a_fact,
    a_final,
    changed,
    planted,
    waiting_states,
)


def _several(random: Random, good: Good) -> Fault:
    here = random.choice(waiting_states(good)).name
    other = random.choice(("after: 3 days", "on-enter: true", "on-change: true", "at: now"))
    return planted(
        good,
        "several-senders",
        events=[f"⟨sort-out: {{ label: Sort it out, by: [agent], {other} }}"],
        lines=[f"{{ from: {here}, event: sort-out, to: {here} }}"],
    )


def _only_people(random: Random, good: Good) -> Fault:
    more = random.choice(("confirm: Sure", "second-person: true"))
    return planted(
        good,
        "not-by-people",
        events=[f"⟨late: {{ label: Late, after: 9 days, {more} }}"],
        lines=[f"{{ from: {waiting_states(good)[0].name}, event: late, to: {a_final(good)} }}"],
    )


def _outcomes(good: Good, line: str) -> dict[str, list[str]]:
    """A refund that is asked for from the initial state, with states and events of its own."""
    here = waiting_states(good)[0].name
    outcomes = "done: now-paid, refused: now-refused, unknown: now-lost"
    return {
        "states": ["paying: { label: Paying }", "dark: { label: Dark }"],
        "events": [
            "pay-now: { label: Pay now, by: [lead] }",
            "now-paid: { label: Paid }",
            "now-refused: { label: Refused }",
            "now-lost: { label: Lost }",
        ],
        "lines": [
            f"⟨{{ from: {here}, event: pay-now, to: paying, effect: pay-it }}",
            f"{{ from: paying, event: now-paid, to: {a_final(good)} }}",
            line,
            "{ from: paying, event: now-lost, to: dark }",
            f"{{ from: dark, event: now-paid, to: {a_final(good)} }}",
            f"{{ from: dark, event: now-refused, to: {a_final(good)} }}",
        ],
        "effects": [f"pay-it: {{ run: refund.pay, outcomes: {{ {outcomes} }} }}"],
    }


def _unhandled(random: Random, good: Good) -> Fault | None:
    if good.definition.subject != "item":
        return None
    parts = _outcomes(good, f"{{ from: paying, event: now-refused, to: {a_final(good)} }}")
    missing = random.choice((2, 3, 4))
    if missing == 2:
        parts["lines"].pop(2)
    elif missing == 3:
        parts["lines"][3] = "{ from: dark, event: now-lost, to: dark }"
    else:
        parts["lines"].pop(4)
    return planted(good, "unhandled-outcome", **parts)


def _unnamed(random: Random, good: Good) -> Fault | None:
    word = random.choice(("done: [a-z-]+, ", ", refused: [a-z-]+", ", unknown: [a-z-]+"))
    pays = rf"^(  [a-z-]+:\n    run: refund.pay\n    outcomes: .*?){word}"
    return changed(random, good, "unhandled-outcome", pays, r"\1")


def _outcome_gap(random: Random, good: Good) -> Fault | None:
    if good.definition.subject != "item":
        return None
    fact, low, _ = a_fact(random, good)
    guarded = f"⟨{{ from: paying, event: now-refused, to: {a_final(good)}, when: {fact} > {low} }}"
    parts = _outcomes(good, guarded)
    parts["lines"][0] = parts["lines"][0].removeprefix("⟨")
    return planted(good, "outcome-gap", **parts)


def _pause(random: Random, good: Good) -> Fault:
    says, rule = random.choice(
        (
            ("after: 9 days, pauses-for: [customer]", "pause-without-clock"),
            ("at: order.placed_at, since: opened", "pause-without-clock"),
            ("after: 9 days, since: opened, pauses-for: [weather]", "pause-for-nobody"),
        )
    )
    return planted(
        good,
        rule,
        events=[f"⟨late: {{ label: Late, {says} }}"],
        lines=[f"{{ from: {waiting_states(good)[0].name}, event: late, to: {a_final(good)} }}"],
    )


def _paused(random: Random, good: Good) -> Fault | None:
    waiting = [state for state in waiting_states(good) if state.waits_for]
    if not waiting:
        return None
    here = random.choice(waiting)
    return planted(
        good,
        "paused-deadline",
        events=[
            f"late: {{ label: Late, after: 9 days, since: opened, pauses-for: {here.waits_for} }}"
        ],
        lines=[f"⟨{{ from: {here.name}, event: late, to: {a_final(good)} }}"],
    )


def _too_late(random: Random, good: Good) -> Fault | None:
    paying = [
        line.source
        for line in good.definition.transitions
        for name in line.effects
        if good.definition.effects[name].run == "refund.pay" and not line.place.file
    ]
    if not paying:
        return None
    span = random.choice(("200 days", "30 weeks", "190 business days"))
    return planted(
        good,
        "deadline-past-refund-window",
        events=[f"late: {{ label: Late, after: {span} }}"],
        lines=[
            f"⟨{{ from: {waiting_states(good)[0].name}, event: late, to: {random.choice(paying)} }}"
        ],
    )


def _unwatched(random: Random, good: Good) -> Fault:
    when = random.choice(("now > order.placed_at", "order.refundable > 5.0", "order.total > 5.0"))
    here = waiting_states(good)[0].name
    return planted(
        good,
        "unwatched-fact",
        events=["noticed: { label: Noticed, on-change: true }"],
        lines=[f'⟨{{ from: {here}, event: noticed, to: {a_final(good)}, when: "{when}" }}'],
    )


def _unconditional(random: Random, good: Good) -> Fault:
    here = random.choice(waiting_states(good)).name
    return planted(
        good,
        "change-without-condition",
        events=["noticed: { label: Noticed, on-change: true }"],
        lines=[f"⟨{{ from: {here}, event: noticed, to: {a_final(good)} }}"],
    )


def _alone(random: Random, good: Good) -> Fault:
    here = random.choice(waiting_states(good)).name
    return planted(
        good,
        "second-person-alone",
        events=["⟨look: { label: Look, by: import, second-person: true }"],
        lines=[f"{{ from: {here}, event: look, to: {here} }}"],
    )


def _in_the_dark(random: Random, good: Good) -> Fault | None:
    if good.name == "translated":
        return None
    says, rule = random.choice(
        (("", "unknown-unhandled"), (", may-repeat: true", "repeat-in-the-dark"))
    )
    here = waiting_states(good)[0].name
    return planted(
        good,
        rule,
        effects=[f"⟨fetch: {{ run: carrier.pick-up{says} }}"],
        events=[BUTTON],
        lines=[f"{{ from: {here}, event: sort-out, to: {here}, effect: fetch }}"],
    )


def _paying(good: Good) -> tuple[str, str, str] | None:
    """An effect that pays, the state in which it is under way, and that in which it is unclear."""
    for line in good.definition.transitions:
        for name in line.effects:
            effect = good.definition.effects[name]
            if effect.run == "refund.pay" and good.name not in {"parted", "translated"}:
                unclear = next(
                    each.target
                    for each in good.definition.transitions
                    if (each.source, each.event) == (line.target, effect.outcomes["unknown"])
                )
                return name, line.target, unclear
    return None


_AMOUNT = "input: { amount: { type: money, label: Amount, min: 0.01, max: item.refundable } }"


def _twice(random: Random, good: Good) -> Fault | None:
    found = _paying(good)
    if found is None:
        return None
    effect, under_way, unclear = found
    return planted(
        good,
        "refund-twice",
        events=[f"pay-again: {{ label: Pay again, by: [finance], {_AMOUNT} }}"],
        lines=[f"⟨{{ from: {unclear}, event: pay-again, to: {under_way}, effect: {effect} }}"],
    )


def _unbounded(random: Random, good: Good) -> Fault | None:
    found = _paying(good)
    if found is None:
        return None
    here, (effect, under_way, _) = waiting_states(good)[0].name, found
    amount = _AMOUNT.replace("max: item.refundable", random.choice(("max: 500.0", "default: 5.0")))
    return planted(
        good,
        "unbounded-amount",
        events=[f"pay-more: {{ label: Pay more, by: [finance], {amount} }}"],
        lines=[f"⟨{{ from: {here}, event: pay-more, to: {under_way}, effect: {effect} }}"],
    )


def _above_limit(random: Random, good: Good) -> Fault | None:
    found = _paying(good)
    if found is None:
        return None
    here, (effect, under_way, _) = waiting_states(good)[0].name, found
    when = f"when: input.amount <= {random.choice(('60.0', '500.0', '5000.0'))}"
    return planted(
        good,
        "above-limit-alone",
        events=[f"pay-alone: {{ label: Pay alone, by: [agent], {_AMOUNT} }}"],
        lines=[f"⟨{{ from: {here}, event: pay-alone, to: {under_way}, effect: {effect}, {when} }}"],
    )


SENDER_MAKERS: list[tuple[str, Maker]] = [
    ("refund-twice", _twice),
    ("unbounded-amount", _unbounded),
    ("above-limit-alone", _above_limit),
    ("several-senders", _several),
    ("not-by-people", _only_people),
    ("unhandled-outcome", _unhandled),
    ("unhandled-outcome", _unnamed),
    ("outcome-gap", _outcome_gap),
    ("pause", _pause),
    ("paused-deadline", _paused),
    ("deadline-past-refund-window", _too_late),
    ("unwatched-fact", _unwatched),
    ("change-without-condition", _unconditional),
    ("second-person-alone", _alone),
    ("in-the-dark", _in_the_dark),
]
