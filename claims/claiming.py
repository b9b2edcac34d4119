"""Filing a reclamation: what can be claimed of an order, and claiming it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from claims import cases, clock, journal
from claims.door import finish_writing
from claims.models import Item, JournalHead, Order, OrderLine, Reclamation
from claims.money import count, free_pieces, lowest, worth
from claims.people import Actor
from claims.refusals import NotAllowed, NotFound, Refused
from claims.rules import Rules
from claims.steps import begin_deadlines

MAY_CLAIM = frozenset({"agent", "lead", "import"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """A quantity of one order line that is to be claimed."""

    order_line_id: int
    quantity: int
    reason: str
    resolution: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Claimable:
    """How many pieces of a line can still be claimed; `why_none` where that is nothing."""

    line: OrderLine
    left: int
    why_none: str | None
    claimed_on: tuple[str, ...]
    """Numbers of the reclamations, open or closed, that have pieces of this line."""

    def worth(self, quantity: int) -> int:
        """What `quantity` pieces would be worth, in minor units with tax."""
        holders = _holders(self.line.order, self.line)
        free = free_pieces(self.line.quantity, [item.pieces for item in holders])
        return worth(self.line.paid, self.line.quantity, lowest(free, quantity))


@dataclass(frozen=True, slots=True)
class Filing:
    """A claim that an import files; `import_key` is what it is known by, so that it is once."""

    order_id: int
    wanted: Sequence[Wanted]
    opened_at: datetime
    import_key: str


@dataclass(frozen=True, slots=True)
class _Claim:
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


def _items_of(order: Order) -> list[Item]:
    return [item for reclamation in order.reclamations for item in reclamation.items]


def _holders(order: Order, line: OrderLine) -> list[Item]:
    return [item for item in _items_of(order) if item.line is line and item.holds_pieces]


def claimable(order: Order) -> list[Claimable]:
    """Each line of an order with the most that is left to claim.

    The order must have been loaded by `claims.cases.load_orders`, or each line costs a query.
    """
    return [_claimable(order, line) for line in order.lines]


def _claimable(order: Order, line: OrderLine) -> Claimable:
    numbers = {
        reclamation.id: reclamation.number
        for reclamation in order.reclamations
        for item in reclamation.items
        if item.line is line
    }
    free = free_pieces(line.quantity, [item.pieces for item in _holders(order, line)])
    left = count(free)
    claimed_on = tuple(numbers.values())
    why = None
    if line.status == "cancelled":
        left, why = 0, "This line was cancelled."
    elif left == 0:
        where = ", ".join(claimed_on)
        why = f"All {line.quantity} pieces are claimed already (on {where})."
    return Claimable(line, left, why, claimed_on)


def claim(
    session: Session,
    rules: Rules,
    order_id: int,
    wanted: Sequence[Wanted],
    actor: Actor,
    *,
    priority: str = "normal",
    assignee_id: int | None = None,
    follow_up_of_id: int | None = None,
    note: str = "",
    request_token: str | None = None,
) -> Reclamation:
    """File one reclamation with an item for each wanted line; claiming moves nothing else.

    The order is locked, so that nobody claims the same pieces meanwhile. The same
    `request_token` again gives back the reclamation that it filed the first time. Raises Refused
    with a sentence for everything that is wrong, NotFound, NotAllowed.
    """
    _check_role(actor)
    session.execute(select(Order.id).where(Order.id == order_id).with_for_update(key_share=True))
    orders = cases.load_orders(session, {order_id})
    if order_id not in orders:
        raise NotFound(f"There is no order with the key {order_id}.")
    if request_token is not None:
        known = session.scalar(
            select(Reclamation).where(Reclamation.request_token == request_token)
        )
        if known is not None:
            return known
    order = orders[order_id]
    problems = _problems(rules, order, wanted)
    if follow_up_of_id is not None:
        problems += _follow_up_problems(session, order, follow_up_of_id)
    if problems:
        raise Refused(*problems)
    [number] = _numbers(session, 1)
    reclamation = _file(
        session,
        rules,
        number,
        _Claim(
            order,
            wanted,
            actor,
            clock.now(session),
            priority,
            assignee_id,
            follow_up_of_id,
            request_token,
            note=note,
        ),
    )
    finish_writing(session)
    return reclamation


def file_claims(
    session: Session, rules: Rules, filings: Sequence[Filing], actor: Actor
) -> list[Reclamation | Refused]:
    """File many claims, each table written once; answers in the order of `filings`.

    A claim whose `import_key` is known already is answered with the reclamation it has.
    """
    _check_role(actor)
    order_ids = {filing.order_id for filing in filings}
    session.execute(
        select(Order.id)
        .where(Order.id.in_(sorted(order_ids)))
        .order_by(Order.id)
        .with_for_update(key_share=True)
    )
    orders = cases.load_orders(session, order_ids)
    keys = [filing.import_key for filing in filings]
    known = {
        reclamation.import_key: reclamation
        for reclamation in session.scalars(
            select(Reclamation).where(Reclamation.import_key.in_(keys))
        )
    }
    numbers = iter(_numbers(session, len(filings)))
    answers: list[Reclamation | Refused] = []
    with session.no_autoflush:
        for filing in filings:
            if filing.import_key in known:
                answers.append(known[filing.import_key])
                continue
            order = orders[filing.order_id]
            problems = _problems(rules, order, filing.wanted)
            if problems:
                answers.append(Refused(*problems))
                continue
            reclamation = _file(
                session,
                rules,
                next(numbers),
                _Claim(order, filing.wanted, actor, filing.opened_at, import_key=filing.import_key),
            )
            known[filing.import_key] = reclamation
            answers.append(reclamation)
        finish_writing(session)
    return answers


def _check_role(actor: Actor) -> None:
    if not actor.roles & MAY_CLAIM:
        raise NotAllowed("Only an agent or a lead can file a claim.")


def _problems(rules: Rules, order: Order, wanted: Sequence[Wanted]) -> list[str]:
    """Everything that is wrong with a claim, as sentences."""
    if not wanted:
        return ["Nothing is selected; tick at least one item of the order."]
    lines = {line.id: line for line in order.lines}
    problems: list[str] = []
    asked: dict[int, int] = {}
    for want in wanted:
        line = lines.get(want.order_line_id)
        if line is None:
            problems.append(f"Order {order.number} has no line with the key {want.order_line_id}.")
            continue
        asked[line.id] = asked.get(line.id, 0) + want.quantity
        problems += _line_problems(rules, order, line, want, asked[line.id])
    return problems


def _line_problems(
    rules: Rules, order: Order, line: OrderLine, want: Wanted, asked: int
) -> list[str]:
    problems: list[str] = []
    can = _claimable(order, line)
    if want.quantity < 1:
        problems.append(f"{line.name}: enter a quantity of at least 1, not {want.quantity}.")
    elif can.left == 0:
        problems.append(f"{line.name}: {can.why_none}")
    elif asked > can.left:
        problems.append(
            f"{line.name}: {asked} were asked for, and {can.left} of the {line.quantity} bought "
            "can still be claimed."
        )
    shop = order.shop.code
    try:
        rules.choices.workflow_for(want.reason, want.resolution, shop)
    except LookupError as error:
        problems.append(f"{line.name}: {error.args[0]}")
    return problems


def _follow_up_problems(session: Session, order: Order, follow_up_of_id: int) -> list[str]:
    earlier = session.get(Reclamation, follow_up_of_id)
    if earlier is None or earlier.order_id != order.id:
        return [f"The reclamation to follow up is not one of order {order.number}."]
    if earlier.closed_at is None:
        return [f"{earlier.number} is still open; go on with it instead of following it up."]
    return []


def _numbers(session: Session, how_many: int) -> list[str]:
    values = session.scalars(
        select(func.nextval("reclamation_numbers")).select_from(
            func.generate_series(1, how_many).alias("each")
        )
    )
    return [f"R-{value:06d}" for value in values]


def _file(session: Session, rules: Rules, number: str, claimed: _Claim) -> Reclamation:
    order, at = claimed.order, claimed.at
    definition = rules.current(session, rules.choices.reclamation_workflow(order.shop.code), at)
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
    begin_deadlines(reclamation, definition, at)
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
    claimed: _Claim,
) -> None:
    order = claimed.order
    line = next(line for line in order.lines if line.id == want.order_line_id)
    name = rules.choices.workflow_for(want.reason, want.resolution, order.shop.code)
    definition = rules.current(session, name, claimed.at)
    held = [item.pieces for item in _holders(order, line)]
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
    begin_deadlines(item, definition, claimed.at)
