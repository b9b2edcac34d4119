"""The rules about the file itself and the shape of what stands in it."""

from workflows.example import ITEM
from workflows.rule import Rule

FILES: tuple[Rule, ...] = (
    Rule(
        "encoding",
        "A file is UTF-8; any other byte is refused rather than guessed.",
        "label: Zur\udcfcck und erstatten",
        "label: Return and refund",
    ),
    Rule("empty", "A file says something; remarks alone are nothing.", "# to be written\n", ITEM),
    Rule(
        "too-big",
        "A file has at most 256 KiB, so that none can use up the memory.",
        "# a remark that goes on and on\n" * 9000,
        "events:\n",
    ),
    Rule(
        "too-deep",
        "Nothing stands more than 32 levels deep.",
        "label: " + "[" * 40 + "]" * 40,
        "label: Return and refund",
    ),
    Rule(
        "too-many",
        "A workflow has at most 200 states, 200 events, 200 effects and 2000 lines.",
        "states:\n" + "".join(f"  other-{n}: {{ label: Other }}\n" for n in range(200)),
        "states:\n",
    ),
    Rule(
        "yaml",
        "The file is YAML. Texts with : # [ ] { } or , in them stand between quotes.",
        "label: Return: and refund",
        "label: Return and refund",
    ),
    Rule(
        "second-document",
        "A file is one workflow; a second document after --- would be overlooked.",
        "---\nevents:\n",
        "events:\n",
    ),
    Rule(
        "tag",
        "Tags such as !!python/name are refused: nothing in a file is ever executed.",
        'label: !!python/name:os.system "Return"',
        "label: Return and refund",
    ),
    Rule(
        "anchor",
        "Anchors are refused: what a line means stands in the line.",
        "by: &staff [warehouse, lead]",
        "by: [warehouse, lead]",
    ),
    Rule(
        "alias",
        "Aliases are refused: they hide what is meant, and can blow a small file up.",
        "reject: { label: *words, by: [agent, lead] }",
        "reject: { label: Reject, by: [agent, lead] }",
    ),
    Rule(
        "duplicate-key",
        "A key stands once; YAML would silently keep the last.",
        "label: Return and refund\nlabel: Refund",
        "label: Return and refund",
    ),
    Rule(
        "not-a-mapping",
        "Here keys with values are needed.",
        "reported: Reported",
        "reported: { label: Reported, waits-for: warehouse }",
    ),
    Rule(
        "not-a-list",
        "transitions is a list: each line begins with a hyphen.",
        "transitions:\n  first:\n  - { from",
        "transitions:\n  - { from",
    ),
    Rule(
        "single-value",
        "Here one value is needed, not a list or a mapping.",
        "label: [Return, refund]",
        "label: Return and refund",
    ),
    Rule(
        "nothing",
        "Where a key stands, something stands behind it; null counts as nothing.",
        "label: null",
        "label: Return and refund",
    ),
    Rule(
        "twice",
        "A list names each thing once.",
        "by: [warehouse, warehouse]",
        "by: [warehouse, lead]",
    ),
    Rule(
        "text",
        "Texts for people have at most 1000 ordinary characters.",
        'label: "Return\\a and refund"',
        "label: Return and refund",
    ),
    Rule(
        "name",
        "Names are small letters and digits with hyphens (in inputs _), a letter first; "
        "an input is no word of the expressions such as in or true.",
        "Remark: { type: text, label: Remark, optional: true }",
        "remark: { type: text, label: Remark, optional: true }",
    ),
    Rule(
        "yes-no",
        "A yes-no is true or false; yes, on and no are words like others.",
        "second-person: yes",
        "second-person: true",
    ),
    Rule(
        "span",
        "A deadline is a number and minutes, hours, days or weeks, at most ten years.",
        "after: 14d",
        "after: 14 days",
    ),
    Rule(
        "not-a-number",
        "NaN, infinity and numbers beyond all size are no amounts.",
        "when: input.amount <= 1e999",
        "when: input.amount <= 50.0",
    ),
    Rule(
        "unknown-key",
        "Only the keys of the reference are known; any other is probably misspelt.",
        "waits-for: agent, colour: red",
        "waits-for: agent, tone: owed",
    ),
    Rule(
        "missing-key",
        "What cannot be done without must be there, such as a label.",
        "ask: { by: [agent, lead] }",
        "ask: { label: Ask the customer, by: [agent, lead] }",
    ),
    Rule(
        "unknown-word",
        "Only certain words can stand here.",
        "label: Refunded, final: happily",
        "label: Refunded, final: good",
    ),
    Rule(
        "misplaced",
        "min and max are for whole numbers, money and dates; of is for choices.",
        "type: text, label: Remark, max: 100",
        "type: text, label: Remark, optional: true",
    ),
    Rule(
        "not-by-people",
        "confirm, input and second-person are for events that people fire.",
        "after: 14 days, confirm: Sure",
        "after: 14 days",
    ),
    Rule(
        "refusal-without-condition",
        "A refusal explains a condition that does not hold; without when: nobody ever reads it.",
        "event: ask, to: asked, refusal: Not now.",
        "event: ask, to: asked",
    ),
    Rule(
        "duplicate-workflow",
        "Each workflow has a name of its own; another file has this one already.",
        "workflow: example-reclamation",
        "workflow: example-item",
    ),
)
