"""Lets running processes take the shop's changed files up, and tells what that changes."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from claims.queries.workflows import VersionUse, versions_in_use
from claims.rules import Rules
from config import processes
from config.processes import Process
from config.reloading import difference

PATIENCE = 10.0
"""Seconds that processes have for an answer; they look for a question every two."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What came of asking: who goes by the present files now, and a sentence for each other."""

    taken_up: Sequence[Process]
    wrong: Sequence[str]


def what_changes(session: Session, rules: Rules) -> list[str]:
    """A sentence for each workflow that the running processes have otherwise, and for the open
    cases that end by an older version."""
    running = processes.running(session)
    behind = [process for process in running if process.fingerprint != rules.fingerprint]
    before: Mapping[str, str] = behind[0].versions if behind else rules.versions
    found = difference(before, rules.versions)
    words = [f"{name} is new." for name in found.new]
    words += [f"{name} changes to version {rules.versions[name][:8]}." for name in found.changed]
    words += [f"{name} is gone; nothing can be claimed with it any more." for name in found.gone]
    if behind and not words:
        words = ["The workflows stay as they are; something else in the files has changed."]
    elif running and not behind:
        words = ["The running processes go by these files already."]
    return [*words, *_staying(versions_in_use(session), rules)]


def _staying(used: Sequence[VersionUse], rules: Rules) -> list[str]:
    return [
        f"{each.name}: {each.open_cases} open case{'s' if each.open_cases > 1 else ''} "
        f"end{'' if each.open_cases > 1 else 's'} by version {each.hash[:8]}, as begun."
        for each in used
        if each.open_cases and rules.versions.get(each.name) != each.hash
    ]


def let_take_up(sessions: sessionmaker[Session], rules: Rules) -> Answers:
    """Ask every running process to look at the files now, and wait for what it says."""
    with sessions.begin() as session:
        processes.ask_to_look(session)
    end = time.monotonic() + PATIENCE
    while True:
        with sessions.begin() as session:
            running = processes.running(session)
        if not any(process.is_asked for process in running) or time.monotonic() > end:
            break
        time.sleep(0.1)
    wrong = [_what_is_wrong(process, rules) for process in running]
    taken_up = [process for process, word in zip(running, wrong, strict=True) if word is None]
    return Answers(taken_up, [word for word in wrong if word is not None])


def _what_is_wrong(process: Process, rules: Rules) -> str | None:
    if process.is_asked:
        return f"{process} has not answered within {PATIENCE:g} s."
    if process.refused is not None:
        return f"{process} refuses the files:\n{process.refused}"
    if process.fingerprint != rules.fingerprint:
        return (
            f"{process} goes by other files than these; does it see the same WORKFLOWS_DIR and "
            "CLAIMS_FILE?"
        )
    return None
