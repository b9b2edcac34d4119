"""The sweeper: finds what is due, whether or not anybody rang: `python -m tasks.sweep`.

Every worker sweeps too, in a thread; any number of sweepers do no harm, for they skip what
another one holds.
"""

import logging
import random
import signal
import sys
import threading
from collections.abc import Callable

from sqlalchemy.exc import OperationalError

from claims import deadlines, provider_events
from config.last_good import rules_at_start
from config.settings import SettingsProblem, load
from config.watching import Watch
from tasks.checkpointing import keep_checkpoint
from tasks.effects.asking_again import ask_about_next
from tasks.effects.carry_out import carry_out_next
from tasks.provider_events import follow_next
from tasks.reconciling import reconcile_what_is_due
from tasks.watchdog import bound_memory
from tasks.workshop import Workshop, open_workshop

CHUNK = 100

log = logging.getLogger(__name__)


def sweep_until_stopped(shop: Workshop) -> None:
    """Sweep every `sweep_seconds`, with jitter; a sweep that fails is told and made again."""
    while not shop.stopping.is_set():
        try:
            sweep(shop)
        except OperationalError as wrong:
            log.warning("The database cannot be reached: %s", _first_line(wrong))
        except Exception:
            log.exception("A sweep failed; the next one tries again.")
        shop.stopping.wait(shop.sweep_seconds * random.uniform(0.5, 1.5))  # noqa: S311 - jitter


def sweep(shop: Workshop) -> None:
    """Fire each deadline that is due, carry out each effect that is, ask again about what nobody
    knew, reconcile, mark the journal, and forget providers' old events."""
    _until_none(shop, lambda: fire_deadlines(shop))
    _until_none(shop, lambda: follow_next(shop))
    _until_none(shop, lambda: carry_out_next(shop))
    _until_none(shop, lambda: ask_about_next(shop))
    reconcile_what_is_due(shop)
    mark_journal(shop)
    _until_none(shop, lambda: forget_events(shop))


def forget_events(shop: Workshop) -> bool:
    """Delete a chunk of the events that were followed long ago; False where none was left."""
    with shop.transaction() as session:
        return provider_events.forget(session, shop.keep_events) > 0


def mark_journal(shop: Workshop) -> None:
    """Keep the checkpoint of this slot of time, where the shop keeps any."""
    if shop.checkpoints is None or shop.stopping.is_set():
        return
    try:
        kept = keep_checkpoint(shop.engine, shop.checkpoints)
    except OSError as wrong:
        log.warning("The journal's checkpoint cannot be kept: %s", wrong)
    else:
        if kept is not None:
            log.info("The journal's checkpoint is kept as %s.", kept)


def fire_deadlines(shop: Workshop) -> bool:
    """Fire up to CHUNK deadlines, each in its own transaction; False where none moved a case."""
    shop = shop.held()
    with shop.transaction() as session:
        due = deadlines.due(session, CHUNK)
    moved = False
    for deadline in due:
        if shop.stopping.is_set():
            break
        try:
            with shop.transaction() as session:
                moved |= deadlines.fire_due(session, shop.rules, deadline)
        except OperationalError:
            raise
        except Exception as wrong:
            log.exception("Deadline %s could not be fired.", deadline.id)
            with shop.transaction() as session:
                deadlines.put_off(session, deadline, wrong)
    return moved


def _until_none(shop: Workshop, work: Callable[[], bool]) -> None:
    while not shop.stopping.is_set() and work():
        pass


def _first_line(wrong: OperationalError) -> str:
    return str(wrong.orig).strip().splitlines()[0]


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        settings = load()
        bound_memory(settings.worker_memory_mb)
        shop = open_workshop(settings, rules_at_start(settings))
    except SettingsProblem as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: shop.stopping.set())
    log.info("The sweeper looks every %g s.", shop.sweep_seconds)
    thread = threading.Thread(target=sweep_until_stopped, args=(shop,), name="sweeper")
    watch = Watch(settings, shop.sessions, shop.rules, "sweeper")
    watch.begin()
    thread.start()
    thread.join()
    watch.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
