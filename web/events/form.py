"""The page of one event at one case: its form, or why it cannot be fired now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import request
from sqlalchemy.orm import Session

from claims.cases import CaseRef
from claims.models import Finding, Item, Reclamation, Refund
from claims.offering import CaseOffer, offers
from claims.people import Actor
from claims.queries import case as cases
from claims.refusals import InvalidInput, NotFound, Refused, Stale
from claims.rules import Rules
from web.events.alone import alone_word
from web.events.consequences import Consequence, consequences
from web.events.fields import FieldView, fields_of, typed_into
from web.events.proposals import finding_confirmed_by, proposal_paid_by
from web.events.undoing import said_before
from web.words import request_token
from web.workflows.labels import Labels
from workflows.definition import Event


@dataclass(frozen=True, slots=True)
class EventForm:
    """Everything the template draws. Open where `reasons` is empty."""

    reclamation: Reclamation
    item: Item | None
    event: Event
    fields: Sequence[FieldView]
    reasons: tuple[str, ...]
    """Why it cannot be fired now."""
    seen_version: int
    token: str
    labels: Labels
    consequences: Sequence[Consequence] = ()
    changes: tuple[str, ...] = ()
    """What happened meanwhile, where the form had become stale."""
    refused: tuple[str, ...] = ()
    """Why what was just sent was refused."""
    proposal: Refund | None = None
    """The refund that this event would pay, as somebody proposed it."""
    confirm: str = ""
    """What is said before the button is pressed."""
    finding: Finding | None = None
    """What this event would confirm, as somebody else said it."""
    alone: str = ""
    """How much more the person may refund alone, in a sentence."""

    @property
    def minor(self) -> int | None:
        """The amount that the button names at first."""
        if self.proposal is not None:
            return self.proposal.amount
        return next((field.minor for field in self.fields if field.minor is not None), None)

    @property
    def money_field(self) -> FieldView | None:
        return next((field for field in self.fields if field.input.type == "money"), None)


def chosen_case(session: Session, number: str, position: int | None) -> CaseRef:
    """The case that an address names; NotFound where there is none."""
    if position is None:
        return CaseRef("reclamation", cases.find(session, number).id)
    return CaseRef("item", cases.find_item(session, number, position).id)


def event_form(
    session: Session, rules: Rules, number: str, position: int | None, event: str, actor: Actor
) -> EventForm:
    """The form as it is first shown; NotFound where the case knows no such event."""
    reclamation = cases.find(session, number)
    item = cases.find_item(session, number, position) if position is not None else None
    offered = offers(session, rules, reclamation.id, actor)
    case: Item | Reclamation = item or reclamation
    offer = _offer_of(offered.items[item.id] if item else offered.reclamation, event)
    labels = Labels(session, rules)
    declared = offer.event if offer else labels.event(case.workflow_hash, event)
    if declared is None:
        raise NotFound(f"{labels.workflow(case)} knows no event {event!r}.")
    is_closing = item is None and offer is not None and offer.is_open
    return EventForm(
        reclamation=reclamation,
        item=item,
        event=declared,
        fields=fields_of(declared, offer.fields if offer else {}, reclamation.currency),
        reasons=offer.reasons if offer else (not_here(labels, case, declared),),
        seen_version=case.version,
        token=request_token(),
        labels=labels,
        consequences=consequences(session, rules, reclamation, event, actor) if is_closing else (),
        proposal=proposal_paid_by(session, labels, item, declared),
        confirm=said_before(labels, case, declared),
        finding=finding_confirmed_by(labels, item, declared),
        alone=alone_word(labels, item, declared, offered.may_refund),
    )


def sent_back(form: EventForm, refused: Refused) -> EventForm:
    """The form again, with all that was typed and what is wrong with it.

    It carries the case's present version: sending it again goes on from what it now shows.
    """
    errors = refused.fields if isinstance(refused, InvalidInput) else {}
    return replace(
        form,
        fields=typed_into(list(form.fields), request.form, errors),
        token=request.form.get("request_token") or form.token,
        changes=refused.changes if isinstance(refused, Stale) else (),
        refused=() if isinstance(refused, InvalidInput | Stale) else refused.reasons,
    )


def not_here(labels: Labels, case: Item | Reclamation, event: Event) -> str:
    return f"{event.label} is not possible in the state {labels.state_of(case).label}."


def _offer_of(offered: Sequence[CaseOffer], event: str) -> CaseOffer | None:
    return next((offer for offer in offered if offer.event.name == event), None)
