"""One event at several ticked items: all of them in one transaction, or none with the reasons."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from werkzeug.datastructures import MultiDict

from claims.cases import CaseRef
from claims.door import fire
from claims.models import Finding, Item, Reclamation, Refund
from claims.offering import offers
from claims.people import Actor
from claims.queries import case as cases
from claims.refusals import InvalidInput, NotFound, Refused, Stale
from claims.rules import Rules
from web.events.alone import alone_word
from web.events.fields import FieldView, fields_of, is_own, raw_input, typed_into
from web.events.form import not_here
from web.events.proposals import finding_confirmed_by, proposal_paid_by
from web.events.told import closing_word
from web.events.undoing import said_before
from web.numbers import wholes
from web.uploads import uploads
from web.words import request_token
from web.workflows.labels import Labels
from workflows.definition import Event

NOTHING_TICKED = "Nothing is ticked. Tick the items that this is for, then press again."


@dataclass(frozen=True, slots=True)
class ItemPart:
    """One ticked item in the form: its own fields, or why it cannot take the event."""

    item: Item
    fields: Sequence[FieldView]
    reasons: tuple[str, ...]
    proposal: Refund | None = None
    """The refund that the event would pay, as somebody proposed it."""
    finding: Finding | None = None
    """What the event would confirm, as somebody else said it."""
    alone: str = ""

    @property
    def amounts(self) -> list[int]:
        """What stands in its form at first; nothing once something was typed."""
        if self.proposal is not None:
            return [self.proposal.amount]
        return [field.minor for field in self.fields if field.minor is not None]


@dataclass(frozen=True, slots=True)
class ManyForm:
    reclamation: Reclamation
    event: Event
    shared: Sequence[FieldView]
    parts: Sequence[ItemPart]
    token: str
    labels: Labels
    confirm: str = ""
    """What is said before the button is pressed."""
    refused: bool = False
    """Whether this is shown because sending it was refused."""

    @property
    def alone(self) -> str:
        """How much more the person may refund alone, of all ticked items together."""
        return next((part.alone for part in self.parts if part.alone), "")

    @property
    def is_open(self) -> bool:
        return not any(part.reasons for part in self.parts)

    @property
    def minor(self) -> int | None:
        """The sum of the amounts that stand in the form at first."""
        known = [amount for part in self.parts for amount in part.amounts]
        return sum(known) if known else None


class SomeRefused(Exception):
    """Nothing was done, because of these items."""

    def __init__(self, refusals: dict[int, Refused]) -> None:
        super().__init__("; ".join(str(refused) for refused in refusals.values()))
        self.refusals = refusals

    @property
    def status(self) -> int:
        """422 where only fields are wrong, else 409."""
        only_fields = all(isinstance(each, InvalidInput) for each in self.refusals.values())
        return 422 if only_fields else 409


def ticked_items(session: Session, reclamation: Reclamation) -> list[Item]:
    """The items ticked in the form; NotFound if one of them is not of this reclamation."""
    keys = set(wholes(request.values.getlist("item")))
    items = session.scalars(
        select(Item)
        .where(Item.reclamation_id == reclamation.id, Item.id.in_(keys))
        .options(joinedload(Item.line))
        .order_by(Item.position)
    ).all()
    if not items or len(items) != len(keys):
        raise NotFound(f"Not all ticked items belong to {reclamation.number}; open it again.")
    return list(items)


def many_form(session: Session, rules: Rules, number: str, event: str, actor: Actor) -> ManyForm:
    """The form for the ticked items; NotFound where one of them knows no such event."""
    reclamation = cases.find(session, number)
    items = ticked_items(session, reclamation)
    offered = offers(session, rules, reclamation.id, actor)
    labels = Labels(session, rules)
    parts, declared = [], None
    for item in items:
        known = labels.event(item.workflow_hash, event)
        if known is None:
            raise NotFound(f"{labels.workflow(item)} knows no event {event!r}.")
        declared = declared or known
        offer = next((o for o in offered.items[item.id] if o.event.name == event), None)
        fields = fields_of(known, offer.fields if offer else {}, reclamation.currency, item.id)
        parts.append(
            ItemPart(
                item,
                [field for field in fields if is_own(field.input)],
                offer.reasons if offer else (not_here(labels, item, known),),
                proposal_paid_by(session, labels, item, known),
                finding_confirmed_by(labels, item, known),
                alone_word(labels, item, known, offered.may_refund),
            )
        )
    assert declared is not None
    shared = fields_of(declared, {}, reclamation.currency)
    return ManyForm(
        reclamation,
        declared,
        [field for field in shared if not is_own(field.input)],
        parts,
        request_token(),
        labels,
        next(filter(None, (said_before(labels, item, declared) for item in items)), ""),
    )


def fire_at_ticked(session: Session, rules: Rules, number: str, event: str, actor: Actor) -> str:
    """Fire at every ticked item; the sentence that says what was done.

    SomeRefused, with a reason for each that could not; the caller rolls all of them back.
    """
    reclamation = cases.find(session, number)
    labels = Labels(session, rules)
    refusals: dict[int, Refused] = {}
    label = event
    items = ticked_items(session, reclamation)
    files = uploads()
    for item in items:
        declared = labels.event(item.workflow_hash, event)
        if declared is None:
            raise NotFound(f"{labels.workflow(item)} knows no event {event!r}.")
        label = declared.label
        try:
            with session.begin_nested():
                fire(
                    session,
                    rules,
                    CaseRef("item", item.id),
                    event,
                    actor,
                    raw_input(declared, request.form, item.id),
                    seen_version=request.form.get(f"seen.{item.id}", type=int),
                    request_token=_own_token(item),
                    files=files,
                    seen_proposal=request.form.get(f"seen_proposal.{item.id}", ""),
                )
        except Refused as refused:
            refusals[item.id] = refused
    if refusals:
        raise SomeRefused(refusals)
    session.refresh(reclamation)
    count = "1 item" if len(items) == 1 else f"{len(items)} items"
    return f"{label}: {count}.{closing_word(reclamation)}"


def sent_back(form: ManyForm, refusals: dict[int, Refused], typed: MultiDict[str, str]) -> ManyForm:
    """The form again, with what was typed, and at each item why it was refused."""
    parts = []
    wrong_for_all: dict[str, str] = {}
    for part in form.parts:
        refused = refusals.get(part.item.id)
        fields = refused.fields if isinstance(refused, InvalidInput) else {}
        wrong_for_all |= fields
        parts.append(
            ItemPart(part.item, typed_into(list(part.fields), typed, fields), _why(part, refused))
        )
    return ManyForm(
        form.reclamation,
        form.event,
        typed_into(list(form.shared), typed, wrong_for_all),
        parts,
        typed.get("request_token") or form.token,
        form.labels,
        form.confirm,
        refused=True,
    )


def _why(part: ItemPart, refused: Refused | None) -> tuple[str, ...]:
    if refused is None or isinstance(refused, InvalidInput):
        return part.reasons
    if isinstance(refused, Stale):
        return (*part.reasons, *refused.reasons)
    return refused.reasons


def _own_token(item: Item) -> str | None:
    token = request.form.get("request_token")
    return f"{token}:{item.position}" if token else None
