"""The JSON Schema of workflow files, with which editors complete and check while one types.

Made from the readers' own tables and the catalogue, so that it cannot know other keys and names
than they do. It is kinder than the readers: what asks for more than one place of the file, such
as whether a state exists, is left to `redress workflow check`.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from workflows.catalogue import Catalogue
from workflows.definition import OUTCOMES, Final, InputType, Since, Subject, Tone
from workflows.fields import LONGEST_NAME, LONGEST_TEXT, NAME
from workflows.parts import INCLUDE_KEYS
from workflows.reading import KEYS, REQUIRED, STATE_KEYS
from workflows.reading_events import (
    CEL_WORDS,
    EVENT_KEYS,
    INPUT_KEYS,
    INPUT_NAME,
    ONLY_PEOPLE,
    SPAN,
)
from workflows.reading_lines import EFFECT_KEYS, LINE_KEYS
from workflows.schema_words import EFFECT, EVENT, INCLUDE, INPUT, LINE, OUTCOME, STATE, TOP
from workflows.spoken import LANGUAGE

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT}
_NAME: Schema = {
    "type": "string",
    "pattern": f"^(?:{NAME.pattern})$",
    "maxLength": LONGEST_NAME,
}
_WORDS: Schema = {
    "anyOf": [
        _TEXT,
        {
            "type": "object",
            "patternProperties": {f"^(?:{LANGUAGE.pattern})$": _TEXT},
            "additionalProperties": False,
            "minProperties": 1,
        },
    ]
}
"""A text, or one per language."""
_TRUE_FALSE: Schema = {"type": "boolean"}
_WORD: Schema = {"type": ["string", "number", "boolean"]}
"""What YAML may take for a number or a yes-no, and our readers for a text."""


def build_schema(catalogue: Catalogue) -> Schema:
    """The schema (2020-12) of workflow files that name what the catalogue has."""
    tables = {
        "states": _table(_state(catalogue), NAME.pattern),
        "effects": _table(_effect(catalogue), NAME.pattern),
        "events": _table(_event(catalogue), NAME.pattern),
        "transitions": {"type": "array", "items": _line(catalogue)},
    }
    exits = {"type": "object", "additionalProperties": _NAME, "minProperties": 1}
    included = _object(INCLUDE_KEYS, {"part": _NAME, "exits": exits}, INCLUDE, ["part", "exits"])
    values = {
        "include": _table(included, NAME.pattern),
        "workflow": _NAME,
        "subject": {"enum": list(get_args(Subject))},
        "language": {"type": "string", "pattern": f"^(?:{LANGUAGE.pattern})$"},
        "label": _WORDS,
        "initial": _NAME,
        **tables,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Workflow of Redress",
        "$comment": "Written by: redress workflow schema > config/workflow.schema.json",
        **_object(KEYS, values, TOP, REQUIRED),
    }


def write_schema(catalogue: Catalogue) -> str:
    """The schema as the text of its file."""
    return json.dumps(build_schema(catalogue), indent=2, ensure_ascii=False) + "\n"


def _object(
    keys: Iterable[str],
    values: Mapping[str, Schema],
    words: Mapping[str, str],
    required: Iterable[str] = (),
) -> Schema:
    """A mapping with just these keys, each of which must have a schema and words."""
    properties = {key: {"description": words[key], **values[key]} for key in keys}
    made: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**made, "required": list(required)} if required else made


def _table(value: Schema, pattern: str) -> Schema:
    names = {"pattern": f"^(?:{pattern})$", "maxLength": LONGEST_NAME}
    return {"type": "object", "propertyNames": names, "additionalProperties": value}


def _one_or_more(value: Schema) -> Schema:
    several = {"type": "array", "items": value, "minItems": 1, "uniqueItems": True}
    return {"anyOf": [value, several]}


def _choice(options: Mapping[str, str]) -> Schema:
    """One of these words, each with what it means."""
    return {"oneOf": [{"const": word, "description": about} for word, about in options.items()]}


def _state(catalogue: Catalogue) -> Schema:
    persons = sorted(catalogue.roles - catalogue.no_person)
    values = {
        "label": _WORDS,
        "final": {"enum": list(get_args(Final))},
        "waits-for": {**_TEXT, "examples": [*persons, "customer", "provider"]},
        "tone": {"enum": list(get_args(Tone))},
        "flags": _one_or_more(_WORD),
    }
    return _object(STATE_KEYS, values, STATE, ["label"])


def _effect(catalogue: Catalogue) -> Schema:
    outcomes = _object(OUTCOMES, dict.fromkeys(OUTCOMES, _NAME), OUTCOME)
    values = {
        "run": _choice({name: kind.about for name, kind in catalogue.effects.items()}),
        "outcomes": outcomes,
        "with": {"type": "object", "additionalProperties": _WORD},
        "may-repeat": _TRUE_FALSE,
    }
    made = _object(EFFECT_KEYS, values, EFFECT, ["run"])
    made["allOf"] = [_effect_of(name, catalogue) for name in catalogue.effects]
    return made


def _effect_of(name: str, catalogue: Catalogue) -> Schema:
    """What else holds where `run` is this effect."""
    kind = catalogue.effects[name]
    needed = [key for key, is_needed in kind.settings.items() if is_needed]
    must = [outcome for outcome in OUTCOMES if outcome in kind.must_handle]
    settings: Schema = {
        "properties": {
            key: {"enum": sorted(kind.choices[key])} if key in kind.choices else _WORD
            for key in kind.settings
        },
        "additionalProperties": False,
    }
    then: Schema = {"properties": {"with": {**settings, "required": needed}}, "required": []}
    if needed:
        then["required"].append("with")
    if must:
        then["properties"]["outcomes"] = {"required": must}
        then["required"].append("outcomes")
    return {"if": {"properties": {"run": {"const": name}}, "required": ["run"]}, "then": then}


def _event(catalogue: Catalogue) -> Schema:
    values = {
        "label": _WORDS,
        "by": _one_or_more({"enum": sorted(catalogue.roles)}),
        "after": {
            "type": "string",
            "pattern": f"^(?:{SPAN.pattern})$",
            "examples": ["2 hours", "30 days", "6 weeks", "5 business days"],
        },
        "at": {"type": "string", "examples": ["item.agreed_on"]},
        "since": {"enum": list(get_args(Since))},
        "pauses-for": _one_or_more(_WORD),
        "on-enter": {"const": True},
        "on-change": {"const": True},
        "from": {"enum": ["items", "reclamation"]},
        "second-person": _TRUE_FALSE,
        "confirm": _WORDS,
        "input": _table(_input(), INPUT_NAME.pattern),
    }
    values["input"]["propertyNames"]["not"] = {"enum": sorted(CEL_WORDS)}
    made = _object(EVENT_KEYS, values, EVENT, ["label"])
    return {**made, "dependentRequired": {key: ["by"] for key in ONLY_PEOPLE}}


def _input() -> Schema:
    values = {
        "type": {"enum": list(get_args(InputType))},
        "label": _WORDS,
        "optional": _TRUE_FALSE,
        **dict.fromkeys(("min", "max", "default"), _WORD),
        "of": _one_or_more(_WORD),
    }
    return _object(INPUT_KEYS, values, INPUT, ["type", "label"])


def _line(catalogue: Catalogue) -> Schema:
    values = {
        "from": _one_or_more(_NAME),
        "event": _NAME,
        "to": _NAME,
        "when": {"type": "string", "examples": list(catalogue.conditions)},
        "refusal": _TEXT,
        "happy": _TRUE_FALSE,
        "do": _one_or_more(
            _choice({name: command.about for name, command in catalogue.commands.items()})
        ),
        "effect": _one_or_more(_NAME),
        "send-items": _NAME,
        "send-reclamation": _NAME,
    }
    words = {**LINE, "when": f"{LINE['when']}\n\n{_facts(catalogue)}"}
    made = _object(LINE_KEYS, values, words, ["from", "event", "to"])
    return {**made, "dependentRequired": {"refusal": ["when"]}}


def _facts(catalogue: Catalogue) -> str:
    """Every fact and named condition with what it says."""
    facts = {name: fact for known in catalogue.facts.values() for name, fact in known.items()}
    said = [f"{name} ({fact.type}): {fact.about}" for name, fact in facts.items()]
    said += [f"{name}: {condition.about}" for name, condition in catalogue.conditions.items()]
    return "\n".join(said)
