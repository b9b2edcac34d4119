"""The rules about people, words, and effects that nobody can look up."""

from workflows.rule import Rule

PEOPLE: tuple[Rule, ...] = (
    Rule(
        "second-person-alone",
        "A second look is taken by people; by: of programs alone names none.",
        "reject: { label: Reject, by: import, second-person: true }",
        "reject: { label: Reject, by: [agent, lead] }",
    ),
    Rule(
        "role-held-by-nobody",
        "Somebody holds a role that may fire the event (redress workflow check --staff).",
        "confirm-paid: { label: It was paid, by: [admin] }",
        "confirm-paid: { label: It was paid, by: [finance] }",
        level="warning",
    ),
    Rule(
        "one-role-holder",
        "Where a second person is asked for, by the file or because an unclear refund is decided, "
        "not everything rests on one who may be the first (redress workflow check --staff).",
        "reject: { label: Reject, by: [warehouse], second-person: true }",
        "reject: { label: Reject, by: [agent, lead] }",
        level="warning",
    ),
    Rule(
        "pinned-unreadable",
        "The version of a workflow that open cases are pinned to names only what there still is "
        "(redress workflow check --pinned).",
        "do: item.recieve",
        "do: item.receive",
    ),
    Rule(
        "unknown-unhandled",
        "An effect that can neither be looked up nor safely done again names an event for "
        "unknown, so that a person hears of it.",
        "    run: carrier.pick-up",
        "    run: customer.write\n    with: { letter: refunded }",
    ),
    Rule(
        "repeat-in-the-dark",
        "An effect that can neither be looked up nor safely done again is not declared to repeat.",
        "    run: carrier.pick-up\n    may-repeat: true",
        "    run: customer.write\n    with: { letter: refunded }",
    ),
    Rule(
        "reserved-name",
        "true, no, on and the other words of YAML, and words of the language such as items, name "
        "nothing here: other tools would read them as something else.",
        """\
  on: { label: Go on, by: [lead] }

transitions:
  - { from: received, event: on, to: approval }
""",
        "\ntransitions:\n",
    ),
    Rule(
        "leading-zero",
        "Numbers do not begin with 0: YAML once read 010 as eight.",
        "min: 00, max: item.quantity",
        "min: 0, max: item.quantity",
    ),
    Rule(
        "label-untranslated",
        "Once a label is said in a second language, all labels of the file are.",
        "asked: { label: { en: Customer asked, de: Kunde gefragt }, waits-for: customer }",
        "asked: { label: Customer asked, waits-for: customer }",
    ),
)
