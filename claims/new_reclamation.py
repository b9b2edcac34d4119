"""The rows of a new reclamation: itself, its items, their first deadlines, its first entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from claims import clocks, journal
from claims.claimable import Wanted, holders
from claims.models import Item, JournalHead, Order, Reclamation
from claims.money.amounts import free_pieces, lowest
from claims.people import Actor
from claims.rules import Rules


@dataclass(frozen=True, slots=True)
class NewClaim:
    """A claim that was found sound."""

    order: Order
    wanted: Sequence[Wanted]
    actor: Actor
    at: datetime
    priority: str = "normal"
    assignee_id: int | None = None
    follow_up_of_id: int | None = None
    request_token: str | None = None
    import_key: str | None = None
    note: str = ""
    reclamation_workflow: str | None = None
    """Instead of the one that the shop has chosen; a rehearsal tries any."""
    item_workflows: Sequence[str] = ()
    """The same for each of `wanted`."""


def write(session: Session, rules: Rules, number: str, claimed: NewClaim) -> Reclamation:
    order, at = claimed.order, claimed.at
    name = claimed.reclamation_workflow or rules.choices.reclamation_workflow(order.shop.code)
    definition = rules.current(session, name, at)
    initial = definition.states[definition.initial]
    reclamation = Reclamation(
        number=number,
        order=order,
        shop=order.shop,
        business_unit=order.business_unit,
        currency=order.currency,
        workflow=definition.name,
        workflow_hash=definition.hash,
        state=definition.initial,
        state_since=at,
        waits_for=initial.waits_for,
        version=1,
        priority=claimed.priority,
        source="import" if claimed.actor.kind == "import" else "staff",
        opened_at=at,
        opened_by=claimed.actor.name,
        assignee_id=claimed.assignee_id,
        follow_up_of_id=claimed.follow_up_of_id,
        request_token=claimed.request_token,
        import_key=claimed.import_key,
        last_person_id=claimed.actor.staff_id,
        journal_head=JournalHead(sequence=0, hash=journal.BEGINNING),
    )
    session.add(reclamation)
    clocks.opened(reclamation, definition, rules.choices.calendar(order.shop.code), at)
    for position, want in enumerate(claimed.wanted, start=1):
        _add_item(session, rules, reclamation, position, want, claimed)
    said = [
        {
            "sku": item.line.sku,
            "quantity": item.quantity,
            "reason": item.reason,
            "resolution": item.resolution,
        }
        for item in reclamation.items
    ]
    journal.write(
        reclamation,
        claimed.actor,
        "claim",
        at,
        to_state=reclamation.state,
        input={"items": said, "source": claimed.import_key or ""},
    )
    if claimed.note.strip():
        journal.write(reclamation, claimed.actor, "note", at, input={"text": claimed.note.strip()})
    return reclamation


def _add_item(
    session: Session,
    rules: Rules,
    reclamation: Reclamation,
    position: int,
    want: Wanted,
    claimed: NewClaim,
) -> None:
    order = claimed.order
    line = next(line for line in order.lines if line.id == want.order_line_id)
    if claimed.item_workflows:
        name = claimed.item_workflows[position - 1]
    else:
        name = rules.choices.workflow_for(want.reason, want.resolution, order.shop.code)
    definition = rules.current(session, name, claimed.at)
    held = [item.pieces for item in holders(order, line)]
    free = free_pieces(line.quantity, held)
    item = Item(
        line=line,
        position=position,
        quantity=want.quantity,
        pieces=lowest(free, want.quantity),
        holds_pieces=True,
        reason=want.reason,
        resolution=want.resolution,
        evidence=want.evidence.strip(),
        workflow=definition.name,
        workflow_hash=definition.hash,
        state=definition.initial,
        state_since=claimed.at,
        waits_for=definition.states[definition.initial].waits_for,
        version=1,
        last_person_id=claimed.actor.staff_id,
    )
    reclamation.items.append(item)
    clocks.opened(item, definition, rules.choices.calendar(order.shop.code), claimed.at)
