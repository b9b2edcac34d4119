"""Faults of the table: what never ends, waits for ever, or falls between two lines."""

from random import Random

from tests.workflows.good_files import Good
from tests.workflows.planting import BUTTON, Fault, Maker, a_fact, a_final, planted, waiting_states


def _gap(random: Random, good: Good) -> Fault:
    here, (fact, low, high) = waiting_states(good)[0].name, a_fact(random, good)
    end = a_final(good)
    first, second = random.choice((("<=", ">"), ("<", ">="), ("<", ">")))
    return planted(
        good,
        "guard-gap",
        events=[BUTTON],
        lines=[
            f"{{ from: {here}, event: sort-out, to: {here}, when: {fact} {first} {low} }}",
            f"⟨{{ from: {here}, event: sort-out, to: {end}, when: {fact} {second} {high} }}",
        ],
    )


def _lost(random: Random, good: Good) -> Fault:
    here, (fact, low, _) = waiting_states(good)[0].name, a_fact(random, good)
    return planted(
        good,
        "guard-gap",
        events=["late: { label: Late, after: 9 days }"],
        lines=[f"⟨{{ from: {here}, event: late, to: {here}, when: {fact} > {low} }}"],
    )


def _overlap(random: Random, good: Good) -> Fault:
    here, (fact, low, high) = waiting_states(good)[0].name, a_fact(random, good)
    return planted(
        good,
        "guard-overlap",
        events=[BUTTON],
        lines=[
            f"{{ from: {here}, event: sort-out, to: {here}, when: {fact} <= {high} }}",
            f"⟨{{ from: {here}, event: sort-out, to: {a_final(good)}, when: {fact} > {low} }}",
        ],
    )


def _dead(random: Random, good: Good) -> Fault:
    here, (fact, low, high) = waiting_states(good)[0].name, a_fact(random, good)
    before = random.choice(("", f", when: {fact} > {low}", f", when: {fact} > {high}"))
    return planted(
        good,
        "dead-line",
        events=[BUTTON],
        lines=[
            f"{{ from: {here}, event: sort-out, to: {here}{before} }}",
            f"⟨{{ from: {here}, event: sort-out, to: {a_final(good)}, when: {fact} > {high} }}",
        ],
    )


def _never(random: Random, good: Good) -> Fault:
    here, (fact, low, high) = waiting_states(good)[0].name, a_fact(random, good)
    when = random.choice(
        (f"{fact} < {low} && {fact} > {high}", f"{fact} > {low} || {fact} < {high}")
    )
    return planted(
        good,
        "constant-condition",
        events=[BUTTON],
        lines=[f'⟨{{ from: {here}, event: sort-out, to: {here}, when: "{when}" }}'],
    )


def _way_out(random: Random, good: Good) -> Fault:
    return planted(
        good,
        "final-has-way-out",
        events=[random.choice((BUTTON, "sort-out: { label: Late, after: 9 days }"))],
        lines=[
            f"⟨{{ from: {a_final(good)}, event: sort-out, to: {waiting_states(good)[0].name} }}"
        ],
    )


def _circle(random: Random, good: Good) -> Fault:
    sender = random.choice(("on-enter: true", "at: order.placed_at"))
    return planted(
        good,
        "automatic-circle",
        states=["here: { label: Here }", "there: { label: There }"],
        events=[BUTTON, f"go-round: {{ label: Round, {sender} }}"],
        lines=[
            f"{{ from: {waiting_states(good)[0].name}, event: sort-out, to: here }}",
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
        events=[BUTTON],
        lines=[f"{{ from: limbo, event: sort-out, to: {a_final(good)} }}"],
    )


def _trap(random: Random, good: Good) -> Fault:
    here = random.choice(waiting_states(good)).name
    return planted(
        good,
        "cannot-end",
        states=["⟨limbo: { label: Limbo }"],
        events=[BUTTON],
        lines=[
            f"{{ from: {here}, event: sort-out, to: limbo }}",
            "{ from: limbo, event: sort-out, to: limbo }",
        ],
    )


def _stranded(random: Random, good: Good) -> Fault:
    here, (fact, low, _) = waiting_states(good)[0].name, a_fact(random, good)
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
        events=[BUTTON, f"wake: {{ label: Wake, {sender} }}"],
        lines=[
            f"{{ from: {here}, event: sort-out, to: limbo }}",
            f"{{ from: limbo, event: wake, to: {a_final(good)}{when} }}",
        ],
    )


def _unused_event(random: Random, good: Good) -> Fault:
    return planted(good, "unused-event", events=["⟨" + BUTTON])


def _unused_effect(random: Random, good: Good) -> Fault:
    effect = "⟨tell: { run: staff.notify, with: { role: lead } }"
    return planted(good, "unused-effect", effects=[effect])


def _nobody_fires(random: Random, good: Good) -> Fault:
    here = random.choice(waiting_states(good)).name
    return planted(
        good,
        "nobody-fires",
        events=["⟨sort-out: { label: Sort it out }"],
        lines=[f"{{ from: {here}, event: sort-out, to: {here} }}"],
    )


LINE_MAKERS: list[tuple[str, Maker]] = [
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
]
