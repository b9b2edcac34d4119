"""The `effects:` and `transitions:` of a workflow file."""

import re
from dataclasses import dataclass

from workflows.definition import OUTCOMES, EffectUse, Event, Outcome, Transition
from workflows.draft import Draft
from workflows.fields import Fields, is_name
from workflows.problems import did_you_mean
from workflows.source import Node, Scalar, Sequence

LINE_KEYS = (
    "from",
    "event",
    "to",
    "when",
    "refusal",
    "happy",
    "do",
    "effect",
    "send-items",
    "send-reclamation",
)
MOST_LINES = 2000
EFFECT_KEYS = ("run", "outcomes", "with", "may-repeat")
_LONE_NAME = re.compile(r"[A-Za-z_][\w-]*(\.[\w-]+)*")


def read_effects(draft: Draft, node: Node | None) -> None:
    if node is None:
        return
    table = Fields(draft.findings, node, "the table of effects")
    for name, (key, value) in table.entries.items():
        effect = _effect(draft, key, value) if is_name(draft.findings, key) else None
        if effect:
            draft.effects[name] = effect
        else:
            draft.is_complete = False


def read_lines(draft: Draft, node: Node | None) -> None:
    if node is None:
        return
    if not isinstance(node, Sequence):
        draft.findings.add("not-a-list", node.place, "transitions is a list of lines.")
        draft.is_complete = False
        return
    for number, item in enumerate(node.items, 1):
        _read_line(draft, item)
        if max(number, len(draft.lines)) > MOST_LINES:
            draft.findings.add(
                "too-many",
                item.place,
                f"With this line there are more than {MOST_LINES}, each state of from: counted.",
                "Divide the workflow.",
            )
            draft.lines.clear()
            draft.is_complete = False
            return


def _effect(draft: Draft, key: Scalar, node: Node) -> EffectUse | None:
    about = f"the effect {key.text}"
    fields = Fields(draft.findings, node, about, EFFECT_KEYS, key.place)
    fields.require("run")
    run = fields.scalar("run")
    kind = draft.resolve(run, draft.catalogue.effects, "unknown-effect", "effect") if run else None
    if run is None or kind is None:
        return None
    known = draft.catalogue.effects[kind]
    if draft.subject not in known.subjects:
        draft.findings.add(
            "wrong-subject", run.place, f"{kind} is not for the workflow of {draft.whose}."
        )
    outcomes: dict[Outcome, str] = {}
    named = (
        Fields(draft.findings, fields.node("outcomes"), f"outcomes of {about}", OUTCOMES)
        if ("outcomes" in fields)
        else None
    )
    for outcome in OUTCOMES:
        scalar = named.scalar(outcome) if named else None
        if scalar:
            event = draft.resolve(scalar, draft.events, "unknown-event", "event")
            if event:
                outcomes[outcome] = event
        elif outcome in known.must_handle and (named is None or outcome not in named):
            draft.findings.add(
                "unhandled-outcome",
                key.place,
                f"{kind} can end {outcome}, and {about} names no event for it.",
                f"Add {outcome}: to its outcomes.",
            )
    settings = _settings(draft, fields, key, kind)
    may_repeat = fields.flag("may-repeat")
    return EffectUse(key.text, kind, key.place, outcomes, settings, may_repeat)


def _settings(draft: Draft, fields: Fields, key: Scalar, kind: str) -> dict[str, str]:
    known = draft.catalogue.effects[kind].settings
    settings: dict[str, str] = {}
    if "with" in fields:
        given = Fields(draft.findings, fields.node("with"), f"{kind}", known)
        for name in given.entries:
            text = given.text(name)
            if text is not None and name in known:
                settings[name] = text
                _is_choice(draft, given, kind, name, text)
    node = fields.node("with")
    for name, needed in known.items():
        if needed and name not in settings and not (node and name in getattr(node, "entries", {})):
            draft.findings.add(
                "missing-key",
                key.place,
                f"{kind} needs {name}.",
                f"Add with: {{ {name}: … }} to the effect {key.text}.",
            )
    return settings


def _is_choice(draft: Draft, given: Fields, kind: str, name: str, text: str) -> None:
    choices = draft.catalogue.effects[kind].choices.get(name)
    if choices is not None and text not in choices:
        draft.findings.add(
            "unknown-word",
            given.place_of(name),
            f"{name} of {kind} cannot be {text[:80]}.",
            did_you_mean(text, sorted(choices)),
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a line asks for besides moving."""

    do: tuple[str, ...]
    effects: tuple[str, ...]


def _read_line(draft: Draft, node: Node) -> None:
    before = len(draft.findings.found)
    fields = Fields(draft.findings, node, "a transition", LINE_KEYS)
    fields.require("from", "event", "to")
    sources = [
        draft.resolve(scalar, draft.states, "unknown-state", "state")
        for scalar in fields.scalars("from")
    ]
    event_scalar, target_scalar = fields.scalar("event"), fields.scalar("to")
    event = event_scalar and draft.resolve(event_scalar, draft.events, "unknown-event", "event")
    target = target_scalar and draft.resolve(target_scalar, draft.states, "unknown-state", "state")
    known_event = draft.events.get(event) if event else None
    when = _condition(draft, fields, known_event)
    refusal = _refusal(draft, fields)
    asked = _Asked(_commands(draft, fields, known_event), _effects(draft, fields))
    sends = [_sent(draft, fields, key) for key in ("send-items", "send-reclamation")]
    happy = fields.flag("happy")
    if not event or not target or not sources:
        draft.is_complete = draft.is_complete and len(draft.findings.found) == before
        return
    for source in sources:
        if source:
            draft.lines.append(
                Transition(
                    source=source,
                    event=event,
                    target=target,
                    place=fields.place,
                    when=when,
                    when_place=fields.place_of("when") if when else None,
                    refusal=refusal,
                    happy=happy,
                    do=asked.do,
                    effects=asked.effects,
                    send_items=sends[0],
                    send_reclamation=sends[1],
                )
            )


def _refusal(draft: Draft, fields: Fields) -> str | None:
    scalar = fields.scalar("refusal")
    if scalar is None:
        return None
    if fields.scalar("when") is None:
        draft.findings.add(
            "refusal-without-condition",
            scalar.place,
            "A line without `when` is always taken; its refusal would never be read.",
            "Remove refusal, or add the condition that it explains.",
        )
    return scalar.text


def _condition(draft: Draft, fields: Fields, event: Event | None) -> str | None:
    scalar = fields.scalar("when")
    if scalar is None:
        return None
    conditions = draft.catalogue.conditions
    named = conditions.get(scalar.text)
    if named:
        if draft.subject not in named.subjects:
            draft.findings.add(
                "wrong-subject",
                scalar.place,
                f"{scalar.text} is not for the workflow of {draft.whose}.",
            )
        return scalar.text
    variables = draft.variables(event)
    if _LONE_NAME.fullmatch(scalar.text) and scalar.text not in {*variables, "true", "false"}:
        yes_no = [name for name, kind in variables.items() if kind == "yes-no"]
        draft.findings.add(
            "unknown-condition",
            scalar.place,
            f"There is no condition {scalar.text[:80]}.",
            did_you_mean(scalar.text, [*conditions, *yes_no]),
        )
        return scalar.text
    draft.check_condition(scalar, event)
    return scalar.text


def _commands(draft: Draft, fields: Fields, event: Event | None) -> tuple[str, ...]:
    names: list[str] = []
    for scalar in fields.scalars("do"):
        name = draft.resolve(scalar, draft.catalogue.commands, "unknown-command", "command")
        if name is None:
            continue
        names.append(name)
        command = draft.catalogue.commands[name]
        if draft.subject not in command.subjects:
            draft.findings.add("wrong-subject", scalar.place, f"{name} is not for {draft.whose}.")
        asked = {field.name for field in event.input} if event else command.needs_input
        for missing in sorted(command.needs_input - asked):
            draft.findings.add(
                "missing-input",
                scalar.place,
                f"{name} needs the input {missing}, which {event.name if event else ''} does not "
                "ask for.",
                f"Add {missing}: to the input of the event.",
            )
    return tuple(names)


def _effects(draft: Draft, fields: Fields) -> tuple[str, ...]:
    names = [
        draft.resolve(scalar, draft.effects, "unknown-effect", "effect of this workflow")
        for scalar in fields.scalars("effect")
    ]
    return tuple(name for name in names if name)


def _sent(draft: Draft, fields: Fields, key: str) -> str | None:
    if key not in fields:
        return None
    receiver = key.removeprefix("send-")
    if (receiver == "items") == (draft.subject == "item"):
        draft.findings.add(
            "wrong-subject",
            fields.entries[key][0].place,
            f"{key} is not for the workflow of {draft.whose}.",
        )
    return fields.name(key)
