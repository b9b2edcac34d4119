"""Storm 4, cut: the line to the database is cut at every statement, and the server dies.

Each statement from the filing of a claim to the end of its refund is cut twice: before the server
sees it, and after it has done it and only the answer is lost (a COMMIT, too). Whoever pressed
presses again with the same form; the worker is the same that was cut off. Then PostgreSQL itself
is killed under running workers.
"""

import logging
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

import psycopg
from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from claims.claimable import Wanted
from claims.claiming import claim
from claims.door import CaseRef, fire
from claims.models import Order
from config.bootstrap import build
from config.local.account import SOCKET_NAME, socket_folder
from config.local.postgres import APPLICATION
from tests.storms.at_hand import AtHand, at_hand
from tests.storms.auditor import audit
from tests.storms.crowd import Crowd
from tests.storms.figures import Figures, Options, sentences
from tests.storms.proxy import HOST, Cut, Proxy, When, proxied
from tests.storms.surroundings import Surroundings, surrounded
from tests.support.cases import LEAD
from tests.support.shop import Line, an_order

RESTARTS, REFUNDS = 12, 600
BACKLOG = 40
PATIENCE_SECONDS = 120.0
ROUNDS = 12
"""So often a worker that is cut off tries; each time its lease is over first."""
PRICE = 1500
FIRST_AND_SECOND = (600, 900)
WHENS: tuple[When, ...] = ("before", "after")
Result = TypeVar("Result")

LOOK = """
    SELECT count(DISTINCT r.id), count(DISTINCT e.id), max(e.status), max(f.status),
           sum(s.amount) FILTER (WHERE s.status = 'paid'), max(i.state), max(r.state)
    FROM reclamations r JOIN items i ON i.reclamation_id = r.id
    LEFT JOIN effects e ON e.reclamation_id = r.id LEFT JOIN refunds f ON f.effect_id = e.id
    LEFT JOIN refund_shares s ON s.refund_id = f.id WHERE r.order_id = %s
"""
AS_IT_MUST_BE = (1, 1, "done", "paid", PRICE, "goodwill-paid", "closed")


@dataclass(slots=True)
class Severed:
    """What came of it."""

    statements: int = 0
    commits: int = 0
    points: int = 0
    """Cuts at one statement of one refund, before or after it."""
    second: int = 0
    """Cuts at another statement while what was cut off goes on."""
    refunds: int = 0
    """That were asked for in all of this."""
    restarts: int = 0
    stumbles: int = 0
    """Times that a worker took a cut for a mistake of the program; it tries again all the same."""
    violations: list[str] = field(default_factory=list)


def run(options: Options) -> Figures:
    restarts, refunds = options.kills or RESTARTS, options.refunds or REFUNDS
    with surrounded(quiet=True, broker=False) as around:
        severed = cut_everywhere(around, options.dice(), every=1, twice=True)
        around.start("worker-1", "sweeper-1")
        restart_hard(around, options.dice(), restarts, refunds, severed)
        paid = severed.refunds + refunds
        found = sentences(audit(around.ledger, around.plain_url, paid_in_full=paid))
    return Figures(
        "cut",
        {
            "statements of one refund": severed.statements,
            "COMMITs among them": severed.commits,
            "points cut": severed.points,
            "cut again in recovery": severed.second,
            "hard restarts of PostgreSQL": severed.restarts,
            "refunds in them": refunds,
            "taken for mistakes": severed.stumbles,
        },
        [*severed.violations, *found],
    )


def cut_everywhere(
    around: Surroundings, dice: random.Random, *, every: int, twice: bool = False
) -> Severed:
    """Cut at each `every`-th statement of a refund of its own, before it and after it."""
    severed = Severed()
    with proxied(socket_folder(around.postgres.home) / SOCKET_NAME) as proxy:
        address = (
            f"postgresql+psycopg://{APPLICATION}@{HOST}:{proxy.port}/{around.database}"
            "?sslmode=disable&gssencmode=disable"
        )
        settings = around.settings.model_copy(update={"database_url": address})
        straight = create_engine(around.settings.database_url, poolclass=NullPool)
        with at_hand(around, dice, settings) as hand, _counted_stumbles(severed):
            flow = _Flow(hand, proxy, sessionmaker(straight))
            flow.walk()
            flow.walk()  # what is cached and prepared at the first time is there by now
            whole = tuple(proxy.seen)
            severed.statements = len(whole)
            severed.commits = sum(said == "COMMIT" for said in whole)
            for number in range(1 + dice.randrange(every), len(whole) + 1, every):
                for when in WHENS:
                    cuts = [Cut(number, when)]
                    if twice:
                        cuts.append(Cut(dice.randrange(1, len(whole)), dice.choice(WHENS)))
                    if wrong := flow.walk(cuts):
                        severed.violations.append(f"{whole[number - 1][:60]}, cut {when}: {wrong}")
                    severed.points += 1
            severed.refunds = severed.points + 2
            severed.second = proxy.cuts - severed.points
    return severed


class _Flow:
    """One refund after the other, from the filing to the end."""

    def __init__(self, hand: AtHand, proxy: Proxy, straight: sessionmaker[Session]) -> None:
        self._hand, self._proxy, self._straight = hand, proxy, straight
        self._walks = 0

    def walk(self, cuts: Sequence[Cut] = ()) -> str | None:
        """File, ask and pay with the line cut; gives what is wrong at the end.

        A second cut counts from the first one on.
        """
        self._walks += 1
        with self._straight.begin() as session:
            order = an_order(session, [Line(unit_price=PRICE)], payments=FIRST_AND_SECOND).id
        left = list(cuts)

        def next_cut() -> None:
            self._proxy.count_anew(left.pop(0) if left else None)

        next_cut()
        token = f"form-{self._walks}"
        item = _insist(lambda: self._file(order, f"{token}-claim"), next_cut)
        _insist(lambda: self._ask(item, f"{token}-refund"), next_cut)
        for _ in range(ROUNDS):
            try:
                self._hand.work()
            except DBAPIError:
                next_cut()
            if self._look(order) is None:
                break
            self._hand.pass_time(self._hand.shop.lease + timedelta(seconds=1))
        return self._look(order)

    def _file(self, order: int, token: str) -> int:
        with self._hand.shop.sessions.begin() as session:
            line = session.get_one(Order, order).lines[0].id
            wanted = [Wanted(line, 1, "does-not-fit", "goodwill")]
            filed = claim(session, self._hand.shop.rules, order, wanted, LEAD, request_token=token)
            return filed.items[0].id

    def _ask(self, item: int, token: str) -> None:
        with self._hand.shop.sessions.begin() as session:
            case, raw = CaseRef("item", item), {"amount": f"{PRICE / 100:.2f}"}
            fire(session, self._hand.shop.rules, case, "refund", LEAD, raw, request_token=token)

    def _look(self, order: int) -> str | None:
        """What is not as it must be, by plain SQL and past the proxy."""
        with psycopg.connect(self._hand.around.plain_url, autocommit=True) as connection:
            seen = connection.execute(LOOK, (order,)).fetchone()
        return None if seen == AS_IT_MUST_BE else f"{seen} instead of {AS_IT_MUST_BE}"


def _insist(press: Callable[[], Result], cut_off: Callable[[], None]) -> Result:
    """Press again with the very same form for as long as the line is cut."""
    while True:
        try:
            return press()
        except DBAPIError:
            cut_off()


def restart_hard(
    around: Surroundings,
    dice: random.Random,
    restarts: int,
    refunds: int,
    severed: Severed,
) -> None:
    """kill -9 of the whole PostgreSQL, again and again, while workers pay refunds."""
    redress = build(around.settings)
    crowd = Crowd(around, redress, dice, prefix="H")
    before = crowd.settled()
    crowd.file(refunds)
    end = time.monotonic() + PATIENCE_SECONDS + 2 * restarts
    while (done := crowd.settled() - before) < refunds or severed.restarts < restarts:
        around.look_after()
        if crowd.asked < refunds and crowd.asked - done < BACKLOG:
            crowd.ask(min(BACKLOG // 2, refunds - crowd.asked))
        if severed.restarts < restarts and done >= severed.restarts * refunds // (restarts + 1):
            time.sleep(dice.random() * 0.2)
            around.kill_postgres()
            around.start_postgres()
            severed.restarts += 1
        if time.monotonic() > end:
            severed.violations.append(f"{crowd.statuses()} at the end.\n{around.last_words()}")
            break
        time.sleep(0.05)
    redress.engine.dispose()


@contextmanager
def _counted_stumbles(severed: Severed) -> Iterator[None]:
    class Counter(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            severed.stumbles += "could not be carried out" in record.msg

    log, counter = logging.getLogger("tasks.effects.carry_out"), Counter()
    log.addHandler(counter)
    log.propagate = False
    try:
        yield
    finally:
        log.removeHandler(counter)
        log.propagate = True
