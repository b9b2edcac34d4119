"""Faults of the whole: what never ends, waits for ever, or falls between two lines."""

from random import Random

from tests.workflows.good_files import Good
from tests.workflows.planting import Fault, Maker, changed, planted
from workflows.definition import State

_BUTTON = "sort-out: { label: Sort it out, by: [agent, lead] }"
_MONEY = ("item.value", "item.refundable", "order.total", "order.refundable")
_WHOLE = ("item.quantity", "item.received", "customer.claims")


def _states(good: Good) -> list[State]:
    """Unfinished states in which no outcome is awaited, the initial one first."""
    outcomes = {
        event for effect in good.definition.effects.values() for event in effect.outcomes.values()
    }
    waiting = {line.source for line in good.definition.transitions if line.event in outcomes}
    states = [
        state
        for state in good.definition.states.values()
        if not state.final and state.name not in waiting and not state.place.file
    ]
    return sorted(states, key=lambda state: state.name != good.definition.initial)


def _fact(random: Random, good: Good) -> tuple[str, str, str]:
    """A fact, and two numbers with a gap between them."""
    low = random.randint(2, 60)
    high = low + random.randint(3, 90)
    if good.definition.subject == "item" and random.random() < 0.7:
        if random.random() < 0.5:
            return random.choice(_WHOLE), str(low), str(high)
        return random.choice(_MONEY), f"{low}.0", f"{high}.5"
    return "customer.claims", str(low), str(high)


def _final(good: Good) -> str:
    return next(state.name for state in good.definition.states.values() if state.final)


def _gap(random: Random, good: Good) -> Fault:
    here, (fact, low, high) = _states(good)[0].name, _fact(random, good)
    end = _final(good)
    first, second = random.choice((("<=", ">"), ("<", ">="), ("<", ">")))
    return planted(
        good,
        "guard-gap",
        events=[_BUTTON],
        lines=[
            f"{{ from: {here}, event: sort-out, to: {here}, when: {fact} {first} {low} }}",
            f"⟨{{ from: {here}, event: sort-out, to: {end}, when: {fact} {second} {high} }}",
        ],
    )


def _lost(random: Random, good: Good) -> Fault:
    here, (fact, low, _) = _states(good)[0].name, _fact(random, good)
    return planted(
        good,
        "guard-gap",
        events=["late: { label: Late, after: 9 days }"],
        lines=[f"⟨{{ from: {here}, event: late, to: {here}, when: {fact} > {low} }}"],
    )


def _overlap(random: Random, good: Good) -> Fault:
    here, (fact, low, high) = _states(good)[0].name, _fact(random, good)
    return planted(
        good,
        "guard-overlap",
        events=[_BUTTON],
        lines=[
            f"{{ from: {here}, event: sort-out, to: {here}, when: {fact} <= {high} }}",
            f"⟨{{ from: {here}, event: sort-out, to: {_final(good)}, when: {fact} > {low} }}",
        ],
    )


def _dead(random: Random, good: Good) -> Fault:
    here, (fact, low, high) = _states(good)[0].name, _fact(random, good)
    before = random.choice(("", f", when: {fact} > {low}", f", when: {fact} > {high}"))
    return planted(
        good,
        "dead-line",
        events=[_BUTTON],
        lines=[
            f"{{ from: {here}, event: sort-out, to: {here}{before} }}",
            f"⟨{{ from: {here}, event: sort-out, to: {_final(good)}, when: {fact} > {high} }}",
        ],
    )


def _never(random: Random, good: Good) -> Fault:
    here, (fact, low, high) = _states(good)[0].name, _fact(random, good)
    when = random.choice(
        (f"{fact} < {low} && {fact} > {high}", f"{fact} > {low} || {fact} < {high}")
    )
    return planted(
        good,
        "constant-condition",
        events=[_BUTTON],
        lines=[f'⟨{{ from: {here}, event: sort-out, to: {here}, when: "{when}" }}'],
    )


def _way_out(random: Random, good: Good) -> Fault:
    return planted(
        good,
        "final-has-way-out",
        events=[random.choice((_BUTTON, "sort-out: { label: Late, after: 9 days }"))],
        lines=[f"⟨{{ from: {_final(good)}, event: sort-out, to: {_states(good)[0].name} }}"],
    )


def _circle(random: Random, good: Good) -> Fault:
    sender = random.choice(("on-enter: true", "at: order.placed_at"))
    return planted(
        good,
        "automatic-circle",
        states=["here: { label: Here }", "there: { label: There }"],
        events=[_BUTTON, f"go-round: {{ label: Round, {sender} }}"],
        lines=[
            f"{{ from: {_states(good)[0].name}, event: sort-out, to: here }}",
            "⟨{ from: here, event: go-round, to: there }",
            "{ from: there, event: go-round, to: here }",
        ],
    )


def _unused_state(random: Random, good: Good) -> Fault:
    return planted(good, "unused-state", states=["⟨limbo: { label: Limbo }"])


def _unreachable(random: Random, good: Good) -> Fault:
    return planted(
        good,
        "unreachable-state",
        states=["⟨limbo: { label: Limbo }"],
        events=[_BUTTON],
        lines=[f"{{ from: limbo, event: sort-out, to: {_final(good)} }}"],
    )


def _trap(random: Random, good: Good) -> Fault:
    here = random.choice(_states(good)).name
    return planted(
        good,
        "cannot-end",
        states=["⟨limbo: { label: Limbo }"],
        events=[_BUTTON],
        lines=[
            f"{{ from: {here}, event: sort-out, to: limbo }}",
            "{ from: limbo, event: sort-out, to: limbo }",
        ],
    )


def _stranded(random: Random, good: Good) -> Fault:
    here, (fact, low, _) = _states(good)[0].name, _fact(random, good)
    sender, when = random.choice(
        (
            ("on-enter: true", f", when: {fact} > {low}"),
            ("on-change: true", ", when: reclamation.priority == 'high'"),
            ("after: 3 days", f", when: {fact} > {low}"),
            ("by: import", ""),
        )
    )
    return planted(
        good,
        "stranded",
        states=["⟨limbo: { label: Limbo }"],
        events=[_BUTTON, f"wake: {{ label: Wake, {sender} }}"],
        lines=[
            f"{{ from: {here}, event: sort-out, to: limbo }}",
            f"{{ from: limbo, event: wake, to: {_final(good)}{when} }}",
        ],
    )


def _unused_event(random: Random, good: Good) -> Fault:
    return planted(good, "unused-event", events=["⟨" + _BUTTON])


def _unused_effect(random: Random, good: Good) -> Fault:
    effect = "⟨tell: { run: staff.notify, with: { role: lead } }"
    return planted(good, "unused-effect", effects=[effect])


def _nobody_fires(random: Random, good: Good) -> Fault:
    here = random.choice(_states(good)).name
    return planted(
        good,
        "nobody-fires",
        events=["⟨sort-out: { label: Sort it out }"],
        lines=[f"{{ from: {here}, event: sort-out, to: {here} }}"],
    )


def _several(random: Random, good: Good) -> Fault:
    here = random.choice(_states(good)).name
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
        lines=[f"{{ from: {_states(good)[0].name}, event: late, to: {_final(good)} }}"],
    )


def _outcomes(good: Good, line: str) -> dict[str, list[str]]:
    """A refund that is asked for from the initial state, with states and events of its own."""
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
            f"⟨{{ from: {_states(good)[0].name}, event: pay-now, to: paying, effect: pay-it }}",
            f"{{ from: paying, event: now-paid, to: {_final(good)} }}",
            line,
            "{ from: paying, event: now-lost, to: dark }",
            f"{{ from: dark, event: now-paid, to: {_final(good)} }}",
            f"{{ from: dark, event: now-refused, to: {_final(good)} }}",
        ],
        "effects": [f"pay-it: {{ run: refund.pay, outcomes: {{ {outcomes} }} }}"],
    }


def _unhandled(random: Random, good: Good) -> Fault | None:
    if good.definition.subject != "item":
        return None
    parts = _outcomes(good, f"{{ from: paying, event: now-refused, to: {_final(good)} }}")
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
    fact, low, _ = _fact(random, good)
    guarded = f"⟨{{ from: paying, event: now-refused, to: {_final(good)}, when: {fact} > {low} }}"
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
        lines=[f"{{ from: {_states(good)[0].name}, event: late, to: {_final(good)} }}"],
    )


def _paused(random: Random, good: Good) -> Fault | None:
    waiting = [state for state in _states(good) if state.waits_for]
    if not waiting:
        return None
    here = random.choice(waiting)
    return planted(
        good,
        "paused-deadline",
        events=[
            f"late: {{ label: Late, after: 9 days, since: opened, pauses-for: {here.waits_for} }}"
        ],
        lines=[f"⟨{{ from: {here.name}, event: late, to: {_final(good)} }}"],
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
        lines=[f"⟨{{ from: {_states(good)[0].name}, event: late, to: {random.choice(paying)} }}"],
    )


def _change(random: Random, good: Good) -> Fault:
    when, rule = random.choice(
        (
            ("", "change-without-condition"),
            (', when: "now > order.placed_at"', "unwatched-fact"),
            (", when: order.refundable > 5.0", "unwatched-fact"),
            (", when: order.total > 5.0", "unwatched-fact"),
        )
    )
    here = _states(good)[0].name
    return planted(
        good,
        rule,
        events=["noticed: { label: Noticed, on-change: true }"],
        lines=[f"⟨{{ from: {here}, event: noticed, to: {_final(good)}{when} }}"],
    )


def _alone(random: Random, good: Good) -> Fault:
    here = random.choice(_states(good)).name
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
    here = _states(good)[0].name
    return planted(
        good,
        rule,
        effects=[f"⟨fetch: {{ run: carrier.pick-up{says} }}"],
        events=[_BUTTON],
        lines=[f"{{ from: {here}, event: sort-out, to: {here}, effect: fetch }}"],
    )


PROOF_MAKERS: list[tuple[str, Maker]] = [
    ("guard-gap", _gap),
    ("guard-gap", _lost),
    ("guard-overlap", _overlap),
    ("dead-line", _dead),
    ("constant-condition", _never),
    ("final-has-way-out", _way_out),
    ("automatic-circle", _circle),
    ("unused-state", _unused_state),
    ("unreachable-state", _unreachable),
    ("cannot-end", _trap),
    ("stranded", _stranded),
    ("unused-event", _unused_event),
    ("unused-effect", _unused_effect),
    ("nobody-fires", _nobody_fires),
    ("several-senders", _several),
    ("not-by-people", _only_people),
    ("unhandled-outcome", _unhandled),
    ("unhandled-outcome", _unnamed),
    ("outcome-gap", _outcome_gap),
    ("pause", _pause),
    ("paused-deadline", _paused),
    ("deadline-past-refund-window", _too_late),
    ("change", _change),
    ("second-person-alone", _alone),
    ("in-the-dark", _in_the_dark),
]
