"""The rules that are proved of items and their reclamation together: `redress workflow prove`."""

from workflows.rule import Rule

PRODUCT: tuple[Rule, ...] = (
    Rule(
        "refund-twice",
        "No item is refunded twice: a refund is asked for when none was made, is under way, or is "
        "unclear. A person may find an unclear one not paid first; may-repeat: true says that "
        "it is meant.",
        "{ from: unclear, event: confirm-paid, to: refunded, do: refund.confirm-paid }\n"
        "  - { from: unclear, event: refund, to: refunding, effect: pay-refund, "
        "when: input.amount <= 50.0 }\n"
        "  - { from: unclear, event: refund, to: approval, do: refund.propose }",
        "{ from: unclear, event: confirm-paid, to: refunded, do: refund.confirm-paid }",
    ),
    Rule(
        "unbounded-amount",
        "No more is refunded than was paid: an amount that is typed in is at most what is left.",
        "min: 0.01, max: item.value }",
        "min: 0.01, max: item.refundable }",
    ),
    Rule(
        "above-limit-alone",
        "Nobody refunds more alone than the limits of claims.yaml allow: above, the refund is "
        "proposed, and an event with second-person: true pays it.",
        "to: refunding, when: input.amount <= 5000.0, effect: pay-refund",
        "to: refunding, when: input.amount <= 50.0, effect: pay-refund",
    ),
    Rule(
        "wait-for-each-other",
        "No case waits for another that will send nothing more: its state has a button or a "
        "deadline too, or every way in which the other ends tells it.",
        "{ from: open, event: close, to: open, when: items.open == 0 }",
        "{ from: open, event: close, to: closed, when: items.open == 0 }",
        part_of="reclamation",
    ),
    Rule(
        "deaf",
        "What a case sends is taken wherever its receiver may be then. What an item tells in "
        "vain becomes an incident; a deadline whose items refuse what it sends rings in vain.",
        "to: closed, when: items.open <= 1 }\n  - { from: open, event: item-settled",
        "to: closed, when: items.open == 0 }\n  - { from: open, event: item-settled",
        part_of="reclamation",
    ),
)
