"""What a person could do with a case now, and why not; for buttons and forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from claims import allowances, cases, clock, offered_refunds, refunded
from claims.allowances import Allowance
from claims.asking import MONEY
from claims.facts import facts_of
from claims.may_fire import check_second_person
from claims.models import Item, Reclamation
from claims.money import findings, splitting
from claims.money.amounts import decimals
from claims.money.refund_terms import RefundTerms
from claims.money.refunds import proposal
from claims.people import Actor
from claims.refusals import NotAllowed, Refused
from claims.rules import Rules
from workflows.definition import Definition, Event, Transition
from workflows.engine import Engine


@dataclass(frozen=True, slots=True)
class CaseOffer:
    """An event that people can fire from the present state; open where `reasons` is empty.

    `fields` has for each input its `default`, `min` and `max`, money in minor units.
    """

    event: Event
    reasons: tuple[str, ...]
    fields: Mapping[str, Mapping[str, object]]
    happy: bool

    @property
    def is_open(self) -> bool:
        return not self.reasons


@dataclass(frozen=True, slots=True)
class CaseOffers:
    reclamation: tuple[CaseOffer, ...]
    items: Mapping[int, tuple[CaseOffer, ...]]
    """By the key of the item; settled items offer nothing."""
    may_refund: Allowance | None
    """What `actor` may still refund alone here; None where no limit binds them."""
    bounds: Mapping[int, tuple[str, ...]]
    """By the key of the item: sentences on what the payments' providers cannot refund."""


def offers(session: Session, rules: Rules, reclamation_id: int, actor: Actor) -> CaseOffers:
    """Everything `actor` sees offered on the page of a reclamation. NotFound, if there is none."""
    [reclamation] = cases.read(session, [reclamation_id]).values()
    at = clock.now(session)
    refunded.load(session, rules, [reclamation], actor, at)
    return CaseOffers(
        offers_of(session, rules, reclamation, actor, at),
        {item.id: offers_of(session, rules, item, actor, at) for item in reclamation.items},
        allowances.may_refund(session, rules, reclamation, actor, at),
        {item.id: _bounds(rules, item, at) for item in reclamation.items},
    )


def _bounds(rules: Rules, item: Item, at: datetime) -> tuple[str, ...]:
    return splitting.bounds(splitting.carriers_of(item, _terms(rules, item), at))


@dataclass(frozen=True, slots=True)
class _Looked:
    """One case that is loaded, who looks at it, and when."""

    session: Session
    rules: Rules
    case: Reclamation | Item
    actor: Actor
    at: datetime

    @property
    def definition(self) -> Definition:
        return self.rules.definition(self.session, self.case.workflow_hash)

    @property
    def engine(self) -> Engine:
        return self.rules.engine(self.session, self.case.workflow_hash)


def offers_of(
    session: Session, rules: Rules, case: Reclamation | Item, actor: Actor, at: datetime
) -> tuple[CaseOffer, ...]:
    """What `actor` sees offered at one case that is loaded; nothing is queried, but for other
    refunds' references where a finding waits for a second person."""
    if case.final is not None:
        return ()
    look = _Looked(session, rules, case, actor, at)
    facts = facts_of(session, rules, case, at, actor)
    lines = look.definition.lines_from[case.state]
    return tuple(
        CaseOffer(
            offer.event,
            offer.reasons or _why_not(look, offer.event),
            _fields(look, offer.event, facts),
            _is_happy(lines, offer.event),
        )
        for offer in look.engine.offers(case.state, facts, actor.roles)
        if offer.event.by - {"import"}
    )


def _why_not(look: _Looked, event: Event) -> tuple[str, ...]:
    return (
        _second_person(look, event)
        or _nothing_to_confirm(look, event)
        or _not_by_providers(look, event)
        or _above_limit(look, event)
    )


def _second_person(look: _Looked, event: Event) -> tuple[str, ...]:
    if event.second_person:
        try:
            check_second_person(look.case, event, look.actor)
        except NotAllowed as refused:
            return refused.reasons
    return ()


def _nothing_to_confirm(look: _Looked, event: Event) -> tuple[str, ...]:
    """Why `actor` cannot confirm what became of a refund, where that is what the event does."""
    if not isinstance(look.case, Item):
        return ()
    truth = findings.decided_by(look.definition, look.case.state, event.name)
    if truth is None:
        return ()
    try:
        finding = findings.check(look.case, truth, look.actor, look.at)
        allowances.check_word(look.session, look.rules, finding.refund, look.actor, look.at)
    except Refused as refused:
        return refused.reasons
    return ()


def _not_by_providers(look: _Looked, event: Event) -> tuple[str, ...]:
    """Why no money can go back over the payments, where that is all the event could do."""
    case = look.case
    if isinstance(case, Item) and offered_refunds.asks_money(look.definition, case, event):
        return offered_refunds.why_none(case, _terms(look.rules, case), look.at)
    return ()


def _above_limit(look: _Looked, event: Event) -> tuple[str, ...]:
    """Why `actor` cannot let a proposal go, where that is all the event could do."""
    case, definition = look.case, look.definition
    if not isinstance(case, Item) or (proposed := proposal(case)) is None:
        return ()
    lines = [line for line in definition.lines_from[case.state] if line.event == event.name]
    if all(any(definition.effects[e].run == MONEY for e in line.effects) for line in lines):
        try:
            amount = proposed.amount
            allowances.check(look.session, look.rules, case, amount, look.actor, look.at)
        except NotAllowed as refused:
            return refused.reasons
    return ()


def _fields(
    look: _Looked, event: Event, facts: Mapping[str, object]
) -> Mapping[str, Mapping[str, object]]:
    case = look.case
    defaults = look.engine.defaults(event.name, facts)
    reclamation = case.reclamation if isinstance(case, Item) else case
    fields = _in_minor_units(event, defaults, decimals(reclamation.currency))
    if isinstance(case, Item) and offered_refunds.asks_money(look.definition, case, event):
        return offered_refunds.within(case, _terms(look.rules, case), look.at, fields)
    return fields


def _terms(rules: Rules, item: Item) -> RefundTerms:
    return rules.refund_terms(item.reclamation.shop.code)


def _is_happy(lines: tuple[Transition, ...], event: Event) -> bool:
    return any(line.happy for line in lines if line.event == event.name)


def _in_minor_units(
    event: Event, defaults: Mapping[str, object], places: int
) -> Mapping[str, Mapping[str, object]]:
    fields: dict[str, Mapping[str, object]] = {}
    for field in event.input:
        given = defaults.get(field.name)
        bounds = dict(given) if isinstance(given, Mapping) else {}
        if field.type == "money":
            bounds = {
                name: round(value * 10**places) if isinstance(value, int | float) else value
                for name, value in bounds.items()
            }
        fields[field.name] = bounds
    return fields
