"""The rules about what can be typed in."""

from workflows.rule import Rule

INPUTS: tuple[Rule, ...] = (
    Rule(
        "unbounded-input",
        "A whole number has a max:; a slip of the hand types in any number.",
        "received: { type: integer, label: Pieces received, min: 0 }",
        "received: { type: integer, label: Pieces received, min: 0, max: item.quantity }",
    ),
    Rule(
        "bounds",
        "min: is not above max:, and the default lies between them.",
        "label: Pieces received, min: 9, max: 3 }",
        "label: Pieces received, min: 0, max: item.quantity }",
    ),
)
