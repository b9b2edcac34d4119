"""The rules about what a file names: its own things, the catalogue's, and in expressions."""

from workflows.rule import Rule

NAMES: tuple[Rule, ...] = (
    Rule(
        "aggregate",
        "items.all, any, count and sum ask the items of a reclamation, in its own workflow.",
        "to: approval, when: items.all(final) }",
        "to: approval, when: item.value > 500.0 }",
    ),
    Rule(
        "language",
        "A language is two small letters; each label is said at least in the file's own.",
        "rejected: { label: { de: Abgelehnt }, final: bad }",
        "rejected: { label: Rejected, final: bad }",
    ),
    Rule(
        "unknown-state",
        "A line names states of this file.",
        "from: approval, event: approve, to: refundign",
        "from: approval, event: approve, to: refunding",
    ),
    Rule(
        "unknown-event",
        "A line or an outcome names an event of this file.",
        "from: approval, event: aprove",
        "from: approval, event: approve",
    ),
    Rule(
        "unknown-effect",
        "effect: names an effect of this file, run: one of the catalogue.",
        "effect: write-refundet",
        "effect: write-refunded",
    ),
    Rule(
        "unknown-command",
        "do: names a command of the catalogue.",
        "do: item.recieve",
        "do: item.receive",
    ),
    Rule(
        "unknown-condition",
        "when: is an expression, or the name of a condition of the catalogue; no other is run.",
        "when: subprocess.getoutput",
        "when: item.value > 500.0",
    ),
    Rule(
        "unknown-role",
        "by: names roles that there are.",
        "by: [warehose, lead]",
        "by: [warehouse, lead]",
    ),
    Rule(
        "unknown-fact",
        "An expression names facts of the catalogue, for this kind of subject.",
        "when: item.vlaue > 500.0",
        "when: item.value > 500.0",
    ),
    Rule(
        "unknown-input",
        "input. names something that the line's event asks for.",
        "when: input.sum <= 50.0",
        "when: input.amount <= 50.0",
    ),
    Rule(
        "unknown-function",
        "Only the functions of CEL can be called.",
        "when: shell('ls') > 500.0",
        "when: item.value > 500.0",
    ),
    Rule(
        "condition",
        "A condition is a CEL expression: == compares, && and || join, ! denies.",
        "when: item.value = 500.0",
        "when: item.value > 500.0",
    ),
    Rule(
        "condition-type",
        "Both sides of a comparison are of one type, and a condition is a yes-no. "
        "Money is written with a point.",
        "when: item.value > 500",
        "when: item.value > 500.0",
    ),
    Rule(
        "constant-condition",
        "A condition asks about the case; one without a fact is always the same.",
        "when: 1 < 2",
        "when: item.value > 500.0",
    ),
    Rule(
        "bound-type",
        "A bound or default is of the same type as its input.",
        "min: 0, max: item.value",
        "min: 0, max: item.quantity",
    ),
    Rule(
        "missing-input",
        "A command finds what it needs in the form of the line's event.",
        "from: approval, event: approve, to: refunding, do: refund.mark",
        "from: approval, event: approve, to: refunding, effect: pay-refund",
    ),
    Rule(
        "wrong-subject",
        "Some things are for items only, some for reclamations only.",
        "event: ask, to: asked, send-items: withdraw",
        "event: ask, to: asked",
    ),
    Rule(
        "sent-in-vain",
        "What items and reclamations tell each other must be an event, with from:, of every "
        "workflow on the other side.",
        "send-reclamation: item-setled",
        "send-reclamation: item-settled",
    ),
)
