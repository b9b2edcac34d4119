"""Storm 5, clock: clocks jump by up to 25 hours while calls are on their way.

The provider keeps keys for 24 hours of its own time. The database's clock and the machine's are
set wrong, each at any moment; how long the machine has been up is the only thing nobody can set.
The network holds requests back and delivers them minutes later. Nothing may be paid twice, and
all is settled by the machine alone.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from claims.outside import Outcome, Unknown
from tasks.providers.port import Abilities, Finding, Provider, RefundOrder
from tests.storms.at_hand import AtHand, at_hand
from tests.storms.auditor import audit, kinds, ledger_rows
from tests.storms.figures import Figures, Options, sentences
from tests.storms.surroundings import Surroundings, surrounded

REFUNDS, AT_ONCE = 1000, 10
JUMP = timedelta(hours=25)
STEPS_EACH = 8
"""So many times something happens for each refund before the clocks are left alone."""
HOLDS = 0.4
"""How many requests the network keeps for some minutes."""
FAULTS = (
    {"kind": "drop-after", "probability": 0.25},
    {"kind": "drop-before", "probability": 0.1},
    {"kind": "error-after", "probability": 0.05},
    {"kind": "store-error", "probability": 0.05},
    {"kind": "store-error", "paid": True, "probability": 0.05},
    {"kind": "drop-before", "on": "look-ups", "probability": 0.05},
)


@dataclass(slots=True)
class SlowNetwork:
    """The way to the provider: now and then it keeps a request, and delivers it later."""

    provider: Provider
    dice: random.Random
    meanwhile: Callable[[], None]
    """What happens while a call is on its way, before and after the provider has it."""
    holds: float = 0
    held: list[RefundOrder] = field(default_factory=list)
    late: int = 0
    looked_up: int = 0

    @property
    def abilities(self) -> Abilities:
        return self.provider.abilities

    def pay_refund(self, order: RefundOrder, stop_after_seconds: float) -> Outcome:
        self.meanwhile()
        if self.dice.random() < self.holds:
            self.held.append(order)
            return Unknown("The provider gave no answer within the time.")
        outcome = self.provider.pay_refund(order, stop_after_seconds)
        self.meanwhile()
        return outcome

    def look_up(self, order: RefundOrder, stop_after_seconds: float) -> Finding:
        self.looked_up += 1
        finding = self.provider.look_up(order, stop_after_seconds)
        self.meanwhile()
        return finding

    def deliver(self) -> None:
        """What was held back arrives; nobody waits for the answer any more."""
        for order in self.held:
            self.provider.pay_refund(order, 10)
            self.late += 1
        self.held.clear()


@dataclass(slots=True)
class Jumped:
    """What came of it."""

    jumps: int = 0
    days: int = 0
    """Times that more than a day passed for everybody."""
    late: int = 0
    looked_up: int = 0
    violations: list[str] = field(default_factory=list)


def run(options: Options) -> Figures:
    refunds = options.refunds or REFUNDS
    with surrounded(quiet=True, broker=False, durable=False) as around:
        jumped = rage(around, options.dice(), refunds)
        found = audit(around.ledger, around.plain_url, paid_in_full=refunds)
        paid = len(ledger_rows(around.ledger))
    return Figures(
        "clock",
        {
            "refunds": refunds,
            "clocks set wrong": jumped.jumps,
            "days passed": jumped.days,
            "requests delivered late": jumped.late,
            "look-ups": jumped.looked_up,
            "paid at the provider": paid,
            "doubled": kinds(found)["doubled"],
        },
        [*jumped.violations, *sentences(found)],
    )


def rage(around: Surroundings, dice: random.Random, refunds: int) -> Jumped:
    """A few refunds at a time, with something happening to a clock between any two steps."""
    with at_hand(around, dice) as hand:
        tossed = Tossed(hand, dice)
        around.misbehave(*FAULTS, seed=dice.randrange(1 << 30))
        hand.crowd.file(refunds)
        while hand.crowd.asked < refunds:
            asked = hand.crowd.ask(min(AT_ONCE, refunds - hand.crowd.asked))
            tossed.begin()
            for _ in range(asked * STEPS_EACH):
                tossed.something_happens()
            tossed.calm()
            if not hand.settle(timedelta(hours=13), rounds=30):
                tossed.jumped.violations.append(f"{hand.crowd.statuses()} after all calm days.")
                break
        tossed.jumped.late = tossed.network.late
        tossed.jumped.looked_up = tossed.network.looked_up
        return tossed.jumped


class Tossed:
    """Two workers whose clocks are thrown about; the second works while the first one waits."""

    def __init__(self, hand: AtHand, dice: random.Random) -> None:
        self.hand, self.dice, self.jumped = hand, dice, Jumped()
        self.network = SlowNetwork(hand.shop.providers["sandbox"], dice, self._meanwhile)
        self._wrong = timedelta(0)
        self._is_calling = self._is_calm = False
        hand.shop = replace(hand.shop, providers={"sandbox": self.network})

    def begin(self) -> None:
        self._is_calm, self.network.holds = False, HOLDS

    def something_happens(self) -> None:
        match self.dice.randrange(10):
            case 0 | 1:
                self._set_database_clock(self.dice.uniform(-1, 1) * JUMP)
            case 2:
                self.hand.machine.set_wrong = self.dice.uniform(-1, 1) * JUMP
                self.jumped.jumps += 1
            case 3:
                self._set_database_clock(timedelta(0))
            case 4:
                self.network.deliver()
                self.hand.pass_time(JUMP * self.dice.choice((0.5, 1)))
                self.jumped.days += 1
            case 5:
                self.network.deliver()
                self.hand.pass_time(timedelta(minutes=20))
            case _:
                self.hand.pass_time(self.dice.random() * timedelta(seconds=10))
                self.hand.work(at_most=2)

    def calm(self) -> None:
        """The network delivers what it holds and holds no more, and the clocks are put right."""
        self.network.deliver()
        self._set_database_clock(timedelta(0))
        self.hand.machine.set_wrong = timedelta(0)
        self._is_calm, self.network.holds = True, 0

    def _meanwhile(self) -> None:
        """While the first worker waits for an answer, a clock jumps and the second works."""
        if self._is_calling or self._is_calm or self.dice.random() < 0.5:
            return
        self._is_calling = True
        self._set_database_clock(self.dice.uniform(-1, 1) * JUMP)
        self.hand.work(at_most=1)
        self._is_calling = False

    def _set_database_clock(self, wrong: timedelta) -> None:
        self.hand.move_database_clock(wrong - self._wrong)
        self._wrong = wrong
        self.jumped.jumps += 1
