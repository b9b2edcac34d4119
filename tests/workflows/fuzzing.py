"""Reads definitions while an audit hook watches that nothing but reading happens."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

from claims.catalogue import CATALOGUE
from tests.workflows.mutants import shipped
from workflows.engine import Engine
from workflows.example import ITEM
from workflows.problems import Findings, Problem, WorkflowProblems
from workflows.reading import read
from workflows.rules import RULES
from workflows.source import decode

FORBIDDEN = (
    "import",
    "exec",
    "compile",
    "open",
    "code.__new__",
    "ctypes.",
    "marshal.",
    "os.",
    "pickle.",
    "shutil.",
    "socket.",
    "subprocess.",
    "pty.",
)
LOOKED_FOR = ("google.protobuf.descriptor_pool", "google.protobuf", "google")
"""The CEL library looks for these fixed names, which are not installed, with each environment."""
_watched: dict[int, list[str]] = {}
"""What each thread that is being watched has done."""


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if _watched and event.startswith(FORBIDDEN):
        seen = _watched.get(threading.get_ident())
        if seen is not None and not (event == "import" and arguments[0] in LOOKED_FOR):
            seen.append(f"{event} {str(arguments)[:200]}")


@contextmanager
def watching() -> Iterator[list[str]]:
    """What this thread imports, executes, opens, starts or connects to meanwhile."""
    if _note not in _hooks:
        sys.addaudithook(_note)  # for good: Python has no way to take one away
        _hooks.append(_note)
    seen = _watched[threading.get_ident()] = []
    try:
        yield seen
    finally:
        del _watched[threading.get_ident()]


_hooks: list[object] = []


@dataclass(slots=True)
class Figures:
    seconds: list[float] = field(default_factory=list)
    rules: Counter[str] = field(default_factory=Counter)
    sound: int = 0
    slowest: bytes = b""


@cache
def warm_up() -> None:
    """Lets the libraries load what they load on first use; each rule is met once."""
    for text in [*shipped(), *(ITEM.replace(rule.good, rule.bad) for rule in RULES.values())]:
        read_one(text.encode(errors="surrogateescape"))


def read_one(data: bytes) -> tuple[Problem, ...]:
    """The problems of a definition; one that is sound also makes an engine."""
    findings = Findings("fuzz.yaml")
    text = decode(data, findings)
    if text is None:
        return tuple(findings.in_order())
    try:
        Engine(read(text, "fuzz.yaml", CATALOGUE), CATALOGUE)
    except WorkflowProblems as error:
        return error.problems
    return ()


def fuzz(definitions: Iterable[bytes]) -> Figures:
    """Reads them all; anything but problems with known rules and true places is an error."""
    warm_up()
    figures = Figures()
    for data in definitions:
        with watching() as seen:
            begun = time.perf_counter()
            try:
                problems = read_one(data)
            except Exception as error:
                raise AssertionError(f"{error!r} for {data[:2000]!r}") from error
            took = time.perf_counter() - begun
        assert seen == [], (seen, data[:2000])
        _check_places(problems, data)
        if not figures.seconds or took > max(figures.seconds):
            figures.slowest = data
        figures.seconds.append(took)
        figures.rules.update({problem.rule for problem in problems})
        figures.sound += not problems
    return figures


def _check_places(problems: tuple[Problem, ...], data: bytes) -> None:
    lines = data.count(b"\n") + data.count(b"\r") + 1
    for problem in problems:
        assert problem.rule in RULES, problem
        assert problem.sentence, problem
        assert 1 <= problem.line <= lines, (problem, data[:2000])
        assert 1 <= problem.column <= len(data) + 1, (problem, data[:2000])
