"""The `events:` of a workflow file, with the forms they ask for."""

import re
from datetime import timedelta
from typing import Literal, cast, get_args

from workflows.definition import Event, Input, InputType
from workflows.draft import Draft
from workflows.fields import Fields, is_name
from workflows.source import Mapping, Node, Scalar

EVENT_KEYS = ("label", "by", "after", "on-enter", "from", "second-person", "confirm", "input")
_SENDERS = ("by", "after", "on-enter", "from")
ONLY_PEOPLE = ("second-person", "confirm", "input")
INPUT_KEYS = ("type", "label", "optional", "min", "max", "default", "of")
INPUT_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
CEL_WORDS = frozenset(
    {
        "as",
        "break",
        "const",
        "continue",
        "else",
        "false",
        "for",
        "function",
        "if",
        "import",
        "in",
        "let",
        "loop",
        "namespace",
        "null",
        "package",
        "return",
        "true",
        "var",
        "void",
        "while",
    }
)
SPAN = re.compile(r"([1-9][0-9]{0,5}) (minute|hour|day|week)s?")
_LONGEST_WAIT = timedelta(days=3660)
_BOUNDED: frozenset[InputType] = frozenset({"integer", "money", "date"})


def read_events(draft: Draft, node: Node | None) -> None:
    table = Fields(draft.findings, node, "the table of events")
    for name, (key, value) in table.entries.items():
        if is_name(draft.findings, key):
            draft.events[name] = _event(draft, key, value)
        else:
            draft.is_complete = False


def _event(draft: Draft, key: Scalar, node: Node) -> Event:
    about = f"the event {key.text}"
    fields = Fields(draft.findings, node, about, EVENT_KEYS, key.place)
    fields.require("label")
    draft.is_complete = draft.is_complete and fields.is_mapping
    senders = [sender for sender in _SENDERS if sender in fields]
    if len(senders) > 1:
        draft.findings.add(
            "several-senders",
            key.place,
            f"The event {key.text} has {' and '.join(senders)}; one of them fires it.",
            "Give each sender an event of its own.",
        )
    for only_people in ONLY_PEOPLE:
        if only_people in fields and "by" not in fields:
            draft.findings.add(
                "not-by-people",
                fields.entries[only_people][0].place,
                f"{only_people} of {about} is for events that people fire.",
                "Add by: with the roles that may.",
            )
    roles = [
        draft.resolve(role, sorted(draft.catalogue.roles), "unknown-role", "role")
        for role in fields.scalars("by")
    ]
    sent_by = fields.one_of("from", _counterparts(draft))
    return Event(
        name=key.text,
        label=fields.text("label") or key.text,
        place=key.place,
        by=frozenset(role for role in roles if role),
        after=_after(draft, fields),
        on_enter=_on_enter(draft, fields),
        sent_by=cast(Literal["items", "reclamation"] | None, sent_by),
        second_person=fields.flag("second-person"),
        confirm=fields.text("confirm"),
        input=_inputs(draft, key.text, fields.node("input")),
    )


def _counterparts(draft: Draft) -> list[str]:
    return ["reclamation"] if draft.subject == "item" else ["items"]


def _on_enter(draft: Draft, fields: Fields) -> bool:
    if "on-enter" in fields and not fields.flag("on-enter"):
        draft.findings.add(
            "yes-no", fields.place_of("on-enter"), f"on-enter of {fields.about} can only be true."
        )
    return "on-enter" in fields


def _after(draft: Draft, fields: Fields) -> timedelta | None:
    scalar = fields.scalar("after")
    if scalar is None:
        return None
    match = SPAN.fullmatch(scalar.text)
    if match is None:
        draft.findings.add(
            "span",
            scalar.place,
            f"after of {fields.about} cannot be {scalar.text}.",
            "Write a number and minutes, hours, days or weeks, such as 30 days.",
        )
        return _LONGEST_WAIT
    span = timedelta(**{f"{match[2]}s": int(match[1])})
    if span > _LONGEST_WAIT:
        draft.findings.add("span", scalar.place, f"{scalar.text} is longer than ten years.")
    return span


def _inputs(draft: Draft, event: str, node: Node | None) -> tuple[Input, ...]:
    if node is None:
        return ()
    table = Fields(draft.findings, node, f"the input of {event}")
    read = [_input(draft, key, value) for key, value in table.entries.values()]
    return tuple(item for item in read if item)


def _input(draft: Draft, key: Scalar, node: Node) -> Input | None:
    name = key.text
    if len(name) > 64 or not INPUT_NAME.fullmatch(name) or name in CEL_WORDS:
        draft.findings.add(
            "name",
            key.place,
            f"{name[:80]} cannot be an input: small letters, digits and _, a letter first, "
            "and no word of the expressions.",
        )
        return None
    fields = Fields(draft.findings, node, f"the input {name}", INPUT_KEYS, key.place)
    fields.require("type", "label")
    kind = cast(InputType, fields.one_of("type", get_args(InputType)) or "text")
    options = tuple(option.text for option in fields.scalars("of"))
    _check_options(draft, fields, kind, options)
    return Input(
        name=name,
        type=kind,
        label=fields.text("label") or name,
        place=key.place,
        optional=fields.flag("optional"),
        min=_value(draft, fields, "min", kind, options),
        max=_value(draft, fields, "max", kind, options),
        default=_value(draft, fields, "default", kind, options),
        of=options,
    )


def _check_options(draft: Draft, fields: Fields, kind: InputType, options: tuple[str, ...]) -> None:
    if kind == "choice" and not options and not isinstance(fields.node("of"), Mapping):
        draft.findings.add(
            "missing-key", fields.place, f"{fields.about} needs of: with what can be chosen."
        )
    if kind != "choice" and "of" in fields:
        draft.findings.add(
            "misplaced", fields.entries["of"][0].place, "of is for inputs of the type choice."
        )


def _value(
    draft: Draft, fields: Fields, key: str, kind: InputType, options: tuple[str, ...]
) -> str | None:
    """A bound or default as an expression; a choice's default may be one of its options."""
    scalar = fields.scalar(key)
    if scalar is None:
        return None
    if key != "default" and kind not in _BOUNDED:
        draft.findings.add(
            "misplaced",
            fields.entries[key][0].place,
            f"{key} is for whole numbers, money and dates; {fields.about} is {kind}.",
        )
        return None
    if kind == "choice" and scalar.text in options:
        escaped = scalar.text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    draft.check_value(scalar, kind)
    return scalar.text
