"""Changing what a claim says, as long as its state allows it; every change is in the journal."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from claims import cases, clock, clocks, journal
from claims.cases import CaseRef
from claims.changes import go_on
from claims.door import finish_writing
from claims.models import Item, JournalEntry, Reclamation, Staff
from claims.money import approvals
from claims.money.amounts import count, free_pieces, lowest
from claims.money.refunds import held_by_item
from claims.people import Actor
from claims.refusals import InvalidInput, NotAllowed, Refused, Stale
from claims.rules import Rules
from claims.sentences import changes_since
from claims.steps import name_of

MAY_EDIT = frozenset({"agent", "lead"})
MAY_NOTE = frozenset({"agent", "lead", "warehouse", "finance", "admin"})
PRIORITIES = ("low", "normal", "high")
Changes = Mapping[str, object]


def edit_item(
    session: Session,
    rules: Rules,
    item_id: int,
    changes: Changes,
    actor: Actor,
    *,
    seen_version: int,
    request_token: str | None = None,
) -> Item:
    """Change reason, resolution, quantity or evidence of an item.

    Evidence can be added as long as the item is not settled; reason, resolution and quantity only
    while it is in the first state of its workflow, where nothing has been decided yet. Another
    pair of reason and resolution may lead to another workflow, which then begins anew. Raises
    Stale, InvalidInput, NotAllowed, Refused.
    """
    item = _locked(session, rules, CaseRef("item", item_id), actor, seen_version, request_token)
    assert isinstance(item, Item)
    if journal.said_before(session, request_token, actor, "edit", item):
        return item
    at = clock.now(session)
    before = item.workflow_hash
    change_item(session, rules, item, changes, actor, at, request_token)
    begun = [] if item.workflow_hash == before else [item]
    go_on(session, rules, item.reclamation, actor, at, begun)
    finish_writing(session)
    return item


def change_item(
    session: Session,
    rules: Rules,
    item: Item,
    changes: Changes,
    actor: Actor,
    at: datetime,
    request_token: str | None = None,
) -> None:
    """Change an item that is loaded and open, as `edit_item` promises; in memory."""
    wanted = _really_changed(item, changes, ("reason", "resolution", "quantity", "evidence"))
    definition = rules.definition(session, item.workflow_hash)
    if set(wanted) - {"evidence"} and item.state != definition.initial:
        raise Refused(
            f"{name_of(item)} is {definition.states[item.state].label!r}; its reason, resolution "
            f"and quantity can be changed only while it is "
            f"{definition.states[definition.initial].label!r}."
        )
    before = {name: getattr(item, name) for name in wanted}
    if "quantity" in wanted:
        _change_quantity(item, wanted["quantity"])
    for name in ("reason", "resolution", "evidence"):
        if name in wanted:
            setattr(item, name, str(wanted[name]).strip())
    if {"reason", "resolution"} & set(wanted):
        _begin_workflow(session, rules, item, at)
    _note_edit(item, actor, at, before, request_token)


def edit_reclamation(
    session: Session,
    rules: Rules,
    reclamation_id: int,
    changes: Changes,
    actor: Actor,
    *,
    seen_version: int,
    request_token: str | None = None,
) -> Reclamation:
    """Change the assignee or the priority of a reclamation that is not closed."""
    case = CaseRef("reclamation", reclamation_id)
    reclamation = _locked(session, rules, case, actor, seen_version, request_token)
    assert isinstance(reclamation, Reclamation)
    if journal.said_before(session, request_token, actor, "edit", reclamation):
        return reclamation
    wanted = _really_changed(reclamation, changes, ("assignee_id", "priority"))
    if wanted.get("priority", "normal") not in PRIORITIES:
        raise InvalidInput({"priority": f"Choose one of {', '.join(PRIORITIES)}."})
    told = {
        name: (_told(session, name, getattr(reclamation, name)), _told(session, name, value))
        for name, value in wanted.items()
    }
    for name, value in wanted.items():
        setattr(reclamation, name, value)
    at = clock.now(session)
    _write_edit(reclamation, actor, at, told, request_token)
    go_on(session, rules, reclamation, actor, at)
    finish_writing(session)
    return reclamation


def add_note(
    session: Session,
    reclamation_id: int,
    text: str,
    actor: Actor,
    *,
    request_token: str | None = None,
) -> JournalEntry | None:
    """Add an internal note; a closed reclamation takes notes too. None if it is there already."""
    if not actor.roles & MAY_NOTE:
        raise NotAllowed("Only staff with a role can write notes.")
    if not text.strip():
        raise InvalidInput({"text": "Write something; an empty note says nothing."})
    [reclamation] = cases.lock(session, [reclamation_id]).values()
    if journal.said_before(session, request_token, actor, "note", reclamation):
        return None
    entry = journal.write(
        reclamation,
        actor,
        "note",
        clock.now(session),
        input={"text": text.strip()},
        request_token=request_token,
    )
    finish_writing(session)
    return entry


def _locked(
    session: Session,
    rules: Rules,
    case: CaseRef,
    actor: Actor,
    seen_version: int,
    request_token: str | None,
) -> Reclamation | Item:
    _check_role(actor)
    reclamation_id = cases.reclamation_of(session, case)
    loaded = cases.lock(session, [reclamation_id])[reclamation_id]
    chosen = cases.chosen(loaded, case)
    if journal.said_before(session, request_token, actor, "edit", chosen):
        return chosen
    _check_open(chosen)
    if chosen.version != seen_version:
        raise Stale(changes_since(session, rules, chosen, seen_version))
    return chosen


def check_may_edit(case: Reclamation | Item, actor: Actor) -> None:
    """NotAllowed for whoever may change no claim, Refused where the case is settled."""
    _check_role(actor)
    _check_open(case)


def _check_role(actor: Actor) -> None:
    if not actor.roles & MAY_EDIT:
        raise NotAllowed("Only an agent or a lead can change a claim.")


def _check_open(case: Reclamation | Item) -> None:
    if case.final is not None:
        raise Refused(f"{name_of(case)} is settled; nothing of it can be changed any more.")


def _really_changed(
    case: Reclamation | Item, changes: Changes, allowed: tuple[str, ...]
) -> dict[str, object]:
    unknown = [name for name in changes if name not in allowed]
    if unknown:
        raise Refused(f"{unknown[0]!r} cannot be changed; {', '.join(allowed)} can.")
    wanted = {n: value for n, value in changes.items() if getattr(case, n) != value}
    if not wanted:
        raise Refused("Nothing was changed.")
    return wanted


def _change_quantity(item: Item, quantity: object) -> None:
    if not isinstance(quantity, int) or quantity < 1:
        raise InvalidInput({"quantity": f"Enter a whole number of at least 1, not {quantity}."})
    if held_by_item(item):
        raise Refused(f"A refund of {name_of(item)} is under way; its quantity stays.")
    order = item.reclamation.order
    others = [
        other.pieces
        for reclamation in order.reclamations
        for other in reclamation.items
        if other.line is item.line and other.holds_pieces and other is not item
    ]
    free = free_pieces(item.line.quantity, others)
    if quantity > count(free):
        raise InvalidInput(
            {
                "quantity": f"{quantity} were asked for, and at most {count(free)} of the "
                f"{item.line.quantity} bought can be claimed here."
            }
        )
    item.quantity, item.pieces = quantity, lowest(free, quantity)


def _begin_workflow(session: Session, rules: Rules, item: Item, at: datetime) -> None:
    """Pin the item to the workflow that its reason and resolution lead to now."""
    shop = item.reclamation.shop.code
    try:
        name = rules.choices.workflow_for(item.reason, item.resolution, shop)
    except LookupError as error:
        raise InvalidInput({"resolution": str(error.args[0])}) from error
    if name == item.workflow:
        return
    definition = rules.current(session, name, at)
    clocks.abandoned(item, at)
    item.workflow, item.workflow_hash = definition.name, definition.hash
    item.state, item.state_since = definition.initial, at
    item.waits_for = definition.states[definition.initial].waits_for
    clocks.opened(item, definition, rules.choices.calendar(shop), at)


def _note_edit(
    item: Item,
    actor: Actor,
    at: datetime,
    before: Mapping[str, object],
    request_token: str | None,
) -> None:
    told = {name: (old, getattr(item, name)) for name, old in before.items()}
    _write_edit(item, actor, at, told, request_token)


def _write_edit(
    case: Reclamation | Item,
    actor: Actor,
    at: datetime,
    told: Mapping[str, tuple[object, object]],
    request_token: str | None,
) -> None:
    case.version += 1
    case.last_person_id = actor.staff_id
    if isinstance(case, Item):
        approvals.note_maker(case, actor)
    journal.write(
        case.reclamation if isinstance(case, Item) else case,
        actor,
        "edit",
        at,
        item=case if isinstance(case, Item) else None,
        input={name.removesuffix("_id"): list(pair) for name, pair in told.items()},
        request_token=request_token,
    )


def _told(session: Session, name: str, value: object) -> object:
    if name == "assignee_id":
        if value is None:
            return "nobody"
        person = session.get(Staff, value)
        if person is None or not person.active:
            raise InvalidInput({"assignee_id": "Choose a member of staff who is active."})
        return person.name
    return value
