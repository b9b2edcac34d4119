"""The rules that are proved of a whole workflow before any case runs by it."""

from workflows.rule import Rule

PROOFS: tuple[Rule, ...] = (
    Rule(
        "no-final-state",
        "Some state is final, or no case can ever end.",
        "refunded: { label: Refunded }\n  rejected: { label: Rejected }",
        "refunded: { label: Refunded, final: good }\n  rejected: { label: Rejected, final: bad }",
    ),
    Rule(
        "final-initial",
        "A case does not begin at its end.",
        "initial: refunded",
        "initial: reported",
    ),
    Rule(
        "final-has-way-out",
        "Nothing leads out of a final state.",
        "from: [reported, rejected], event: reject",
        "from: [reported, received], event: reject",
    ),
    Rule(
        "dead-line",
        "The first line that holds is taken; behind an else, behind the same condition, or where "
        "earlier lines take all its cases, a line is never reached.",
        """\
  - { from: received, event: refund, to: approval, do: refund.propose }
  - { from: received, event: refund, to: refunding, when: input.amount <= 50.0, effect: pay-refund }
""",
        """\
  - { from: received, event: refund, to: refunding, when: input.amount <= 50.0, effect: pay-refund }
  - { from: received, event: refund, to: approval, do: refund.propose }
""",
    ),
    Rule(
        "automatic-circle",
        "On-enter events do not run in a circle; somewhere the case waits.",
        """\
  - { from: received, event: skip, to: approval, when: item.value > 500.0 }
  - { from: approval, event: skip, to: received, when: item.value > 900.0 }
""",
        """\
  - { from: received, event: skip, to: approval, when: item.value > 500.0 }
""",
    ),
    Rule(
        "unused-state",
        "Every state is named in some line.",
        "asked: { label: Customer asked, waits-for: customer }\n  lost: { label: Lost }",
        "asked: { label: Customer asked, waits-for: customer }",
    ),
    Rule(
        "unreachable-state",
        "From the initial state some way leads to every other.",
        "event: ask, to: received",
        "event: ask, to: asked",
    ),
    Rule(
        "cannot-end",
        "From every state some way leads to a final one.",
        "event: no-answer, to: asked",
        "event: no-answer, to: rejected",
    ),
    Rule(
        "unused-event",
        "Every event takes some line.",
        "ask: { label: Ask the customer, by: [agent, lead] }\n"
        "  repair: { label: Repair, by: [agent] }",
        "ask: { label: Ask the customer, by: [agent, lead] }",
    ),
    Rule(
        "unused-effect",
        "Every effect of the file is asked for by some line.",
        "event: refund-paid, to: refunded }\n  - { from: refunding, event: refund-refused",
        "event: refund-paid, to: refunded, effect: write-refunded }\n"
        "  - { from: refunding, event: refund-refused",
    ),
    Rule(
        "nobody-fires",
        "Every event is fired by someone: people, the clock, the engine, the other case, or a "
        "worker as an outcome.",
        "reject: { label: Reject }",
        "reject: { label: Reject, by: [agent, lead] }",
    ),
    Rule(
        "several-senders",
        "An event has one sender, so that everyone knows who did it.",
        "reject: { label: Reject, by: [agent, lead], after: 90 days }",
        "reject: { label: Reject, by: [agent, lead] }",
    ),
    Rule(
        "unhandled-outcome",
        "Every outcome of an effect has a line wherever it can arrive; after unknown the truth "
        "may still come, late.",
        "  - { from: unclear, event: refund-paid, to: refunded }\n",
        """\
  - { from: unclear, event: refund-paid, to: refunded }
  - { from: unclear, event: refund-refused, to: received }
""",
    ),
    Rule(
        "outcome-gap",
        "An outcome finds a line whatever the case is: the last one has no condition.",
        "from: refunding, event: refund-refused, to: received, when: item.received > 0",
        "from: refunding, event: refund-refused, to: received",
    ),
    Rule(
        "stranded",
        "Every state has a way out that needs no luck: a button, or a sure deadline.",
        "no-answer: { label: No answer came, from: reclamation }",
        "no-answer: { label: No answer came, after: 14 days }",
    ),
)
