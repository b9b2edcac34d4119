"""The `events:` of a workflow file, with the forms they ask for."""

import re
from datetime import timedelta
from typing import Literal, cast, get_args

from workflows.definition import Event, Input, InputType, Since
from workflows.draft import Draft
from workflows.fields import Fields, is_name
from workflows.problems import did_you_mean
from workflows.source import Mapping, Node, Scalar

EVENT_KEYS = (
    "label",
    "by",
    "after",
    "at",
    "since",
    "pauses-for",
    "on-enter",
    "on-change",
    "from",
    "second-person",
    "confirm",
    "input",
)
_SENDERS = ("by", "after", "at", "on-enter", "on-change", "from")
ONLY_PEOPLE = ("second-person", "confirm", "input")
INPUT_KEYS = ("type", "label", "optional", "min", "max", "default", "of")
FILE_KINDS = ("image", "pdf")
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
SPAN = re.compile(r"([1-9][0-9]{0,5}) (minute|hour|day|week|business day)s?")
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
    label, labels = draft.words(fields, "label")
    confirm, confirms = draft.words(fields, "confirm")
    after, is_business = _after(draft, fields)
    return Event(
        name=key.text,
        label=label or key.text,
        place=key.place,
        by=frozenset(role for role in roles if role),
        after=after,
        on_enter=_only_true(draft, fields, "on-enter"),
        sent_by=cast(Literal["items", "reclamation"] | None, sent_by),
        second_person=fields.flag("second-person"),
        confirm=confirm,
        input=_inputs(draft, key.text, fields.node("input")),
        is_business=is_business,
        at=_at(draft, fields),
        since=cast(Since, fields.one_of("since", get_args(Since)) or "entered"),
        pauses_for=frozenset(scalar.text for scalar in fields.scalars("pauses-for")),
        on_change=_only_true(draft, fields, "on-change"),
        labels=labels,
        confirms=confirms,
    )


def _counterparts(draft: Draft) -> list[str]:
    return ["reclamation"] if draft.subject == "item" else ["items"]


def _only_true(draft: Draft, fields: Fields, key: str) -> bool:
    if key in fields and not fields.flag(key):
        draft.findings.add(
            "yes-no", fields.place_of(key), f"{key} of {fields.about} can only be true."
        )
    return key in fields


def _after(draft: Draft, fields: Fields) -> tuple[timedelta | None, bool]:
    """The span, and whether its days are business days."""
    scalar = fields.scalar("after")
    if scalar is None:
        return None, False
    match = SPAN.fullmatch(scalar.text)
    if match is None:
        draft.findings.add(
            "span",
            scalar.place,
            f"after of {fields.about} cannot be {scalar.text}.",
            "Write a number and minutes, hours, days, weeks or business days, such as 30 days.",
        )
        return _LONGEST_WAIT, False
    unit = match[2].removeprefix("business ")
    span = timedelta(**{f"{unit}s": int(match[1])})
    if span > _LONGEST_WAIT:
        draft.findings.add("span", scalar.place, f"{scalar.text} is longer than ten years.")
    return span, unit != match[2]


def _at(draft: Draft, fields: Fields) -> str | None:
    scalar = fields.scalar("at")
    if scalar is None:
        return None
    draft.check_value(scalar, "date")
    return scalar.text


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
    label, labels = draft.words(fields, "label")
    _check_options(draft, fields, kind, options)
    return Input(
        name=name,
        type=kind,
        label=label or name,
        place=key.place,
        optional=fields.flag("optional"),
        min=_value(draft, fields, "min", kind, options),
        max=_value(draft, fields, "max", kind, options),
        default=_value(draft, fields, "default", kind, options),
        of=options,
        labels=labels,
    )


def _check_options(draft: Draft, fields: Fields, kind: InputType, options: tuple[str, ...]) -> None:
    if kind == "choice" and not options and not isinstance(fields.node("of"), Mapping):
        draft.findings.add(
            "missing-key", fields.place, f"{fields.about} needs of: with what can be chosen."
        )
    if kind not in {"choice", "file"} and "of" in fields:
        draft.findings.add(
            "misplaced",
            fields.entries["of"][0].place,
            "of is for inputs of the types choice and file.",
        )
    for option in fields.scalars("of") if kind == "file" else ():
        if option.text not in FILE_KINDS:
            draft.findings.add(
                "unknown-word",
                option.place,
                f"A file cannot be of the kind {option.text}.",
                did_you_mean(option.text, FILE_KINDS),
            )


def _value(
    draft: Draft, fields: Fields, key: str, kind: InputType, options: tuple[str, ...]
) -> str | None:
    """A bound or default as an expression; a choice's default may be one of its options."""
    scalar = fields.scalar(key)
    if scalar is None:
        return None
    if kind == "file" or (key != "default" and kind not in _BOUNDED):
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
