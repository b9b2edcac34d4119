"""What somebody may still refund alone, and refusing what would be more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from claims.models import Item, Reclamation, Refund
from claims.money import refunds
from claims.money.amounts import to_major
from claims.money.limits import NO_LIMIT, Limit, OfOneKind
from claims.people import Actor
from claims.refunded import OF_CUSTOMER, TODAY, WINDOW, of_case, of_order, sums_in
from claims.refusals import NotAllowed
from claims.rules import Rules


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the limit that binds somebody most leaves them, in minor units."""

    limit: Limit
    amount: int
    counted: int
    """What is refunded or under way already, as far as this limit counts it."""

    @property
    def left(self) -> int:
        return max(0, self.amount - self.counted)

    @property
    def room(self) -> int:
        """Below zero where more is counted than the limit."""
        return self.amount - self.counted


def may_refund(
    session: Session, rules: Rules, reclamation: Reclamation, actor: Actor, at: datetime
) -> Allowance | None:
    """What a person may still refund alone here; None where no limit binds them."""
    kinds = rules.choices.limits(reclamation.shop.code).of(actor.roles, reclamation.currency)
    return _binding(session, kinds, reclamation, actor.staff_id, at)


def check(
    session: Session, rules: Rules, item: Item, amount: int, actor: Actor, at: datetime
) -> None:
    """NotAllowed where this is more than whoever lets it go may refund alone.

    That holds whatever the workflow says. Whoever approves a proposal needs it within their own
    limits. Where no person is behind an event, it must be within the limits of every role.
    """
    reclamation = item.reclamation
    limits = rules.choices.limits(reclamation.shop.code)
    proposed = refunds.proposal(item)
    if actor.staff_id is not None or actor.kind == "person":
        kinds, staff_id = limits.of(actor.roles, reclamation.currency), actor.staff_id
    else:
        kinds = limits.strictest(reclamation.currency)
        staff_id = proposed.asked_by_id if proposed else None
    allowance = _binding(session, kinds, reclamation, staff_id, at, proposed)
    if allowance is not None and amount > allowance.room:
        way_out = (
            "ask for a second look"
            if proposed is None
            else "somebody who may refund more has to approve it"
        )
        raise NotAllowed(*_why(allowance, amount, reclamation.currency, actor, way_out))


def check_word(session: Session, rules: Rules, refund: Refund, actor: Actor, at: datetime) -> None:
    """NotAllowed where whoever confirms what became of a refund could not have let it go."""
    reclamation = refund.reclamation
    kinds = rules.choices.limits(reclamation.shop.code).of(actor.roles, reclamation.currency)
    allowance = _binding(session, kinds, reclamation, actor.staff_id, at, refund)
    if allowance is not None and refund.amount > allowance.room:
        way_out = "somebody who may refund more has to confirm what became of it"
        raise NotAllowed(*_why(allowance, refund.amount, reclamation.currency, actor, way_out))


def facts(
    session: Session, rules: Rules, reclamation: Reclamation, actor: Actor, at: datetime
) -> dict[str, object]:
    """The sums that conditions see, in major units; what was not loaded is left out."""
    order, currency = reclamation.order, reclamation.currency
    sums = sums_in(session)
    found: dict[str, object] = {
        "reclamation.refunded": to_major(of_case(reclamation), currency),
        "order.refunded": to_major(of_order(order), currency),
    }
    if sums.knows_window(WINDOW):
        found[OF_CUSTOMER] = to_major(sums.of_customer(order, WINDOW, at), currency)
    if actor.kind != "person":
        return {**found, TODAY: 0.0, "staff.may_refund": 0.0}
    if actor.staff_id is not None and sums.knows_person(actor.staff_id):
        found[TODAY] = to_major(sums.of_person(actor.staff_id, currency, at), currency)
    allowance = may_refund(session, rules, reclamation, actor, at)
    left = NO_LIMIT if allowance is None else to_major(allowance.left, currency)
    return {**found, "staff.may_refund": left}


def _binding(
    session: Session,
    kinds: Sequence[OfOneKind],
    reclamation: Reclamation,
    staff_id: int | None,
    at: datetime,
    but: Refund | None = None,
) -> Allowance | None:
    """The limit that leaves least: of each role its tightest, of several roles the best, of the
    kinds the tightest again. `but` is the refund that is looked at, and does not count itself."""

    def allowance(limit: Limit) -> Allowance:
        counted = _counted(session, limit, reclamation, staff_id, at, but)
        return Allowance(limit, limit.minor(reclamation.currency), counted)

    best = [max((_tightest(map(allowance, role)) for role in kind), key=_room) for kind in kinds]
    return _tightest(best) if best else None


def _tightest(allowances: Iterable[Allowance]) -> Allowance:
    return min(allowances, key=_room)


def _room(allowance: Allowance) -> int:
    return allowance.room


def _counted(
    session: Session,
    limit: Limit,
    reclamation: Reclamation,
    staff_id: int | None,
    at: datetime,
    but: Refund | None,
) -> int:
    match limit.per:
        case "case":
            return of_case(reclamation, but)
        case "order":
            return of_order(reclamation.order, but)
        case "customer":
            return sums_in(session).of_customer(reclamation.order, limit.within, at, but)
        case "day":
            if staff_id is None:
                return 0
            return sums_in(session).of_person(staff_id, reclamation.currency, at)


def _why(
    allowance: Allowance, amount: int, currency: str, actor: Actor, way_out: str
) -> tuple[str, ...]:
    """The limit, the sum and the way out, in sentences."""
    limit, already = allowance.limit, allowance.counted
    most = f"{refunds.money(allowance.amount, currency)} {limit.about}"
    if actor.kind == "person":
        said = [f"You may refund {most} alone."]
    else:
        said = [f"Where no person presses, at most {most} is refunded."]
    if already:
        done = "you let go today" if limit.per == "day" else "are refunded or under way"
        said.append(f"{refunds.money(already, currency)} {done} already.")
    said.append(f"{refunds.money(amount, currency)} more would be above that; {way_out}.")
    return tuple(said)
