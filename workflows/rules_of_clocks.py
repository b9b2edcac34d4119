"""The rules about clocks, and about events that wait for a change."""

from workflows.rule import Rule

CLOCKS: tuple[Rule, ...] = (
    Rule(
        "pause-without-clock",
        "pauses-for: and since: opened belong to a clock over the whole case: after: with since: "
        "opened.",
        "after: 90 days, pauses-for: customer",
        "after: 90 days, since: opened, pauses-for: customer",
    ),
    Rule(
        "pause-for-nobody",
        "A clock pauses for somebody whom some state waits for.",
        "pauses-for: costumer",
        "pauses-for: customer",
    ),
    Rule(
        "paused-deadline",
        "No line waits for a clock in a state in which it stands still.",
        "from: [reported, received, asked], event: too-long",
        "from: [reported, received], event: too-long",
    ),
    Rule(
        "deadline-past-refund-window",
        "No refund comes after waits that are longer than the payment provider pays back "
        "(redress workflow check --refund-window).",
        "after: 200 days",
        "after: 30 days",
    ),
    Rule(
        "change-without-condition",
        "A line of an event that waits for a change says for which.",
        "event: worth-a-look, to: approval }",
        "event: worth-a-look, to: approval, when: item.refundable > 400.0 }",
    ),
    Rule(
        "unwatched-fact",
        "An event that waits for a change asks facts that change with the case: of what a clock, "
        "another case or the acting person changes, nobody tells.",
        "when: item.days_since_delivery > 30 }",
        "when: item.refundable > 400.0 }",
    ),
)
