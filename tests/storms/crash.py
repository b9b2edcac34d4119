"""Storm 2, crash: a process dies at each point of each flow, and again while it recovers.

A flow is run once to count its points (`points`): before and after every commit, ring of the
doorbell, acknowledgement and call outside. Then once for each point: whoever presses or the
worker dies there, another worker comes, dies at a point of its own, and a third finishes. At the
end the two ledgers are compared, and each case must be where it belongs, with each thing there
once.
"""

import os
import random
import signal
import time
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import psycopg

from claims.door import CaseRef, Firing, fire_many
from claims.rules import Rules
from config.bootstrap import build, read_rules
from config.local import children
from config.settings import Settings, as_environment
from tasks.workshop import Workshop
from tests.storms.auditor import audit
from tests.storms.crowd import Crowd
from tests.storms.figures import Figures, Options, sentences
from tests.storms.points import CRASHED, Points
from tests.storms.surroundings import Surroundings, surrounded
from tests.support.cases import LEAD

PATIENCE_SECONDS = 90.0
LATER = timedelta(seconds=70)
"""So far the database's clock is moved after a crash: past every lease and the first waits."""


WORKED_OFF = "(a worker does all that waits)"


@dataclass(frozen=True, slots=True)
class Flow:
    """One kind of effect from the press of a button to the end of its case."""

    name: str
    reason: str
    resolution: str
    event: str
    ends_as: str
    """The state in which the item must be at the end."""
    leaves: dict[str, int]
    """Table to how many rows of it belong to the case at the end."""
    walk: tuple[str, ...] = ()
    """Events that lead to where the flow begins, and where a worker does what they ask for."""
    input: dict[str, object] = field(default_factory=dict)
    pays: bool = False
    faults: tuple[dict[str, Any], ...] = ()
    """What the provider does wrong meanwhile."""


FLOWS = (
    Flow(
        "refund over two payments",
        "does-not-fit",
        "goodwill",
        "refund",
        "goodwill-paid",
        {"refunds": 1, "letters": 2},
        pays=True,
    ),
    Flow(
        "refused refund",
        "does-not-fit",
        "goodwill",
        "refund",
        "refund-refused",
        {"refunds": 1, "notices": 1},
        pays=True,
        faults=({"kind": "refuse", "probability": 1.0},),
    ),
    Flow(
        "return label",
        "does-not-fit",
        "refund",
        "request-return",
        "awaiting-parcel",
        {"return_labels": 1, "letters": 1},
    ),
    Flow(
        "replacement",
        "faulty",
        "replacement",
        "replace",
        "replacement-ordered",
        {"orders": 1},
        walk=("accept",),
    ),
    Flow(
        "sent replacement",
        "faulty",
        "replacement",
        "replacement-sent",
        "replaced",
        {"orders": 1, "orders sent": 1, "letters": 2},
        walk=("accept", "replace", WORKED_OFF),
    ),
    Flow(
        "cancelled replacement",
        "faulty",
        "replacement",
        "cancel-replacement",
        "accepted",
        {"orders": 1, "orders cancelled": 1},
        walk=("accept", "replace", WORKED_OFF),
    ),
    Flow(
        "missing parts",
        "part-missing",
        "parts",
        "send-parts",
        "parts-ordered",
        {"orders": 1},
        input={"parts": "The left sleeve"},
    ),
)

OF_THE_CASE = {
    "orders": "orders WHERE origin_reclamation_id",
    "orders sent": "orders WHERE status = 'sent' AND origin_reclamation_id",
    "orders cancelled": "orders WHERE status = 'cancelled' AND origin_reclamation_id",
}
"""How rows are found that do not name their reclamation as others do, or of which not all count."""


@dataclass(slots=True)
class Crashes:
    """What came of it."""

    points: Counter[str] = field(default_factory=Counter)
    """Flow to its points."""
    crashes: int = 0
    second: int = 0
    """Crashes while another worker was recovering."""
    violations: list[str] = field(default_factory=list)


def run(options: Options) -> Figures:
    crashes = Crashes()
    with surrounded(LEASE_SECONDS="30", SWEEP_SECONDS="1") as around:
        around.start("provider")
        paid = rage(around, options.dice(), crashes, FLOWS)
        crashes.violations += sentences(audit(around.ledger, around.plain_url, paid_in_full=paid))
    return Figures(
        "crash",
        {
            "points": f"{crashes.points.total()} ("
            + ", ".join(f"{count} {flow}" for flow, count in crashes.points.items())
            + ")",
            "crashes": crashes.crashes,
            "of these in recovery": crashes.second,
        },
        crashes.violations,
    )


def rage(
    around: Surroundings,
    dice: random.Random,
    crashes: Crashes,
    flows: Sequence[Flow],
    most: int | None = None,
) -> int:
    """Crash at every point of these flows, or at `most` of each; gives how many must be paid."""
    rules = read_rules(around.settings)
    paid = 0
    for flow in flows:
        around.misbehave(*flow.faults)
        with closing(Victims(around, rules, flow, dice)) as victims:
            numbers = _crash_at_each(victims, flow, dice, crashes, most)
        click.echo(
            f"  {flow.name}: {crashes.points[flow.name]} points, {crashes.crashes} crashes so far, "
            f"{crashes.second} of them in recovery, {len(crashes.violations)} violations"
        )
        if flow.ends_as == "goodwill-paid":
            paid += len(numbers) + 1
        around.misbehave()
    return paid


def _crash_at_each(
    victims: "Victims", flow: Flow, dice: random.Random, crashes: Crashes, most: int | None
) -> list[int]:
    points = victims.count()
    crashes.points[flow.name] = len(points)
    numbers = list(range(1, len(points) + 1))
    if most is not None:
        numbers = sorted(dice.sample(numbers, min(most, len(numbers))))
    for number in numbers:
        second = dice.randint(1, max(3, len(points) - number))
        violation = victims.crash_at(number, second, crashes)
        if violation:
            crashes.violations.append(f"{flow.name}, {points[number - 1]}: {violation}")
    return numbers


class Victims:
    """Processes forked for one flow, a case for each run of it."""

    def __init__(self, around: Surroundings, rules: Rules, flow: Flow, dice: random.Random) -> None:
        self._around, self._rules, self._flow = around, rules, flow
        self._dice = dice
        self._notes = around.folder / "points"
        redress = build(around.settings, rules)
        self._crowd = Crowd(
            around, redress, dice, shops={"NORTH": "EUR"}, two_payments=1, prefix=flow.name
        )

    def close(self) -> None:
        self._crowd.redress.engine.dispose()

    def count(self) -> list[str]:
        """Run the flow once from end to end; gives its points in their order."""
        case = self._new_case()
        self._notes.unlink(missing_ok=True)
        self._press(case, None)
        self._work(None, begun=False)
        if wrong := self._look(case):
            raise AssertionError(f"{self._flow.name} does not even end by itself: {wrong}")
        return self._noted()

    def crash_at(self, number: int, second: int, crashes: Crashes) -> str | None:
        """Die at one point, and at another while recovering; gives what is wrong afterwards."""
        case = self._new_case()
        self._notes.unlink(missing_ok=True)
        died = self._press(case, number)
        if not died:
            died = self._work(number - len(self._noted()), begun=False)
        elif not self._is_asked():
            self._press(case, None)  # whoever pressed saw no answer and presses again
        crashes.crashes += died
        self._pass_time()
        again = self._work(second, begun=True)
        crashes.crashes += again
        crashes.second += again
        while again:
            self._pass_time()
            again = self._work(None, begun=True)
        return self._look(case)

    def _new_case(self) -> CaseRef:
        crowd, flow = self._crowd, self._flow
        crowd.file(1, flow.resolution, flow.reason)
        case = CaseRef("item", crowd.filed[-1].item_id)
        for event in flow.walk:
            if event == WORKED_OFF:
                self._work(None, begun=True)
                continue
            with crowd.redress.sessions.begin() as session:
                [fired] = fire_many(session, self._rules, [Firing(case, event)], LEAD)
                assert not isinstance(fired, Exception), fired
        return case

    def _press(self, case: CaseRef, crash_at: int | None) -> bool:
        """Press the button in a process of its own; True where it died at its point."""
        amount = {"amount": self._crowd.filed[-1].amount} if self._flow.pays else {}
        firing = Firing(case, self._flow.event, {**amount, **self._flow.input})
        settings, rules = self._around.settings, self._rules

        def press(points: Points) -> None:
            points.counts = True
            with build(settings, rules).sessions.begin() as session:
                [fired] = fire_many(session, rules, [firing], LEAD)
                if isinstance(fired, Exception):
                    raise fired

        code = self._wait_for(self._fork(press, crash_at))
        assert code in {0, CRASHED}, f"the press ended with {code}\n{self._words()}"
        return code == CRASHED

    def _work(self, crash_at: int | None, *, begun: bool) -> bool:
        """A worker of one process, until nothing is left to do or it has died at its point.

        `begun`: it finds the work by its sweep, for the message may be gone; else by messages
        alone, and its points count from the first of them on.
        """
        settings, rules = self._around.settings, self._rules
        pid = self._fork(lambda points: _be_a_worker(settings, rules, points, begun), crash_at)
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                code = os.waitstatus_to_exitcode(status)
                assert code == CRASHED, f"the worker ended with {code}\n{self._words()}"
                return True
            if self._crowd.waiting() == 0 and self._is_quiet():
                break
            time.sleep(0.02)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return False

    def _is_quiet(self) -> bool:
        """Whether the worker has come to the end of its last points."""
        before = len(self._noted())
        time.sleep(0.1)
        return len(self._noted()) == before

    def _is_asked(self) -> bool:
        return self._crowd.waiting() > 0

    def _look(self, case: CaseRef) -> str | None:
        """What is not as it must be at the end of one case, by plain SQL."""
        with psycopg.connect(self._around.plain_url) as connection:
            [(state, reclamation)] = connection.execute(
                "SELECT state, reclamation_id FROM items WHERE id = %s", (case.id,)
            )
            if state != self._flow.ends_as:
                return f"the item is {state}"
            for table, count in self._flow.leaves.items():
                found = OF_THE_CASE.get(table, f"{table} WHERE reclamation_id")
                query = f"SELECT count(*) FROM {found} = %s"
                [(there,)] = connection.execute(query.encode(), (reclamation,))
                if there != count:
                    return f"{there} rows in {table}, not {count}"
            [(left,)] = connection.execute(
                "SELECT count(*) FROM effects WHERE reclamation_id = %s AND status = 'waiting'",
                (reclamation,),
            )
        return f"{left} effects still wait" if left else None

    def _pass_time(self) -> None:
        with psycopg.connect(self._around.plain_url) as connection:
            connection.execute(
                "INSERT INTO clock (shift) VALUES (%s)"
                " ON CONFLICT (only_row) DO UPDATE SET shift = clock.shift + excluded.shift",
                (LATER,),
            )

    def _noted(self) -> list[str]:
        return self._notes.read_text().splitlines() if self._notes.exists() else []

    def _words(self) -> str:
        return children.last_lines(self._around.folder / "victims.log", 30)

    def _fork(self, work: Callable[[Points], None], crash_at: int | None) -> int:
        parent = os.getpid()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # no thread of ours holds a lock
            pid = os.fork()
        if pid:
            return pid
        code = 1
        try:
            _leave_the_parent(parent, self._around.folder / "victims.log")
            points = Points(self._notes, crash_at)
            points.install()
            work(points)
            code = 0
        except BaseException:  # noqa: BLE001 (a child must never come back into the parent)
            import traceback

            traceback.print_exc()
        finally:
            os._exit(code)

    def _wait_for(self, pid: int) -> int:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _be_a_worker(settings: Settings, rules: Rules, points: Points, begun: bool) -> None:
    os.environ.update(as_environment(settings))
    from tasks import app

    app.rules_at_start = lambda _settings: rules
    if not begun:
        app.sweep_until_stopped = lambda _shop: None  # it would take the work from the messages
    points.counts = begun
    carry_out_next = app.carry_out_next

    def begin(shop: Workshop, effect_id: int) -> bool:
        points.counts = True
        return carry_out_next(shop, effect_id)

    app.carry_out_next = begin
    app.app.worker_main(
        [
            "worker",
            "--pool=solo",
            "--loglevel=WARNING",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
        ]
    )


def _leave_the_parent(parent: int, log: Path) -> None:
    """In the child: die with the parent, speak into a file, hear nothing, mind no warnings."""
    warnings.simplefilter("ignore")
    tie = children._die_with(parent, signal.SIGKILL)
    if tie is not None:
        tie()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
