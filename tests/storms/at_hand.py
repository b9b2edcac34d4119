"""Redress in the storm's own process, with every clock within reach: waiting costs nothing."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import psycopg

from config.bootstrap import Redress
from config.settings import Settings
from tasks.effects.asking_again import ask_about_next
from tasks.effects.carry_out import carry_out_next
from tasks.workshop import Workshop, open_workshop
from tests.storms.crowd import Crowd
from tests.storms.surroundings import Surroundings
from tests.support.loopback import http
from tests.support.machine import MovableMachine

MOVE = (
    "INSERT INTO clock (shift) VALUES (%s)"
    " ON CONFLICT (only_row) DO UPDATE SET shift = clock.shift + excluded.shift"
)

LEASE = timedelta(seconds=60)
"""Longer than any real call takes: past it the watchdog would end the storm's own process."""


@dataclass(slots=True)
class AtHand:
    """A worker and a clerk that do what the storm tells them, one step after the other."""

    around: Surroundings
    shop: Workshop
    crowd: Crowd
    machine: MovableMachine

    def pass_time(self, by: timedelta) -> None:
        """Everywhere: in the database, on the machine, at the provider."""
        self.move_database_clock(by)
        self.machine.pass_time(by)
        body = {"move_seconds": by.total_seconds()}
        http.post(f"{self.around.settings.sandbox_url}/clock", json=body).raise_for_status()

    def move_database_clock(self, by: timedelta) -> None:
        """That one clock jumps."""
        with psycopg.connect(self.around.plain_url, autocommit=True) as connection:
            connection.execute(MOVE, (by,))

    def work(self, at_most: int | None = None) -> int:
        """Carry out what is due, so many at most; gives how many that were."""
        done = 0
        while done != at_most and carry_out_next(self.shop):
            done += 1
        return done

    def settle(self, step: timedelta, rounds: int) -> bool:
        """Work and let time pass until nothing waits and nobody knows no more; False if never."""
        for _ in range(rounds):
            self.work()
            while ask_about_next(self.shop):
                pass
            if not set(self.crowd.statuses()) & {"waiting", "unknown"}:
                return True
            self.pass_time(step)
        return False


@contextmanager
def at_hand(
    around: Surroundings, dice: random.Random, settings: Settings | None = None
) -> Iterator[AtHand]:
    """The provider is started where it does not run yet; `settings` are those of the worker."""
    if not around.processes["provider"].runs:
        around.start("provider")
    machine = MovableMachine()
    shop = replace(open_workshop(settings or around.settings), machine_time=machine, lease=LEASE)
    redress = Redress(settings or around.settings, shop.engine, shop.sessions, shop.rules)
    try:
        yield AtHand(around, shop, Crowd(around, redress, dice), machine)
    finally:
        shop.close()
