"""One run: a seed decides who plays and what goes wrong; then the two ledgers are compared."""

import logging
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from claims import late_truth
from config.bootstrap import ring_after_commit
from tasks import sweep
from tasks.effects import refunds
from tasks.providers.sandbox import adapter
from tasks.providers.sandbox.adapter import Sandbox
from tasks.watchdog import Watchdog
from tasks.workshop import Workshop
from tests.storms.simulation.actors import Broker, Clerk, Process, Stopping, machine_of
from tests.storms.simulation.judge import judge
from tests.storms.simulation.provider import POISONED, Book, Manners, Network, abilities
from tests.storms.simulation.stage import Actor, Mood, Stage
from tests.storms.simulation.world import SteppedSessions, World

LEASE = 30.0
DAY = 86_400.0
HOUR = 3600.0
AMOUNTS = (1500, 1500, 500, 500)
PROVIDERS = ("keys-look-stored-ends", "keys-look-stored", "keys-look", "keys", "look")
CALL_FAULTS = (
    "lose-request", "lose-answer", "late-request", "late-answer", "cut-before", "cut-after",
    "gateway", "nonsense", "error-before", "error-after", "error-late", "too-many", "shut",
    "refuse",
)  # fmt: skip
ELSEWHERE: Mapping[str, Callable[..., object]] = {
    "fire_deadlines": lambda _shop: False,
    "follow_next": lambda _shop: False,
    "reconcile_what_is_due": lambda _shop: False,
}
"""What sweepers do besides, and of which there is nothing on this stage."""
MISTAKES = ("claims", "tasks", "config")


@dataclass(frozen=True, slots=True)
class Script:
    """What a seed has decided before the first turn."""

    provider: str
    mood: Mood
    calm_at: float
    manners: Manners
    items: tuple[int, ...]
    loses: float
    doubles: float
    delays: float
    outages: tuple[float, ...]
    """When all workers die at once, for a day and more."""
    ends: tuple[float, ...]
    """When a worker is told to end."""
    hints: float
    forged: int
    poisoned: bool
    clock_jumps: tuple[tuple[float, float], ...]
    second_press: float


@dataclass(slots=True)
class Run:
    """What came of a seed."""

    seed: int
    digest: str
    violations: list[str]
    steps: int
    deaths: int
    pauses: int
    calls: int
    look_ups: int
    days: float
    lines: list[str] = field(default_factory=list)


def script_of(dice: random.Random) -> Script:
    """Each seed has its own mix of what goes wrong: few things often, rather than all seldom."""
    provider = dice.choice(PROVIDERS)
    kinds = dice.sample(CALL_FAULTS, dice.randint(0, 4))
    if "stored" in provider and dice.random() < 0.4:
        kinds += ["stored-paid", "stored-unpaid"]
    if "look" in provider and dice.random() < 0.08:
        kinds += ["by-hand"]
    rate = dice.choice((0.1, 0.3, 0.6)) / max(1, len(kinds))
    call = dict.fromkeys(kinds, rate)
    look = dict.fromkeys(dice.sample(("late-answer", "error"), dice.randint(0, 2)), 0.2)
    is_long = dice.random() < 0.2
    away = ()
    if dice.random() < 0.1:
        begin = dice.uniform(0, 60)
        away = ((begin, begin + dice.choice((300.0, HOUR, 30 * HOUR))),)
    mood = Mood(
        dies=dice.choice((0.0, 0.01, 0.04, 0.1)),
        is_held_up=dice.choice((0.0, 0.02, 0.08)),
        longest_pause=dice.choice((40.0, 120.0, 1500.0)),
    )
    jumps = ()
    if dice.random() < 0.06:
        jumps = ((dice.uniform(1, 300), dice.choice((-25.0, 25.0)) * HOUR),)
    return Script(
        provider,
        mood,
        calm_at=dice.choice((600.0, HOUR)) if not is_long else 27 * HOUR,
        manners=Manners(call, look, away),
        items=tuple(dice.choice(((0,), (1,), (1,), (0, 1), (2, 3), (2, 3), (1, 2)))),
        loses=dice.choice((0.0, 0.3, 1.0)),
        doubles=dice.choice((0.0, 0.3)),
        delays=dice.choice((0.0, 0.3)),
        outages=(dice.uniform(0.5, 30.0),) if is_long else (),
        ends=tuple(dice.uniform(0, 60) for _ in range(dice.choice((0, 0, 1, 3)))),
        hints=dice.choice((0.0, 0.5)),
        forged=dice.choice((0, 0, 2)),
        poisoned=dice.random() < 0.03,
        clock_jumps=jumps,
        second_press=dice.choice((0.0, 0.5)),
    )


def simulate(world: World, seed: int, *, keeps_lines: bool = False) -> Run:
    """Play one seed to its end; nothing of it is left in the database."""
    dice = random.Random(f"script {seed}")
    script = script_of(dice)
    stage = Stage(seed, script.mood, script.calm_at, keeps_lines)
    stage.note(f"{script}")
    random.seed(seed)
    with world.untouched(), pytest.MonkeyPatch.context() as patch, _heard(stage):
        play = _Play(world, stage, script)
        watch = SimpleNamespace(monotonic=lambda: stage.seconds)
        patch.setattr(refunds, "time", watch)
        patch.setattr(adapter, "time", watch)
        patch.setattr(Watchdog, "within", lambda _self, _limit: nullcontext())
        for name, nothing in ELSEWHERE.items():
            patch.setattr(sweep, name, nothing)
        try:
            play.begin()
            stage.play(play.is_over, script.calm_at + 6 * DAY)
            world.set_clock(stage, play.ahead[0])
            judge(world, stage, play.book)
        finally:
            stage.close([*play.everyone()])
    return Run(
        seed,
        stage.digest,
        stage.violations,
        stage.steps,
        stage.deaths,
        stage.pauses,
        play.network.calls.total(),
        play.network.look_ups,
        stage.seconds / DAY,
        stage.lines,
    )


class _Play:
    def __init__(self, world: World, stage: Stage, script: Script) -> None:
        self.world, self.stage, self.script = world, stage, script
        self.ahead = [0.0]
        self.sleepers: dict[str, tuple[Actor, int]] = {}
        self.broker = Broker(stage, script.loses, script.doubles, script.delays)
        self.sessions = SteppedSessions(world, stage, self.ahead)
        ring_after_commit(self.sessions, self.broker)  # type: ignore[arg-type]
        self.book = Book(abilities(script.provider))
        self.network = Network(
            stage, self.book, script.manners, self._objection, LEASE / 3, booked=self._hint
        )
        if script.poisoned:
            [(self.network.poison,)] = world.rows(
                "SELECT p.reference FROM payments p JOIN orders o ON o.id = p.order_id"
                " JOIN reclamations r ON r.order_id = o.id JOIN items i ON i.reclamation_id = r.id"
                " WHERE i.id = %s AND p.position = 1",
                world.items[script.items[0]],
            )
        provider = Sandbox.__new__(Sandbox)
        provider._url, provider._sender = "http://provider", self.network
        provider.abilities = self.book.abilities
        self.provider = provider
        self.processes = [
            Process(stage, slot, self._workshop, self.broker, listens, sweeps, self._comes_back)
            for slot, listens, sweeps in (
                ("w1", True, True),
                ("w2", True, False),
                ("s1", False, True),
            )
        ]
        self.clerks: list[Clerk] = []
        for each in script.items:
            for _ in range(1 + (stage.dice.random() < 0.3)):
                self.clerks.append(self._clerk(len(self.clerks), each))

    def _clerk(self, number: int, item: int) -> Clerk:
        again = self.stage.dice.random() < self.script.second_press
        return Clerk(
            self.stage, self.sessions, self.world.rules, number, self.world.items[item],
            AMOUNTS[item], self._state, self._wake_sweepers, again,
        )  # fmt: skip

    def begin(self) -> None:
        stage, script = self.stage, self.script
        for process in self.processes:
            stage.later(stage.dice.uniform(0, 1), process.begin)
        for clerk in self.clerks:
            stage.later(stage.dice.uniform(0, 2), clerk.begin)
        for at in script.outages:
            stage.later(at, self._all_die)
        for at in script.ends:
            stage.later(at, lambda: stage.dice.choice(self.processes).end())
        for at, by in script.clock_jumps:
            stage.later(at, lambda by=by: self._jump(by))
        for _ in range(script.forged):
            stage.later(stage.dice.uniform(1, HOUR), self._forge)

    def everyone(self) -> Iterator[Actor]:
        for each in (*self.processes, *self.clerks):
            yield from each.ever

    def is_over(self) -> bool:
        """Whether nothing more can happen: all is settled, or only a person could settle it."""
        stage = self.stage
        if not all(clerk.is_done for clerk in self.clerks) or stage.in_transaction:
            return False
        if stage.seconds < self._next_look:
            return False
        self._next_look = stage.seconds + 30.0
        waiting, unknown = self._open()
        if waiting or self.network.on_the_way:
            return False
        if unknown and self.book.abilities.looks_up:
            return stage.seconds > max(self.script.calm_at, *self._away_ends()) + 2.5 * DAY
        return stage.seconds > 120.0

    _next_look = 0.0

    def _away_ends(self) -> tuple[float, ...]:
        return tuple(end for _, end in self.script.manners.away) or (0.0, 0.0)

    def _open(self) -> tuple[int, int]:
        [(waiting, unknown)] = self.world.rows(
            "SELECT count(*) FILTER (WHERE status = 'waiting'),"
            " count(*) FILTER (WHERE status = 'unknown') FROM effects"
        )
        return int(waiting), int(unknown)

    def _workshop(self, name: str) -> Workshop:
        stage = self.stage
        return Workshop(
            name=name,
            engine=self.world.engine,
            sessions=self.sessions,
            rules=self.world.rules,
            providers={"sandbox": self.provider},
            send=_writes_no_letters,
            sender="Redress <service@redress.example>",
            lease=timedelta(seconds=LEASE),
            sweep_seconds=2.0,
            stopping=Stopping(stage, self._rest, self.sleepers),  # type: ignore[arg-type]
            machine_time=machine_of(stage, name, stage.dice.uniform(-2.0, 2.0)),
        )

    def _rest(self, seconds: float) -> float:
        """Sweeps at which nothing is due are left out: a sweeper sleeps until something is."""
        self.world.set_clock(self.stage, self.ahead[0])
        looks = "('waiting', 'unknown')" if self.book.abilities.looks_up else "('waiting')"
        [(until,)] = self.world.rows(
            "SELECT extract(epoch FROM min(greatest(due_at, coalesce(lease_until, due_at))"
            f" - redress_now()))::float8 FROM effects WHERE status IN {looks}"
        )
        return max(seconds, min(HOUR if until is None else until + seconds / 4, 6 * HOUR))

    def _wake_sweepers(self) -> None:
        for actor, waits in list(self.sleepers.values()):
            self.stage.wake(actor, waits, self.stage.dice.uniform(0.5, 4.0))

    def _state(self, item_id: int) -> str:
        [(state,)] = self.world.rows("SELECT state FROM items WHERE id = %s", item_id)
        return str(state)

    def _objection(self, reference: str, key: str) -> str:
        """What our own committed rows have against a call that is about to be sent."""
        self.world.set_clock(self.stage, self.ahead[0])
        rows = self.world.rows(
            "SELECT e.epoch = a.epoch, e.lease_until > redress_now() FROM attempts a"
            " JOIN effects e ON e.id = a.effect_id JOIN refund_shares s ON s.id = a.share_id"
            " WHERE a.key = %s AND a.action = 'call' AND a.result IS NULL"
            " AND e.key || '-' || s.position = %s ORDER BY a.id DESC LIMIT 1",
            key,
            reference,
        )
        if not rows:
            return "a call was made whose attempt was not written down before"
        if not self.script.clock_jumps and not all(rows[0]):
            return f"{reference[-8:]} is asked for by a worker that does not hold it any more"
        return ""

    def _all_die(self) -> None:
        self.stage.note("all workers are gone for a day")
        self._is_outage = True
        for process in self.processes:
            process.kill()
        self._is_outage = False

    _is_outage = False

    def _comes_back(self) -> float:
        if self._is_outage:
            return self.stage.dice.uniform(23.4, 26.0) * HOUR
        return self.stage.dice.uniform(0.5, 20.0)

    def _jump(self, hours: float) -> None:
        self.stage.note(f"the clock of the database jumps by {hours / HOUR:g} h")
        self.ahead[0] += hours
        self._wake_sweepers()

    def _hint(self, reference: str) -> None:
        """The provider's webhooks about a refund, some twice, some late, some never."""
        stage = self.stage
        while stage.dice.random() < self.script.hints:
            stage.later(stage.dice.uniform(0.1, HOUR), lambda: self._take_hint(reference))

    def _forge(self) -> None:
        rows = self.world.rows("SELECT key FROM effects ORDER BY id")
        if rows:
            self._take_hint(f"{self.stage.dice.choice(rows)[0]}-1")

    def _take_hint(self, reference: str) -> None:
        """What is made of a hint, whoever sends it: the refund is looked up soon."""
        key = reference.rpartition("-")[0]
        stage = self.stage

        def play() -> None:
            rows = self.world.rows("SELECT id FROM effects WHERE key = %s", key)
            if rows:
                with self.sessions.begin() as session:
                    late_truth.ask_soon(session, rows[0][0])
                self._wake_sweepers()

        stage.enter("hook", play, lambda: None)


def _writes_no_letters(_mail: Any) -> Any:
    raise AssertionError("This shop writes no letters.")


class _Ear(logging.Handler):
    """Hears of mistakes of the program that its own loops have outlived."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(logging.ERROR)
        self._stage = stage

    def emit(self, record: logging.LogRecord) -> None:
        wrong = record.exc_info[1] if record.exc_info else None
        if wrong is not None and str(wrong) != POISONED:
            first = str(wrong).splitlines()[0][:120] if str(wrong) else ""
            self._stage.violated(f"a mistake of the program: {type(wrong).__name__}: {first}")


@contextmanager
def _heard(stage: Stage) -> Iterator[None]:
    ear = _Ear(stage)
    loggers = [logging.getLogger(name) for name in MISTAKES]
    before = [logger.propagate for logger in loggers]
    for logger in loggers:
        logger.addHandler(ear)
        logger.propagate = False
    try:
        yield
    finally:
        for logger, propagates in zip(loggers, before, strict=True):
            logger.removeHandler(ear)
            logger.propagate = propagates
