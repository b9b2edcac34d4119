"""One reclamation as its page draws it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from claims import attachments
from claims.models import Attachment, Item, Reclamation
from claims.money import store_credit
from claims.money.refund_terms import RefundTerms
from claims.money.refundable import Refundable, refundable
from claims.offering import CaseOffer, CaseOffers, offers
from claims.people import Actor
from claims.queries import case as cases
from claims.queries.case import Case
from claims.queries.reclamations import neighbours
from claims.rules import Rules
from web.badges import Badge
from web.reclamations.addresses import filters_in
from web.reclamations.banner import Banner, banner_of
from web.reclamations.clocks import ClockShown, clocks_of
from web.reclamations.listing import with_flagged
from web.reclamations.timeline import Moment, timeline
from web.workflows.drawings import Drawing, drawings_of
from web.workflows.labels import Labels

MOST_PRIMARY = 2


@dataclass(frozen=True, slots=True)
class ItemRow:
    item: Item
    badge: Badge
    reason: str
    resolution: str
    money: Refundable
    offers: Sequence[CaseOffer]
    bounds: Sequence[str]
    """Sentences on what the payments' providers cannot refund."""
    can_edit: bool

    @property
    def taking(self) -> str:
        """The events it can take now, for the script of the buttons for ticked rows."""
        return " ".join(offer.event.name for offer in self.offers if offer.is_open)


@dataclass(frozen=True, slots=True)
class Action:
    """A button: one press away from the form of an event."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class ManyAction:
    """A button for ticked rows; `open_items` is how many could take it."""

    event: str
    label: str
    open_items: int


@dataclass(frozen=True, slots=True)
class CasePage:
    case: Case
    labels: Labels
    badge: Badge
    rows: Sequence[ItemRow]
    offers: CaseOffers
    primary: Sequence[Action]
    many: Sequence[ManyAction]
    banner: Banner
    clocks: Sequence[ClockShown]
    previous: str | None
    next: str | None
    list: str
    """The query string of the list it was opened from."""
    moments: Sequence[Moment]
    drawings: Sequence[Drawing]
    files: Sequence[Attachment]
    credit: int | None
    """What the customer has as store credit; None where there never was any."""

    @property
    def reclamation(self) -> Reclamation:
        return self.case.reclamation

    def money_of(self, item: Item) -> Refundable:
        return next(row.money for row in self.rows if row.item.id == item.id)

    @property
    def value(self) -> int:
        return sum(row.money.worth for row in self.rows)


def case_page(session: Session, rules: Rules, number: str, actor: Actor, query: str) -> CasePage:
    """Everything the page shows; NotFound where there is no such reclamation."""
    found = cases.find(session, number)
    offered = offers(session, rules, found.id, actor)
    case = cases.read_case(session, number)
    reclamation, labels = case.reclamation, Labels(session, rules)
    terms = rules.refund_terms(reclamation.shop.code)
    rows = [_row(item, offered, labels, actor, terms) for item in reclamation.items]
    before, after = (
        neighbours(session, with_flagged(filters_in(query), rules), actor.staff_id, reclamation)
        if query
        else (None, None)
    )
    return CasePage(
        case=case,
        labels=labels,
        badge=labels.state_of(reclamation),
        rows=rows,
        offers=offered,
        primary=list(_primary(reclamation, rows, offered))[:MOST_PRIMARY],
        many=_many(rows),
        banner=banner_of(case, rows, actor),
        clocks=clocks_of(reclamation, labels),
        previous=before,
        next=after,
        list=query,
        moments=timeline(case, labels),
        drawings=drawings_of(reclamation, labels),
        files=attachments.of_reclamation(session, reclamation.id),
        credit=store_credit.known_balance_of(session, reclamation.order),
    )


def _row(
    item: Item, offered: CaseOffers, labels: Labels, actor: Actor, terms: RefundTerms
) -> ItemRow:
    shop = item.reclamation.shop.code
    return ItemRow(
        item=item,
        badge=labels.state_of(item),
        reason=labels.reason(item.reason, shop),
        resolution=labels.resolution(item.resolution),
        money=refundable(item, terms),
        offers=offered.items[item.id],
        bounds=offered.bounds[item.id],
        can_edit=item.final is None and bool(actor.roles & {"agent", "lead"}),
    )


def _primary(
    reclamation: Reclamation, rows: Sequence[ItemRow], offered: CaseOffers
) -> Iterator[Action]:
    """The happy ways that are open: of items, all that can go it together; else of itself."""
    ways: dict[str, list[tuple[Item, CaseOffer]]] = {}
    for row in rows:
        for offer in row.offers:
            if offer.is_open and offer.happy:
                ways.setdefault(offer.event.name, []).append((row.item, offer))
    for event, takers in ways.items():
        label = takers[0][1].event.label
        if len(takers) == 1:
            href = url_for(
                "events.ask",
                number=reclamation.number,
                position=takers[0][0].position,
                event=event,
            )
            yield Action(label, href)
        else:
            keys = [item.id for item, _ in takers]
            href = url_for("events.ask_many", number=reclamation.number, event=event, item=keys)
            yield Action(f"{label} {len(takers)} items", href)
    nothing_open = all(row.item.final for row in rows)
    for offer in offered.reclamation:
        if offer.is_open and (offer.happy or nothing_open):
            yield Action(
                offer.event.label,
                url_for("events.ask", number=reclamation.number, event=offer.event.name),
            )


def _many(rows: Sequence[ItemRow]) -> list[ManyAction]:
    """What at least two items could be asked for together."""
    if len(rows) < 2:
        return []
    labels: dict[str, str] = {}
    counted: dict[str, int] = {}
    for row in rows:
        for offer in row.offers:
            if offer.is_open:
                labels.setdefault(offer.event.name, offer.event.label)
                counted[offer.event.name] = counted.get(offer.event.name, 0) + 1
    return [ManyAction(name, label, counted[name]) for name, label in labels.items()]
