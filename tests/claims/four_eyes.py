"""Random hands of several people on one order: `python -m tests.claims.four_eyes 10000`.

They ask, propose, edit, approve, send back, withdraw, split one refund over items; payments are
corrected and other versions of the workflow taken. Played in memory on the real steps. What was
proposed, who touched it and how much each may let go is kept here anew, apart from the code
under test: no refund above a person's limits without a second person, and no approval of
anything but what was proposed and seen.
"""

import argparse
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from claims import edits, new_reclamation
from claims.catalogue import CATALOGUE
from claims.claimable import Wanted
from claims.door import fire_typed
from claims.models import Item, Order, OrderLine, Payment, Refund, Shop
from claims.money import approvals, refunds
from claims.new_reclamation import NewClaim
from claims.people import Actor
from claims.reading_choices import read_choices_file
from claims.refunded import only_these
from claims.refusals import InvalidInput, Refused
from claims.rehearsal import memory
from claims.rules import Rules
from config.settings import PROJECT
from tests.claims.other_rules import limited, rules_with
from workflows.reading import read_folder

BEGINNING = datetime(2026, 3, 2, 9, tzinfo=UTC)
PEOPLE = (
    Actor("person", "Anna", frozenset({"agent"}), 1),
    Actor("person", "Anton", frozenset({"agent"}), 2),
    Actor("person", "Lena", frozenset({"lead", "agent"}), 3),
    Actor("person", "Lars", frozenset({"lead", "agent"}), 4),
)
LIMITS = {"agent": {"case": 10000, "order": 15000}, "lead": {"case": 60000, "order": 90000}}
STEPS = 14
PRESSES = (
    *["refund"] * 8,
    *["approve"] * 16,
    *["send-back"] * 2,
    "withdraw-item",
    "edit",
    "other-payment",
    "other-version",
    "note-deduction",
)
AMOUNTS = (2500, 6000, 9900, 10000, 15000, 30000, 50000)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal as this test remembers it."""

    amount: int
    evidence: str
    payees: tuple[str, ...]
    version: str
    deductions: str
    hands: set[int] = field(default_factory=set)
    """Who proposed it, and who changed its item since."""


@dataclass
class World:
    """One order with two claims of two pieces each, all goodwill."""

    session: Session
    rules: Rules
    other_version: str
    items: list[Item]
    beginning: memory.Memory
    proposed: dict[Refund, Proposed] = field(default_factory=dict)

    @property
    def order(self) -> Order:
        return self.items[0].reclamation.order

    def cleared(self) -> list[Refund]:
        return [refund for refund in self.order.refunds if refund.cleared_at is not None]


def shop_rules() -> Rules:
    """The shipped goodwill with strict limits, where agents may try to approve, and above 60.00
    a second person looks whatever the first one may alone."""
    definitions = read_folder(PROJECT / "config" / "workflows", CATALOGUE)
    choices = read_choices_file(PROJECT / "config" / "claims.yaml", definitions)
    lenient = rules_with(
        Rules(definitions, choices, CATALOGUE),
        "item-goodwill",
        ("by: [lead, finance]", "by: [agent, lead]"),
        ("input.amount <= staff", "input.amount <= 60.0 && input.amount <= staff"),
    )
    listed = [
        f"role: {role}, per: {per}, amount: {amount // 100}"
        for role, of_role in LIMITS.items()
        for per, amount in of_role.items()
    ]
    return limited(lenient, *listed)


def a_world(rules: Rules) -> World:
    session = memory.new_session()
    other = rules_with(rules, "item-goodwill", ("Pay goodwill", "Pay a goodwill"))
    version = other.definitions["item-goodwill"]
    known = {**{d.hash: d for d in rules.definitions.values()}, version.hash: version}
    session.info["versions_kept"] = set(known)
    both = Rules({**rules.definitions, version.hash: version}, rules.choices, rules.catalogue)
    shop = Shop(code="MAIN", name="Main", currency="EUR")
    session.add(shop)
    order = Order(
        shop=shop,
        number="O-1",
        currency="EUR",
        placed_at=BEGINNING,
        customer_number="C-1",
        total_paid=800000,
        lines=[
            OrderLine(position=p, sku="A", name="A", quantity=1, unit_price=200000, paid=200000)
            for p in range(1, 5)
        ],
        payments=[
            Payment(position=1, provider="x", reference="p-1", captured=800000, currency="EUR")
        ],
    )
    session.add(order)
    memory.write(session)
    items: list[Item] = []
    for number, lines in enumerate((order.lines[:2], order.lines[2:]), start=1):
        wanted = [Wanted(line.id, 1, "other", "goodwill") for line in lines]
        claimed = NewClaim(order, wanted, PEOPLE[0], BEGINNING)
        items += new_reclamation.write(session, rules, f"R-{number}", claimed).items
        memory.write(session)
    only_these(session, [item.reclamation for item in items])
    return World(session, both, version.hash, items, memory.remember(session))


def play(world: World, chance: random.Random, counted: Counter[str]) -> str | None:
    """One sequence from the beginning; the first thing that must not be, or None."""
    memory.go_back(world.session, world.beginning)
    world.proposed.clear()
    at = BEGINNING
    forms: dict[int, str] = {}
    for _ in range(STEPS):
        at += timedelta(minutes=5)
        press, item = chance.choice(PRESSES), chance.choice(world.items)
        if press == "approve" and (owed := [i for i in world.items if refunds.proposal(i)]):
            item = chance.choice(owed)
        person, amount = chance.choice(PEOPLE), chance.choice(AMOUNTS)
        if chance.random() < 0.3 and (waiting := approvals.waiting(item)):
            # Somebody opens the form and presses later; most press what they have just opened.
            forms[id(item)] = approvals.seen(waiting)
        before, known = memory.remember(world.session), world.cleared()
        try:
            _press(world, press, item, person, amount, at, forms.pop(id(item), None))
        except (Refused, InvalidInput):
            counted["refused"] += 1
            memory.go_back(world.session, before)
            continue
        memory.write(world.session)
        counted[press] += 1
        for refund in world.cleared():
            if refund not in known and (wrong := _wrong(world, refund, person, counted)):
                return wrong
        _remember(world, press, item, person)
    return None


def _press(
    world: World,
    press: str,
    item: Item,
    person: Actor,
    amount: int,
    at: datetime,
    form: str | None,
) -> None:
    session, rules = world.session, world.rules
    match press:
        case "edit":
            changed = {"evidence": f"A photo of {at:%H:%M}"}
            edits.check_may_edit(item, person)
            edits.change_item(session, rules, item, changed, person, at)
        case "other-payment":
            world.order.payments[0].reference = f"p-{at:%H%M}"
        case "other-version":
            item.workflow_hash = world.other_version
        case "note-deduction":
            item.deductions = {**(item.deductions or {}), "wear": amount}
        case "withdraw-item":
            fire_typed(session, rules, item, "cancel", person, {}, at)
        case "approve":
            if form is not None:
                approvals.check_seen(refunds.proposal(item), form)
            fire_typed(session, rules, item, press, person, {}, at)
        case _:
            typed = {"amount": f"{amount / 100:.2f}"} if press == "refund" else {}
            fire_typed(session, rules, item, press, person, typed, at)


def _remember(world: World, press: str, item: Item, person: Actor) -> None:
    waiting = refunds.proposal(item)
    if waiting is None:
        return
    known = world.proposed.setdefault(waiting, _as_it_is(waiting))
    if press in {"refund", "edit"}:
        known.hands.add(person.staff_id or 0)


def _as_it_is(refund: Refund) -> Proposed:
    return Proposed(
        refund.amount,
        refund.item.evidence or "",
        tuple(share.payment.reference for share in refund.shares),
        refund.item.workflow_hash,
        str(refund.item.deductions or {}),
    )


def _wrong(world: World, refund: Refund, person: Actor, counted: Counter[str]) -> str | None:
    """What must not be about a refund that this person has just let go."""
    order_sum = sum(_counts(r) for r in world.order.refunds)
    case_sum = sum(_counts(r) for r in world.order.refunds if r.reclamation is refund.reclamation)
    if not _may_alone(person, case_sum, order_sum):
        return f"{person.name} let go {refund.amount}, above every limit of theirs"
    known = world.proposed.get(refund)
    if known is None:
        counted["let go alone"] += 1
        return None
    now = _as_it_is(refund)
    for name in ("amount", "evidence", "payees", "version", "deductions"):
        if getattr(known, name) != getattr(now, name):
            return f"approved although {name} had changed: {known} → {now}"
    if person.staff_id in known.hands:
        return f"{person.name} approved what they had proposed or changed: {known.hands}"
    counted["let go by two"] += 1
    proposer = next(p for p in PEOPLE if p.staff_id == refund.asked_by_id)
    if not _may_alone(proposer, case_sum, order_sum):
        counted["above the proposer's limit, by two"] += 1
    return None


def _may_alone(person: Actor, case_sum: int, order_sum: int) -> bool:
    named = [LIMITS[role] for role in person.roles & LIMITS.keys()]
    return any(case_sum <= of["case"] for of in named) and any(
        order_sum <= of["order"] for of in named
    )


def _counts(refund: Refund) -> int:
    return 0 if refund.status in {"refused", "dropped"} else refund.amount


def play_often(times: int, seed: int) -> tuple[Counter[str], list[str]]:
    """What was done how often, and each sequence that ended in what must not be."""
    world, counted, wrong = a_world(shop_rules()), Counter[str](), list[str]()
    for sequence in range(times):
        if found := play(world, random.Random(f"{seed} {sequence}"), counted):
            wrong.append(f"sequence {sequence}: {found}")
    return counted, wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("times", type=int, nargs="?", default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.monotonic()
    counted, wrong = play_often(options.times, options.seed)
    told = [*wrong[:20], *(f"{count:7} {name}" for name, count in counted.most_common())]
    told.append(
        f"sequences={options.times} seed={options.seed} violations={len(wrong)} "
        f"seconds={time.monotonic() - began:.1f}"
    )
    sys.stdout.write("\n".join([*told, ""]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
