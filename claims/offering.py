"""What a person could do with a case now, and why not; for buttons and forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from claims import (
    allowances,
    cases,
    clock,
    findings,
    offered_refunds,
    refunded,
    splitting,
)
from claims.allowances import Allowance
from claims.asking import MONEY
from claims.facts import facts_of
from claims.may_fire import check_second_person
from claims.models import Item, Reclamation
from claims.money import decimals
from claims.people import Actor
from claims.refund_terms import RefundTerms
from claims.refunds import proposal
from claims.refusals import NotAllowed, Refused
from claims.rules import Rules
from workflows.definition import Event, Transition


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


def offers_of(
    session: Session, rules: Rules, case: Reclamation | Item, actor: Actor, at: datetime
) -> tuple[CaseOffer, ...]:
    """What `actor` sees offered at one case that is loaded; nothing is queried."""
    if case.final is not None:
        return ()
    engine = rules.engine(session, case.workflow_hash)
    lines = rules.definition(session, case.workflow_hash).lines_from[case.state]
    facts = facts_of(session, rules, case, at, actor)
    return tuple(
        CaseOffer(
            offer.event,
            offer.reasons
            or _second_person(case, offer.event, actor)
            or _nothing_to_confirm(session, rules, case, offer.event, actor, at)
            or _not_by_providers(session, rules, case, offer.event, at)
            or _above_limit(session, rules, case, offer.event, actor, at),
            _fields(session, rules, case, offer.event, facts, at),
            _is_happy(lines, offer.event),
        )
        for offer in engine.offers(case.state, facts, actor.roles)
        if offer.event.by - {"import"}
    )


def _second_person(case: Reclamation | Item, event: Event, actor: Actor) -> tuple[str, ...]:
    if event.second_person:
        try:
            check_second_person(case, event, actor)
        except NotAllowed as refused:
            return refused.reasons
    return ()


def _nothing_to_confirm(
    session: Session,
    rules: Rules,
    case: Reclamation | Item,
    event: Event,
    actor: Actor,
    at: datetime,
) -> tuple[str, ...]:
    """Why `actor` cannot confirm what became of a refund, where that is what the event does."""
    if not isinstance(case, Item):
        return ()
    definition = rules.definition(session, case.workflow_hash)
    truth = findings.decided_by(definition, case.state, event.name)
    if truth is None:
        return ()
    try:
        finding = findings.check(case, truth, actor)
        allowances.check_word(session, rules, finding.refund, actor, at)
    except Refused as refused:
        return refused.reasons
    return ()


def _not_by_providers(
    session: Session, rules: Rules, case: Reclamation | Item, event: Event, at: datetime
) -> tuple[str, ...]:
    """Why no money can go back over the payments, where that is all the event could do."""
    definition = rules.definition(session, case.workflow_hash)
    if isinstance(case, Item) and offered_refunds.asks_money(definition, case, event):
        return offered_refunds.why_none(case, _terms(rules, case), at)
    return ()


def _above_limit(
    session: Session,
    rules: Rules,
    case: Reclamation | Item,
    event: Event,
    actor: Actor,
    at: datetime,
) -> tuple[str, ...]:
    """Why `actor` cannot let a proposal go, where that is all the event could do."""
    if not isinstance(case, Item) or (proposed := proposal(case)) is None:
        return ()
    definition = rules.definition(session, case.workflow_hash)
    lines = [line for line in definition.lines_from[case.state] if line.event == event.name]
    if all(any(definition.effects[e].run == MONEY for e in line.effects) for line in lines):
        try:
            allowances.check(session, rules, case, proposed.amount, actor, at)
        except NotAllowed as refused:
            return refused.reasons
    return ()


def _fields(
    session: Session,
    rules: Rules,
    case: Reclamation | Item,
    event: Event,
    facts: Mapping[str, object],
    at: datetime,
) -> Mapping[str, Mapping[str, object]]:
    defaults = rules.engine(session, case.workflow_hash).defaults(event.name, facts)
    reclamation = case.reclamation if isinstance(case, Item) else case
    fields = _in_minor_units(event, defaults, decimals(reclamation.currency))
    definition = rules.definition(session, case.workflow_hash)
    if isinstance(case, Item) and offered_refunds.asks_money(definition, case, event):
        return offered_refunds.within(case, _terms(rules, case), at, fields)
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
