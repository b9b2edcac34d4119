"""What CEL says about a mistaken expression, in sentences and with its place in the text."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from workflows.problems import did_you_mean

_SPOKEN: Mapping[str, str] = {
    "int": "a whole number",
    "double": "money",
    "string": "text",
    "bool": "a yes-no",
    "google.protobuf.Timestamp": "a date",
    "timestamp": "a date",
    "google.protobuf.Duration": "a span of time",
    "list(string)": "a list of texts",
}
_ERROR = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*?)(?=\n | \[|\nERROR|$)", re.DOTALL)
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
_OVERLOAD = re.compile(r"found no matching overload for '([^']*)' applied to '\((.*)\)'")


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in an expression; `offset` counts characters of its text from 0."""

    rule: str
    offset: int
    sentence: str
    suggestion: str | None = None


class Mistaken(Exception):
    """An expression that does not compile, with every mistake in it."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(mistake.sentence for mistake in mistakes))


def explain(text: str, said: str, variables: Collection[str]) -> list[Mistake]:
    """What CEL said about a text that does not compile."""
    reports = [match for match in _ERROR.finditer(said) if "*error*" not in match[3]]
    if reports and "Syntax error" in reports[0][3]:
        reports = reports[:1]
    found = [
        _mistake(text, _offset(text, int(match[1]), int(match[2])), match[3].strip(), variables)
        for match in reports
    ]
    return found or [Mistake("condition", 0, f"This cannot be read: {short(said)}.")]


def _mistake(text: str, offset: int, said: str, variables: Collection[str]) -> Mistake:
    undeclared = _UNDECLARED.search(said)
    if undeclared:
        return _unknown_name(text, offset, undeclared[1], variables)
    overload = _OVERLOAD.search(said)
    if overload:
        return _misfit(offset, overload[1], overload[2].split(", "))
    return _syntax(offset, said)


def _syntax(offset: int, said: str) -> Mistake:
    syntax = said.removeprefix("Syntax error: ").split(" expecting ")[0]
    if "token recognition error at: '='" in said or said.endswith("at: '= '"):
        return Mistake("condition", offset, "A single = compares nothing.", "Write ==.")
    word = re.search(r"(?:mismatched|extraneous) input '(and|or|not)'", said)
    if word:
        meant = {"and": "&&", "or": "||", "not": "!"}[word[1]]
        return Mistake("condition", offset, f"{word[1]} is not known here.", f"Write {meant}.")
    sentence = f"This cannot be read: {syntax}."
    if "<EOF>" in syntax:
        sentence = "The expression ends too early."
    if "recursion" in syntax:
        sentence = "The expression is nested too deep."
    return Mistake("condition", offset, sentence)


def _unknown_name(text: str, offset: int, name: str, variables: Collection[str]) -> Mistake:
    start = max(0, offset - len(name))
    at = text.find(name, start)
    offset = at if at >= 0 else offset
    if text[offset + len(name) :].lstrip().startswith("("):
        return Mistake("unknown-function", offset, f"There is no function {name}.")
    known = [known for known in variables if known.partition(".")[0] == name.partition(".")[0]]
    suggestion = did_you_mean(name, variables) or did_you_mean(name, known)
    if name.startswith("input."):
        return Mistake("unknown-input", offset, f"The event asks for no {name}.", suggestion)
    return Mistake("unknown-fact", offset, f"There is no fact {name} here.", suggestion)


def _misfit(offset: int, operator: str, kinds: list[str]) -> Mistake:
    operator = operator.strip("_@").replace("_", "") or operator
    between = " and ".join(say_type(kind) for kind in kinds)
    suggestion = None
    if set(kinds) == {"double", "int"}:
        suggestion = "Write whole amounts with .0, such as 15.0."
    return Mistake("condition-type", offset, f"{operator} does not work on {between}.", suggestion)


def say_type(name: str) -> str:
    """A type of CEL in words."""
    return _SPOKEN.get(name, _SPOKEN.get(name.lower(), name.lower()))


def _offset(text: str, line: int, column: int) -> int:
    if line < 1 or column < 1:
        return 0
    before = sum(len(piece) + 1 for piece in text.split("\n")[: line - 1])
    return min(before + column - 1, max(len(text) - 1, 0))


def short(said: str) -> str:
    """CEL's message without its code and its picture of the place."""
    message = said.partition(": ")[2] or said
    return message.partition("\n")[0].partition(" [")[0].strip().rstrip(".")[:200]
