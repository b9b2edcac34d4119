"""The rules about conditions that stand side by side, tried with values around their constants."""

from workflows.rule import Rule

GUARDS: tuple[Rule, ...] = (
    Rule(
        "guard-gap",
        "Between two ranges of one fact nothing is left out, and what the clock or an item tells "
        "finds a line whatever the case is. Otherwise a condition that does not hold closes a "
        "button, and that is no gap.",
        "from: received, event: refund, to: approval, when: input.amount > 60.0,",
        "from: received, event: refund, to: approval,",
    ),
    Rule(
        "guard-overlap",
        "Two ranges of one fact that lead to different places do not cover each other in part. A "
        "narrow condition before a wider one is fine: the first that holds is taken.",
        "from: received, event: refund, to: approval, when: input.amount > 40.0,",
        "from: received, event: refund, to: approval,",
    ),
)
