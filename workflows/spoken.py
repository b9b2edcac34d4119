"""Labels in several languages: how a file writes them, and a definition in one of them."""

import re
from collections.abc import Mapping as Table
from dataclasses import replace

from workflows.definition import Definition, Event, Input, State
from workflows.fields import Fields
from workflows.problems import Findings
from workflows.source import Mapping

LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")


def read_words(
    findings: Findings, fields: Fields, key: str, language: str
) -> tuple[str | None, dict[str, str]]:
    """The words at a key in the file's own language, and those in other languages."""
    node = fields.node(key)
    if not isinstance(node, Mapping):
        return fields.text(key), {}
    about = f"{key} of {fields.about}"
    translations = Fields(findings, node, about)
    words: dict[str, str] = {}
    for code, (scalar, _) in translations.entries.items():
        if not LANGUAGE.fullmatch(code):
            findings.add(
                "language",
                scalar.place,
                f"{code[:80]} is no language: two small letters are, such as de, or de-AT.",
            )
        elif text := translations.text(code):
            words[code] = text
    if language not in translations.entries:
        findings.add(
            "language",
            node.place,
            f"{about} is not said in {language}, the language of the file.",
            f"Add {language}:, or name the file's language at its top, such as language: de.",
        )
    return words.pop(language, None), words


def in_language(definition: Definition, language: str) -> Definition:
    """The definition with the labels of a language where it has them; else its own.

    `de-AT` takes `de` where there is nothing nearer.
    """
    if language == definition.language:
        return definition

    def said(own: str, others: Table[str, str]) -> str:
        return others.get(language) or others.get(language.partition("-")[0]) or own

    def state(one: State) -> State:
        return replace(one, label=said(one.label, one.labels))

    def field(one: Input) -> Input:
        return replace(one, label=said(one.label, one.labels))

    def event(one: Event) -> Event:
        return replace(
            one,
            label=said(one.label, one.labels),
            confirm=said(one.confirm, one.confirms) if one.confirm else None,
            input=tuple(field(each) for each in one.input),
        )

    return replace(
        definition,
        label=said(definition.label, definition.labels),
        states={name: state(one) for name, one in definition.states.items()},
        events={name: event(one) for name, one in definition.events.items()},
    )


def languages_of(definition: Definition) -> tuple[str, ...]:
    """Its own language first, then every other one that any of its labels has, in order."""
    found = {definition.language: None}
    found |= dict.fromkeys(definition.labels)
    for state in definition.states.values():
        found |= dict.fromkeys(state.labels)
    for event in definition.events.values():
        found |= dict.fromkeys([*event.labels, *event.confirms])
        for field in event.input:
            found |= dict.fromkeys(field.labels)
    return tuple(found)
