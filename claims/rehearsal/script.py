"""A rehearsal told in lines, as one types them: `refund amount=20.00`, `wait 3 days`, `as lead`.

The same lines play the simulator in the terminal and on its page; a script of them is played
from its beginning each time, so that nothing needs to be kept.
"""

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

from claims.outcomes import Outcome
from claims.people import ROLES
from claims.refusals import NotFound, Refused
from claims.rehearsal.given import Given, Person
from claims.rehearsal.rehearsal import Rehearsal
from claims.rehearsal.seen import Happened
from claims.rules import Rules
from workflows.problems import nearest
from workflows.reading_events import SPAN

LONGEST_LINE = 2000
MOST_LINES = 200
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
HELP = """\
EVENT [input=value …]     someone presses the button, with its form
as ROLE [NAME]            who acts from now on; two names are two people
item NUMBER               at which item; item 0 is the reclamation
wait 3 days               let time pass: minutes, hours, days, weeks, business days
wait                      until the next clock rings
done|refused|unknown USE  what comes back for an effect; after unknown the truth
crash USE                 the worker dies before the answer comes
edit evidence="…"         change what the claim says: evidence, reason, resolution, quantity"""

Kind = Literal["as", "item", "wait", "done", "refused", "unknown", "crash", "edit", "event"]


class Unreadable(Exception):
    """A line that says nothing anybody could do; the text says why."""


@dataclass(frozen=True, slots=True)
class Played:
    """A line that was played: what it set off, or why it was refused."""

    line: str
    happened: tuple[Happened, ...] = ()
    refused: str = ""


class Stage:
    """A rehearsal with someone who acts at one of its cases."""

    def __init__(self, rules: Rules, given: Given) -> None:
        """Refused where nobody could claim what is given."""
        self.rehearsal = Rehearsal(rules, given)
        self.who = given.opened_by
        self.case = 1
        self.played: list[Played] = []

    def play(self, line: str) -> Played:
        """Play one line. What is refused has changed nothing and is kept with its reason; a line
        that nobody can read raises Unreadable and is not kept."""
        words = _words(line)
        try:
            done = Played(line.strip(), self._do(words[0], words[1:]))
        except (Refused, NotFound) as error:
            done = Played(line.strip(), refused=str(error))
        self.played.append(done)
        return done

    def play_all(self, lines: Iterable[str]) -> None:
        """Play a script; Unreadable for more lines than anybody types."""
        for number, line in enumerate(lines, 1):
            if number > MOST_LINES:
                raise Unreadable(f"A script has at most {MOST_LINES} lines.")
            if line.strip():
                self.play(line)

    def _do(self, word: str, rest: list[str]) -> tuple[Happened, ...]:
        match word:
            case "as":
                self._act_as(rest)
            case "item":
                self._go_to(rest)
            case "wait":
                return self._wait(" ".join(rest))
            case "crash":
                self.rehearsal.crash(self._use(rest))
            case "edit":
                return self.rehearsal.edit(self.case, self.who, **_changes(rest))
            case "done" | "refused" | "unknown":
                return self.rehearsal.answer(self._use(rest), word)
            case _:
                return self._fire(word, rest)
        return ()

    def _act_as(self, rest: list[str]) -> None:
        role = rest[0] if rest else ""
        if role not in {*ROLES, "import"}:
            raise Unreadable(f"There is no role {role!r}; there are: {', '.join(ROLES)}.")
        self.who = Person(" ".join(rest[1:]) or role, frozenset({role}))

    def _go_to(self, rest: list[str]) -> None:
        number = rest[0] if rest else ""
        if not number.isdecimal() or len(number) > 4:
            raise Unreadable("Name an item by its number: item 2, or item 0 for the reclamation.")
        self.rehearsal.case(int(number))
        self.case = int(number)

    def _wait(self, text: str) -> tuple[Happened, ...]:
        if not text:
            due = [each.due_at for each in self.rehearsal.deadlines if each.due_at]
            if not due:
                raise Refused("No clock runs; name a time, such as: wait 3 days.")
            return self.rehearsal.wait_until(max(min(due), self.rehearsal.at))
        match = SPAN.fullmatch(text)
        if match:
            unit = match[2].removeprefix("business ")
            span = timedelta(**{f"{unit}s": int(match[1])})
            return self.rehearsal.wait(span, is_business=unit != match[2])
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise Unreadable(
                f"{text[:80]} is no span of time; write 3 days, 5 business days or 2026-03-31."
            ) from None
        return self.rehearsal.wait_until(moment if moment.tzinfo else moment.replace(tzinfo=UTC))

    def _use(self, rest: list[str]) -> str:
        rehearsal = self.rehearsal
        waiting = [effect.use for effect in rehearsal.waiting or rehearsal.unclear]
        if rest:
            return rest[0]
        if len(waiting) == 1:
            return waiting[0]
        raise Unreadable(f"Name the effect; waiting: {', '.join(waiting) or 'none'}.")

    def _fire(self, event: str, rest: list[str]) -> tuple[Happened, ...]:
        case = self.rehearsal.case(self.case)
        known = self.rehearsal.rules.definitions[case.workflow].events
        if event not in known:
            near = nearest(event, known)
            meant = f" Did you mean {near}?" if near else ""
            raise Unreadable(f"There is no event {event[:80]} here.{meant}")
        return self.rehearsal.fire(self.case, event, self.who, _typed(rest))


def line_of(*words: str, **typed: str) -> str:
    """A line as `Stage.play` reads it, each word quoted where that is needed."""
    return shlex.join([*words, *(f"{name}={value}" for name, value in typed.items())])


def _words(line: str) -> list[str]:
    if len(line) > LONGEST_LINE:
        raise Unreadable(f"A line has at most {LONGEST_LINE} characters.")
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise Unreadable(f"The quotes do not close: {error}.") from None
    if not words:
        raise Unreadable("Nothing was typed.")
    return words


def _typed(rest: list[str]) -> dict[str, str]:
    typed: dict[str, str] = {}
    for word in rest:
        name, is_given, value = word.partition("=")
        if not is_given or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise Unreadable(f"{word[:80]} is no input; write name=value.")
        typed[name] = value
    return typed


def _changes(rest: list[str]) -> dict[str, object]:
    changes: dict[str, object] = {}
    for name, value in _typed(rest).items():
        if name not in {"evidence", "reason", "resolution", "quantity"}:
            raise Unreadable(
                f"{name} cannot be edited; evidence, reason, resolution and quantity can."
            )
        is_number = name == "quantity" and value.isdecimal() and len(value) < 6
        changes[name] = int(value) if is_number else value
    return changes
