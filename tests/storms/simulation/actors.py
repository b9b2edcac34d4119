"""Who plays: clerks at their buttons, worker processes with their threads, a broker."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.orm import Session, sessionmaker

from claims.door import CaseRef, Fired, Firing, fire_many
from claims.machine_time import MachineTime
from claims.rules import Rules
from tasks import sweep
from tasks.effects import carry_out
from tasks.workshop import Workshop
from tests.storms.simulation.stage import Actor, Stage
from tests.support.cases import LEAD


@dataclass(eq=False)
class Stopping:
    """SIGTERM, as a worker process knows it: `threading.Event` with the time of the stage."""

    stage: Stage
    rest: Callable[[float], float]
    """How long a sweeper may rest that wants to rest so many seconds."""
    sleepers: dict[str, tuple[Actor, int]]
    is_told: bool = False

    def is_set(self) -> bool:
        return self.is_told

    def set(self) -> None:
        self.is_told = True

    def wait(self, seconds: float) -> bool:
        stage = self.stage
        actor = stage.actor
        assert actor is not None
        rest = self.rest(seconds)
        self.sleepers[actor.name] = (actor, actor.waits + 1)
        stage.wait(rest)
        self.sleepers.pop(actor.name, None)
        return self.is_told


@dataclass(eq=False)
class Broker:
    """A list of messages that loses, doubles and delays; a listener may die with one in hand."""

    stage: Stage
    loses: float
    doubles: float
    delays: float
    is_away: bool = False
    waiting: list[int] = field(default_factory=list)
    listeners: list[tuple[Actor, int]] = field(default_factory=list)

    def ring(self, ids: Iterable[int]) -> bool:
        """What the doorbell does: never raises, may not be heard."""
        for effect_id in ids:
            self.stage.reach("before publish")
            copies = 0 if self.is_away or self.stage.dice.random() < self.loses else 1
            copies += self.stage.dice.random() < self.doubles
            for _ in range(copies):
                late = self.stage.dice.random() < self.delays
                seconds = self.stage.dice.uniform(0.01, 90.0 if late else 0.1)
                self.stage.later(seconds, lambda key=effect_id: self._deliver(key))
            self.stage.reach("after publish")
        return True

    def _deliver(self, effect_id: int) -> None:
        self.waiting.append(effect_id)
        self._wake()

    def _wake(self) -> None:
        while self.listeners and self.waiting:
            actor, waits = self.listeners.pop(0)
            if not actor.is_over and actor.waits == waits:
                self.stage.wake(actor, waits)
                return

    def next(self) -> int | None:
        """Wait for a message; None where it was only a wake-up."""
        actor = self.stage.actor
        assert actor is not None
        if not self.waiting:
            self.listeners.append((actor, actor.waits + 1))
            self.stage.wait(10**7)
        return self.waiting.pop(0) if self.waiting else None

    def again(self, effect_id: int) -> None:
        """What was taken and not acknowledged comes again after a while."""
        self.stage.later(120.0, lambda: self._deliver(effect_id))


@dataclass(eq=False)
class Process:
    """One worker process at a time in a slot; when it dies another comes after a while."""

    stage: Stage
    slot: str
    make: Callable[[str], Workshop]
    broker: Broker
    listens: bool
    sweeps: bool
    comes_back: Callable[[], float]
    """Seconds until another takes the place of one that died."""
    lives: int = 0
    is_down: bool = False
    actors: list[Actor] = field(default_factory=list)
    ever: list[Actor] = field(default_factory=list)
    shop: Workshop | None = None

    def begin(self) -> None:
        self.lives += 1
        self.is_down = False
        name = f"{self.slot}.{self.lives}"
        shop = self.shop = self.make(name)
        plays: list[tuple[str, Callable[[], None]]] = []
        if self.sweeps:
            plays.append((f"{name}s", lambda: sweep.sweep_until_stopped(shop)))
        if self.listens:
            plays.append((f"{name}l", lambda: self._listen(shop)))
        life = self.lives
        self.actors = [self.stage.enter(who, play, lambda: self._died(life)) for who, play in plays]
        self.ever += self.actors

    def kill(self) -> None:
        """kill -9 from outside, wherever it is."""
        self._died(self.lives)

    def _died(self, life: int) -> None:
        """All threads of a process are gone at once, and another process takes its place."""
        if life == self.lives and not self.is_down:
            self.is_down = True
            for actor in self.actors:
                self.stage.doom(actor)
            self._come_back()

    def end(self) -> None:
        """SIGTERM: nothing new is begun, and another takes its place."""
        if self.shop is not None and not self.is_down:
            self.is_down = True
            self.shop.stopping.set()
            self.stage.note(f"{self.slot} is told to end")
            for actor in self.actors:
                self.stage.later(40.0, lambda gone=actor: self.stage.doom(gone))
            self._come_back()

    def _come_back(self) -> None:
        self.stage.later(self.comes_back(), self.begin)

    def _listen(self, shop: Workshop) -> None:
        while not shop.stopping.is_set():
            effect_id = self.broker.next()
            if effect_id is None:
                continue
            try:
                self.stage.reach("message")
                carry_out.carry_out_next(shop, effect_id)
                self.stage.reach("acknowledge")
            except BaseException:
                self.broker.again(effect_id)
                raise


@dataclass(eq=False)
class Clerk:
    """Presses *refund* at one claim until it has moved, and may press twice."""

    stage: Stage
    sessions: sessionmaker[Session]
    rules: Rules
    number: int
    item_id: int
    amount: int
    state: Callable[[int], str]
    tells: Callable[[], None]
    """Called when there may be work for sweepers that rest."""
    presses_again: bool
    """Where the provider has refused, once more."""
    lives: int = 0
    is_done: bool = False
    ever: list[Actor] = field(default_factory=list)

    def begin(self) -> None:
        self.lives += 1
        name = f"clerk-{self.number}.{self.lives}"
        self.ever.append(self.stage.enter(name, self._play, self._come_back))

    def _come_back(self) -> None:
        self.tells()
        self.stage.later(5.0, self.begin)

    def _play(self) -> None:
        while self.state(self.item_id) == "reported":
            self._press()
        if self.presses_again:
            for _ in range(6):
                self.stage.wait(900.0)
                if self.state(self.item_id) == "refund-refused":
                    self.presses_again = False
                    self._press()
                    break
        self.is_done = True

    def _press(self) -> None:
        firing = Firing(CaseRef("item", self.item_id), "refund", {"amount": self.amount})
        with self.sessions.begin() as session:
            [answer] = fire_many(session, self.rules, [firing], LEAD)
        self.tells()
        self.stage.note("pressed" if isinstance(answer, Fired) else "was refused")


def machine_of(stage: Stage, name: str, skew: float) -> Callable[[], MachineTime]:
    """The clocks of one machine, which may be wrong by a little."""

    def read() -> MachineTime:
        at = stage.now + timedelta(seconds=skew)
        return MachineTime(at, name, timedelta(seconds=stage.seconds + 1000))

    return read
