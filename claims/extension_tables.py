"""What is wrong with an extension's table, all at once, in sentences for who wrote it."""

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import get_args

from claims.catalogue import CATALOGUE
from claims.extending import Command, Condition, Effect, Extension, Fact
from workflows.catalogue import FactType
from workflows.definition import InputType, Outcome, Subject
from workflows.problems import did_you_mean

_NAME = re.compile(r"[a-z][a-z0-9]{1,30}")
_FACT = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_OTHER = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TABLES: Mapping[str, type] = {
    "facts": Fact,
    "conditions": Condition,
    "commands": Command,
    "effects": Effect,
}


def problems_of(extensions: Sequence[Extension]) -> list[str]:
    """A sentence for each mistake; none where `claims.extensions.join` may put them together."""
    said: list[str] = []
    for position, extension in enumerate(extensions):
        if extension.name in {each.name for each in extensions[:position]}:
            said.append(f"Two extensions are called {extension.name}; rename one of them.")
        said += _of_name(extension)
        for table, kind in _TABLES.items():
            said += _of_table(extension, table, kind)
    if not said:
        for extension in extensions:
            for name, condition in extension.conditions.items():
                said += _unknown_facts(name, condition, extensions)
    return said


def _of_name(extension: Extension) -> Iterator[str]:
    if not isinstance(extension.name, str) or not _NAME.fullmatch(extension.name):
        yield f"An extension is called {extension.name!r}; use small letters and digits only."
    elif extension.name in _own_prefixes():
        yield f"An extension cannot be called {extension.name}: names of Redress begin so."


def _own_prefixes() -> set[str]:
    facts = [name for known in CATALOGUE.facts.values() for name in known]
    names = [*facts, *CATALOGUE.commands, *CATALOGUE.effects, "input", "items", "true", "false"]
    return {name.split(".")[0] for name in names}


def _of_table(extension: Extension, table: str, kind: type) -> Iterator[str]:
    entries = getattr(extension, table)
    if not isinstance(entries, Mapping):
        yield f"{table} of the extension {extension.name} is {entries!r}, not a table."
        return
    pattern = _FACT if table == "facts" else _OTHER
    for name, entry in entries.items():
        prefix, _, rest = str(name).partition(".")
        if prefix != extension.name or not pattern.fullmatch(rest):
            example = f"{extension.name}.{'is_heavy' if table == 'facts' else 'is-heavy'}"
            yield f"{name!r} in {table} must begin with {extension.name}. and read like {example}."
        if table == "conditions" and name in extension.facts:
            yield f"{name} is a fact and a condition; rename one of them."
        if not isinstance(entry, kind):
            yield (
                f"{name} in {table} is a {type(entry).__name__}; it must be a "
                f"claims.extending.{kind.__name__}."
            )
            continue
        if not str(getattr(entry, "about", "")).strip():
            yield f"{name} says nothing about itself; give it an about."
        yield from _of_entry(str(name), entry)


def _of_entry(name: str, entry: object) -> Iterator[str]:
    match entry:
        case Fact():
            yield from _of_fact(name, entry)
        case Condition():
            yield from _of_function(name, "test", entry.test, bool)
            yield from _of_subjects(name, entry.subjects)
        case Command():
            yield from _of_command(name, entry)
        case Effect():
            yield from _of_effect(name, entry)


def _of_fact(name: str, fact: Fact) -> Iterator[str]:
    yield from _of_function(name, "of", fact.of)
    if fact.type not in get_args(FactType):
        yield _no_such(f"The type of {name}", fact.type, get_args(FactType))
    if fact.subject not in get_args(Subject):
        yield _no_such(f"The subject of {name}", fact.subject, get_args(Subject))


def _of_command(name: str, command: Command) -> Iterator[str]:
    yield from _of_function(name, "check", command.check)
    yield from _of_function(name, "act", command.act)
    for field, kind in command.inputs.items():
        if not _FACT.fullmatch(str(field)):
            yield f"The input {field!r} of {name} must be of small letters, digits and _."
        if kind not in get_args(InputType):
            yield _no_such(f"The input {field} of {name}", kind, get_args(InputType))


def _of_effect(name: str, effect: Effect) -> Iterator[str]:
    yield from _of_function(name, "carry_out", effect.carry_out)
    if effect.look_up is not None:
        yield from _of_function(name, "look_up", effect.look_up)
    elif not effect.is_repeatable:
        yield (
            f"{name} can neither be looked up nor be repeated, so that a crash would leave it "
            "unknown for ever; give it look_up, or say is_repeatable where doing it again under "
            "the same key does no harm."
        )
    for outcome in effect.outcomes:
        if outcome not in get_args(Outcome):
            yield _no_such(f"An outcome of {name}", outcome, get_args(Outcome))
    if not all(isinstance(needed, bool) for needed in effect.settings.values()):
        yield f"The settings of {name} must be True where they are needed, False where not."
    if not isinstance(effect.arrives_within, timedelta) or effect.arrives_within < timedelta(0):
        yield f"arrives_within of {name} is {effect.arrives_within!r}, not a span of time."
    yield from _of_subjects(name, effect.subjects)


def _of_subjects(name: str, subjects: frozenset[Subject]) -> Iterator[str]:
    for subject in subjects:
        if subject not in get_args(Subject):
            yield _no_such(f"A subject of {name}", subject, get_args(Subject))
    if not subjects:
        yield f"{name} is for no subject; say item, reclamation or both."


def _of_function(
    name: str, role: str, function: object, answers: type | None = None
) -> Iterator[str]:
    """It takes exactly one argument by its position, and answers at once."""
    if not callable(function):
        yield f"{role} of {name} is {function!r}, not a function."
        return
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        yield f"{role} of {name} answers later (async or yield); it must answer at once."
        return
    signature = inspect.signature(function)
    try:
        signature.bind(None)
    except TypeError:
        yield f"{role} of {name} must take one argument; it is declared as {signature}."
    returned = signature.return_annotation
    if answers and returned not in {inspect.Signature.empty, answers, answers.__name__}:
        yield f"{role} of {name} must return {answers.__name__}; it is declared as {signature}."


def _unknown_facts(
    name: str, condition: Condition, extensions: Sequence[Extension]
) -> Iterator[str]:
    for subject in sorted(condition.subjects):
        known = {
            *CATALOGUE.facts[subject],
            *(
                fact
                for extension in extensions
                for fact, about in extension.facts.items()
                if about.subject == subject
            ),
        }
        for fact in condition.facts:
            if fact not in known:
                suggestion = did_you_mean(str(fact), known) or ""
                said = f"{name} looks at {fact}, and there is no such fact of this {subject}."
                yield f"{said} {suggestion}".strip()


def _no_such(what: str, word: object, known: Sequence[str]) -> str:
    return f"{what} is {word!r}; it must be one of {', '.join(known)}."
