"""Real processes: a worker, a sweeper, a broker that is there or not, and kill -9."""

import os
import signal
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from claims.rules import Rules
from config.bootstrap import Redress, build
from config.settings import Settings
from tasks.workshop import Workshop
from tests.support.mail import Mailbox
from tests.support.parts import Part, eventually, says
from tests.tasks.desk import PRICE, Desk


@pytest.fixture
def ringing(settings: Settings, rules: Rules) -> Iterator[Redress]:
    """What a web process holds: after its commits the doorbell rings."""
    redress = build(settings, rules)
    yield redress
    redress.engine.dispose()


@pytest.fixture
def part(settings: Settings, mailbox: Mailbox, tmp_path: Path) -> Iterator["Parts"]:
    """Start parts of a test's own, with settings of its own."""
    parts = Parts(settings, tmp_path)
    yield parts
    parts.stop()


class Parts:
    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings, self._folder = settings, folder
        self._started: list[Part] = []

    def start(self, name: str, ready: str, **changes: object) -> Part:
        settings = self._settings.model_copy(update=changes)
        log = self._folder / f"{name}-{len(self._started)}.log"
        part = Part(name, settings, log, says(ready))
        part.start()
        self._started.append(part)
        return part

    def worker(self, **changes: object) -> Part:
        return self.start("worker", "ready.", **changes)

    def sweeper(self, **changes: object) -> Part:
        return self.start("sweep", "The sweeper looks", **changes)

    def stop(self) -> None:
        for part in self._started:
            part.kill()


def is_settled(desk: Desk, effect: int) -> bool:
    return desk.see(effect).status != "waiting"


def test_a_ring_is_answered_at_once_and_the_customer_gets_each_letter_once(
    desk: Desk, ringing: Redress, mailbox: Mailbox, part: Parts
) -> None:
    part.worker(sweep_seconds=600.0)
    effect = desk.ask_refund(sessions=ringing.sessions)

    eventually(lambda: is_settled(desk, effect), about="the refund")
    eventually(lambda: len(mailbox.letters) == 2, about="the letters")

    assert desk.paid() == [PRICE]
    assert desk.see(effect).state == "goodwill-paid"
    paid, closed = sorted(mailbox.letters, key=lambda letter: str(letter["Subject"]))
    assert "€24.99" in paid.get_content()
    assert str(closed["Subject"]).endswith("is closed")


def test_a_worker_finishes_everything_with_the_broker_never_started(
    desk: Desk, mailbox: Mailbox, part: Parts
) -> None:
    part.start("worker", "Connection refused", redis_url="redis://127.0.0.1:1/0")
    effect = desk.ask_refund()

    eventually(lambda: is_settled(desk, effect), about="the refund")
    eventually(lambda: len(mailbox.letters) == 2, about="the letters")

    assert desk.paid() == [PRICE]


def test_a_worker_killed_in_mid_refund_pays_once(
    desk: Desk, part: Parts, workshop: Workshop
) -> None:
    desk.misbehave({"kind": "answer-late", "seconds": 5})
    first = part.worker(lease_seconds=30.0)
    effect = desk.ask_refund()
    eventually(lambda: desk.paid() == [PRICE], about="the payment")

    first.kill()
    killed = desk.see(effect)
    desk.pass_time(timedelta(seconds=31))
    seen = desk.work_off(workshop, effect)

    assert (killed.status, killed.attempts) == ("waiting", [("call", None)])
    assert desk.paid() == [PRICE]
    assert (seen.status, seen.attempts) == ("done", [("call", None), ("call", "done")])


def test_a_worker_that_slept_past_its_lease_is_fenced_and_its_word_is_kept(
    desk: Desk, part: Parts, workshop: Workshop
) -> None:
    desk.misbehave({"kind": "answer-late", "seconds": 1})
    sleeper = part.sweeper(lease_seconds=30.0)
    effect = desk.ask_refund()
    eventually(lambda: desk.paid() == [PRICE], about="the payment")
    os.killpg(sleeper.pid, signal.SIGSTOP)

    desk.pass_time(timedelta(seconds=31))
    before = desk.work_off(workshop, effect)
    os.killpg(sleeper.pid, signal.SIGCONT)
    eventually(lambda: desk.see(effect).observations != [], about="the late word")

    seen = desk.see(effect)
    assert before.status == seen.status == "done"
    assert (seen.observations, seen.incidents) == (["share-paid"], [])
    assert desk.paid() == [PRICE]
    assert seen.shares == [(PRICE, "paid")]


def test_sigterm_lets_a_call_end_and_leaves_no_lease_behind(
    desk: Desk, part: Parts, workshop: Workshop
) -> None:
    desk.misbehave({"kind": "slow", "seconds": 1})
    worker = part.worker(lease_seconds=60.0)
    effect = desk.ask_refund([1000, 2000])
    eventually(lambda: desk.see(effect).attempts == [("call", None)], about="the attempt")

    worker.stop()
    stopped = desk.see(effect)
    seen = desk.work_off(workshop, effect)

    assert stopped.shares == [(1000, "paid"), (2000, "held")]
    assert seen.status == "done"
    assert desk.paid() == [1000, 2000]


def test_a_sweeper_alone_finishes_everything(desk: Desk, sweeper: Part, mailbox: Mailbox) -> None:
    effect = desk.ask_refund()

    eventually(lambda: is_settled(desk, effect), about="the refund")
    eventually(lambda: len(mailbox.letters) == 2, about="the letters")

    assert desk.paid() == [PRICE]


def test_many_who_work_at_once_do_each_other_no_harm(
    desk: Desk, sweeper: Part, workshop: Workshop
) -> None:
    refunds = [desk.ask_refund([100 + number]) for number in range(12)]
    threads = [threading.Thread(target=desk.carry_out_all, args=[workshop]) for _ in range(3)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for effect in refunds:
        eventually(lambda effect=effect: is_settled(desk, effect), about="the refund")

    assert sorted(desk.paid()) == [100 + number for number in range(12)]


def test_a_deadline_fires_without_anybody_ringing(desk: Desk, sweeper: Part) -> None:
    item = desk.ask_return()

    desk.pass_time(timedelta(days=15))

    eventually(lambda: desk.state_of(item) == "parcel-late", about="the deadline")


def test_a_sweeper_outlives_a_database_that_cuts_it_off(desk: Desk, sweeper: Part) -> None:
    desk.cut_everybody_off()
    effect = desk.ask_refund()

    eventually(lambda: is_settled(desk, effect), about="the refund")

    assert desk.paid() == [PRICE]
    assert sweeper.is_running
