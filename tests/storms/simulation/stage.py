"""The stage on which everybody takes turns: one clock, one pair of dice, one trace.

Actors are greenlets. They run until they reach a point where another may go on, and at each
point they may die or be held up. Nothing here knows what they do.
"""

import hashlib
import heapq
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from greenlet import getcurrent, greenlet

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
MOST_STEPS = 6000
"""Whoever takes more turns than this is in a loop."""


class Died(BaseException):
    """kill -9: nothing catches it, and what was not committed is gone."""


class Endless(BaseException):
    """The run does not come to an end by itself."""


@dataclass(frozen=True, slots=True)
class Mood:
    """How likely what befalls an actor at a point, until the calm."""

    dies: float = 0.0
    is_held_up: float = 0.0
    longest_pause: float = 60.0


@dataclass(eq=False, slots=True)
class Actor:
    """Whoever takes turns; `dies` is called where it died."""

    name: str
    turn: greenlet
    dies: Callable[[], None]
    is_doomed: bool = False
    waits: int = 0
    """Which of its waits it is in: a wake-up for an earlier one is none."""
    is_over: bool = False


@dataclass(eq=False)
class Stage:
    seed: int
    mood: Mood
    calm_at: float
    """From so many seconds on nobody dies and nobody is held up."""
    keeps_lines: bool = False
    seconds: float = 0.0
    steps: int = 0
    deaths: int = 0
    pauses: int = 0
    in_transaction: bool = False
    lines: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self._trace = hashlib.sha256()
        self._hub = getcurrent()
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0
        self.actor: Actor | None = None

    # The clock and the trace

    @property
    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    @property
    def is_calm(self) -> bool:
        return self.seconds >= self.calm_at

    @property
    def digest(self) -> str:
        return self._trace.hexdigest()[:16]

    def note(self, what: str) -> None:
        """Write a line of the trace."""
        who = self.actor.name if self.actor else "stage"
        line = f"{self.seconds:.3f} {who}: {what}"
        self._trace.update(line.encode())
        if self.keeps_lines:
            self.lines.append(line)

    def violated(self, sentence: str) -> None:
        if sentence not in self.violations:
            self.note(f"VIOLATION {sentence}")
            self.violations.append(sentence)

    # For whoever plays

    def later(self, seconds: float, do: Callable[[], None]) -> None:
        """Do something after so many seconds, in nobody's name."""
        self._number += 1
        heapq.heappush(self._queue, (self.seconds + seconds, self._number, do))

    def enter(self, name: str, play: Callable[[], None], dies: Callable[[], None]) -> Actor:
        """Let an actor come in; it begins at its first turn."""

        def run() -> None:
            try:
                play()
            except Died:
                self.in_transaction = False
                self.deaths += not actor.is_over
                self.note("died")
                actor.is_over = True
                dies()
            finally:
                actor.is_over = True

        actor = Actor(name, greenlet(run, self._hub), dies)
        self.later(0.0, lambda: self._turn(actor))
        return actor

    def doom(self, actor: Actor) -> None:
        """It dies at the point where it waits now."""
        if not actor.is_over and actor is not self.actor:
            actor.is_doomed = True
            actor.waits += 1
            self.later(0.0, lambda: self._turn(actor))

    def wake(self, actor: Actor, waits: int, seconds: float = 0.0) -> None:
        """End one wait of an actor after so many seconds, unless it has ended before."""

        def awake() -> None:
            if actor.waits == waits and not actor.is_over:
                self._turn(actor)

        self.later(seconds, awake)

    # For actors

    def reach(self, point: str, *, longest: float | None = None) -> None:
        """A point: whoever reaches it may die, be held up, or let others go first."""
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise Endless
        self.note(point)
        if self.is_calm:
            return
        chance = self.dice.random()
        if chance < self.mood.dies:
            raise Died
        if self.in_transaction:
            return
        chance -= self.mood.dies
        if chance < self.mood.is_held_up:
            self.pauses += 1
            most = min(self.mood.longest_pause, longest or self.mood.longest_pause)
            self.note("held up")
            self.wait(self.dice.uniform(0.0, most))
        elif chance > 0.6:
            self.wait(self.dice.uniform(0.0, 0.3))

    def wait(self, seconds: float) -> None:
        """Let others go on for so long, or until somebody wakes this one."""
        actor = self.actor
        assert actor is not None
        actor.waits += 1
        self.wake(actor, actor.waits, seconds)
        self.actor = None
        self._hub.switch()
        self.actor = actor
        if actor.is_doomed:
            raise Died

    # The play

    def play(self, is_over: Callable[[], bool], seconds: float) -> None:
        """Turn by turn until it is over, or until so many seconds have gone by."""
        try:
            while self._queue and not is_over():
                at, _, do = heapq.heappop(self._queue)
                if at > seconds:
                    return
                self.seconds = max(self.seconds, at)
                do()
        except Endless:
            self.actor, self.in_transaction = None, False
            self.violated("the run does not end")

    def close(self, actors: list[Actor]) -> None:
        """Whoever has not left yet dies without another word."""
        for actor in actors:
            if not actor.is_over and actor.turn:
                actor.is_over = True
                self.actor = None
                with suppress(Died, Endless):
                    actor.turn.throw(Died)

    def _turn(self, actor: Actor) -> None:
        if actor.is_over:
            return
        self.actor = actor
        try:
            actor.turn.switch()
        finally:
            self.actor = None


def chosen(dice: random.Random, weights: dict[str, float]) -> str:
    """One of the names, by their chances; "" for the rest."""
    chance = dice.random()
    for name, weight in weights.items():
        chance -= weight
        if chance < 0:
            return name
    return ""
