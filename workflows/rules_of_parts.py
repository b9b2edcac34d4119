"""The rules about parts that a workflow includes."""

from workflows.rule import Rule

_LAST = "  - { from: [reported, received], event: reject, to: rejected }\n"
_PART = """\
part: reminding
subject: item
label: Remind and wait
exits: [forgotten]
states:
  waiting: { label: Reminded, waits-for: customer }
events:
  too-late: { label: Still nothing, after: 14 days }
  give-up: { label: Give up, by: [lead] }
transitions:
  - { from: waiting, event: too-late, to: forgotten }
  - { from: waiting, event: give-up, to: forgotten }
"""
_TWICE = """\
part: reminding
subject: item
exits: [forgotten]
states:
  waiting: { label: Reminded, waits-for: customer }
  again-waiting: { label: Reminded again, waits-for: customer }
events:
  late: { label: Still nothing, after: 14 days }
transitions:
  - { from: waiting, event: late, to: again-waiting }
  - { from: again-waiting, event: late, to: forgotten }
"""
_ASK = "  - { from: asked, event: ask, to: once-waiting }\n"


def _including(include: str, part: str = _PART, more: str = _ASK) -> str:
    """The example with a part that stands behind it in the same file."""
    return f"{_LAST}{more}include:\n{include}\n--- # part reminding\n{part}"


PARTS: tuple[Rule, ...] = (
    Rule(
        "unknown-part",
        "What is included is a file of the folder parts/, or stands behind the workflow.",
        f"{_LAST}include:\n  once: {{ part: remembering, exits: {{ forgotten: rejected }} }}\n",
        _LAST,
    ),
    Rule(
        "unused-part",
        "A part that nobody includes would be read, and checked, by nobody.",
        f"{_LAST}--- # part reminding\n{_PART}",
        _LAST,
    ),
    Rule(
        "part-circle",
        "A part cannot include itself, nor one that includes it.",
        _including(
            "  once: { part: reminding, exits: { forgotten: rejected } }",
            _PART + "include:\n  again: { part: reminding, exits: { forgotten: forgotten } }\n",
        ),
        _LAST,
    ),
    Rule(
        "prefix-clash",
        "The names of a part under its prefix are new; two of the same name would be mixed up.",
        _including(
            "  once: { part: reminding, exits: { forgotten: rejected } }\n"
            "  once-again: { part: reminding, exits: { forgotten: rejected } }",
            _TWICE,
        ),
        _LAST,
    ),
    Rule(
        "exit-missing",
        "The workflow says for each exit of a part to which of its states it leads.",
        _including("  once: { part: reminding }", more=""),
        _LAST,
    ),
)
