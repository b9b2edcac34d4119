"""Storm 5, clock: clocks jump by up to 25 hours while calls are on their way.

The provider keeps keys for 24 hours of its own time. The database's clock and the machine's are
set wrong, each at any moment; how long the machine has been up is the only thing nobody can set.
The network holds requests back and delivers them minutes later. Nothing may be paid twice, and
all is settled by the machine alone.
"""

import random
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
LONGEST_ON_ITS_WAY = timedelta(minutes=10)
STEPS_EACH = 8
"""So many times something happens for each refund before the clocks are left alone."""
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
    held: list[RefundOrder] = field(default_factory=list)
    late: int = 0

    @property
    def abilities(self) -> Abilities:
        return self.provider.abilities

    def pay_refund(self, order: RefundOrder, stop_after_seconds: float) -> Outcome:
        if self.dice.random() < 0.25:
            self.held.append(order)
            return Unknown("The provider gave no answer within the time.")
        return self.provider.pay_refund(order, stop_after_seconds)

    def look_up(self, order: RefundOrder, stop_after_seconds: float) -> Finding:
        return self.provider.look_up(order, stop_after_seconds)

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
    jumped = Jumped()
    with at_hand(around, dice) as hand:
        network = SlowNetwork(hand.shop.providers["sandbox"], dice)
        hand.shop = replace(hand.shop, providers={"sandbox": network})
        around.misbehave(*FAULTS, seed=dice.randrange(1 << 30))
        hand.crowd.file(refunds)
        while hand.crowd.asked < refunds:
            asked = hand.crowd.ask(min(AT_ONCE, refunds - hand.crowd.asked))
            for _ in range(asked * STEPS_EACH):
                _something(hand, network, dice, jumped)
            _calm(hand, network)
            if not hand.settle(timedelta(hours=13), rounds=30):
                jumped.violations.append(f"{hand.crowd.statuses()} after all calm days.")
                break
        jumped.late = network.late
    return jumped


def _something(hand: AtHand, network: SlowNetwork, dice: random.Random, jumped: Jumped) -> None:
    match dice.randrange(10):
        case 0 | 1:
            hand.move_database_clock(dice.uniform(-1, 1) * JUMP)
            jumped.jumps += 1
        case 2:
            hand.machine.set_wrong = dice.uniform(-1, 1) * JUMP
            jumped.jumps += 1
        case 3:
            network.deliver()
            hand.pass_time(dice.choice((0.5, 1.0)) * JUMP)
            jumped.days += 1
        case 4:
            network.deliver()
            hand.pass_time(timedelta(minutes=20))
        case 5:
            hand.pass_time(dice.random() * timedelta(seconds=30))
        case _:
            hand.work(at_most=3)


def _calm(hand: AtHand, network: SlowNetwork) -> None:
    """The network delivers what it holds, and the clocks are put right."""
    network.deliver()
    network.dice = random.Random(0)
    hand.machine.set_wrong = timedelta(0)
