"""Short ways to file claims and fire events in tests; everything goes through the real doors."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from claims import clock, effects, finding_out
from claims.claimable import Wanted
from claims.claiming import Filing, claim, file_claims
from claims.door import CaseRef, Fired, fire
from claims.models import Effect, Finding, Item, Order, Reclamation
from claims.money import findings
from claims.people import Actor
from claims.refusals import Refused
from claims.rules import Rules

AGENT = Actor("person", "Anna", frozenset({"agent"}), 1)
LEAD = Actor("person", "Lena", frozenset({"lead"}), 2)
WAREHOUSE = Actor("person", "Wim", frozenset({"warehouse"}), 3)
FINANCE = Actor("person", "Finn", frozenset({"finance"}), 4)


def claim_first(
    session: Session,
    rules: Rules,
    order: Order,
    *,
    reason: str = "does-not-fit",
    resolution: str = "refund",
    quantity: int = 1,
    line: int = 0,
) -> Item:
    """Claim some pieces of one line of an order; gives the only item."""
    wanted = Wanted(order.lines[line].id, quantity, reason, resolution)
    reclamation = claim(session, rules, order.id, [wanted], AGENT)
    return reclamation.items[0]


def claim_each(session: Session, rules: Rules, orders: Sequence[Order]) -> None:
    """Claim the first line of each order, all at once."""
    now = clock.now(session)
    filings = [
        Filing(
            order.id,
            [Wanted(order.lines[0].id, 1, "does-not-fit", "refund")],
            now,
            f"{order.number} of a crowd",
        )
        for order in orders
    ]
    answers = file_claims(session, rules, filings, AGENT)
    assert not [answer for answer in answers if isinstance(answer, Refused)]


def press(
    session: Session, rules: Rules, case: Item | Reclamation, event: str, actor: Actor, **raw: str
) -> Fired:
    """Fire an event as a person who has the case before them."""
    subject = "item" if isinstance(case, Item) else "reclamation"
    return fire(session, rules, CaseRef(subject, case.id), event, actor, raw)


COLLEAGUE = Actor("person", "Lotte", frozenset({"lead", "finance"}), 30)
"""Says first what became of an unclear refund, in tests of what follows from deciding that."""


def found(
    session: Session, rules: Rules, item: Item, truth: str, who: Actor = COLLEAGUE
) -> Finding:
    """Say what became of the item's unclear refund: `paid` or `not-paid`."""
    refund = findings.unclear(item)
    if refund is None:
        raise Refused("No refund of this item is unclear.")
    reference = f"at-the-bank-{refund.id}" if truth == "paid" else ""
    return finding_out.propose(session, rules, refund.id, truth, reference, "Looked it up.", who)


def decide(session: Session, rules: Rules, item: Item, event: str, actor: Actor = FINANCE) -> Fired:
    """Decide an unclear refund by `confirm-paid` or `confirm-not-paid`, as the second of two."""
    session.expire(item.reclamation.order, ["refunds"])
    found(session, rules, item, event.removeprefix("confirm-"))
    return press(session, rules, item, event, actor, word="Seen in its ledger")


def waiting_effects(session: Session, item: Item) -> list[Effect]:
    found = select(Effect).where(Effect.item_id == item.id, Effect.status == "waiting")
    return list(session.scalars(found.order_by(Effect.id)))


def work_off(
    session: Session, rules: Rules, item: Item, outcome: effects.Outcome = "done"
) -> list[str]:
    """Carry out what waits for an item as a worker would, with a given outcome for all."""
    done: list[str] = []
    while due := effects.take(session, "tests", timedelta(seconds=60), 10):
        for taken in due:
            effect = session.get_one(Effect, taken.effect_id)
            done.append(effect.use)
            finished = outcome if effect.kind == "refund.pay" else "done"
            effects.finish(session, rules, taken, finished, "As the test says.", {})
    session.refresh(item)
    return done
