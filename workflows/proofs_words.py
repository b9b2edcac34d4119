"""Proofs about words: names that other tools misread, and labels that lack a language."""

import re
from collections.abc import Iterator, Mapping

from workflows.definition import Place
from workflows.draft import Draft

RESERVED = frozenset(
    {"true", "false", "null", "yes", "no", "on", "off", "y", "n", "items", "item", "reclamation"}
    | {"input", "now"}
)
"""YAML's own words, which other tools read as something else, and words of the language."""
_QUOTED = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"")
_OCTAL = re.compile(r"(?<![\w.])0\d[\d.]*")


def prove_words(draft: Draft) -> None:
    """Names are no reserved words, numbers are plain, and each label is said in all languages."""
    for what, table in (
        ("a state", draft.states),
        ("an effect", draft.effects),
        ("an event", draft.events),
    ):
        for name, named in table.items():
            if name in RESERVED:
                draft.findings.add(
                    "reserved-name",
                    named.place,
                    f"{name} cannot be the name of {what}: it is a word of YAML or of the "
                    "language.",
                    f"Call it {name}-1, or better by what it is.",
                )
    for place, text in _expressions(draft):
        octal = _OCTAL.search(_QUOTED.sub(lambda quoted: " " * len(quoted[0]), text))
        if octal:
            draft.findings.add(
                "leading-zero",
                place,
                f"{octal[0]} may be read as eight or as ten; numbers do not begin with 0.",
                f"Write {_plain(octal[0])}.",
            )
    _all_languages(draft)


def _plain(number: str) -> str:
    shorter = number.lstrip("0")
    return f"0{shorter}" if shorter[:1] in {"", "."} else shorter


def _expressions(draft: Draft) -> Iterator[tuple[Place, str]]:
    for line in draft.lines:
        if line.when:
            yield line.when_place or line.place, line.when
    for event in draft.events.values():
        if event.at:
            yield event.place, event.at
        for field in event.input:
            for text in (field.min, field.max, field.default):
                if text:
                    yield field.place, text


def _all_languages(draft: Draft) -> None:
    """Once one label is said in another language, all are."""
    if any(problem.rule == "language" for problem in draft.findings.found):
        return
    labels = list(_labels(draft))
    languages = sorted({language for _, _, said in labels for language in said})
    for place, about, said in labels:
        missing = [language for language in languages if language not in said]
        if missing:
            draft.findings.add(
                "label-untranslated",
                place,
                f"{about} is not said in {' and '.join(missing)}, in which other labels are.",
                f"Write {{ {draft.language}: …, {': …, '.join(missing)}: … }}.",
            )


def _labels(draft: Draft) -> Iterator[tuple[Place, str, Mapping[str, str]]]:
    if draft.label_place:
        yield draft.label_place, "The label of the workflow", draft.labels
    for state in draft.states.values():
        yield state.place, f"The label of the state {state.name}", state.labels
    for event in draft.events.values():
        yield event.place, f"The label of the event {event.name}", event.labels
        if event.confirm:
            yield event.place, f"confirm of {event.name}", event.confirms
        for field in event.input:
            yield field.place, f"The label of the input {field.name}", field.labels
