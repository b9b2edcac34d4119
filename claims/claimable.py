"""What of an order can be claimed, and what is wrong with a claim of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from claims.models import Item, Order, OrderLine, Reclamation
from claims.money.amounts import count, free_pieces, lowest, worth
from claims.rules import Rules


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
        held = [item.pieces for item in holders(self.line.order, self.line)]
        free = free_pieces(self.line.quantity, held)
        return worth(self.line.paid, self.line.quantity, lowest(free, quantity))


def _items_of(order: Order) -> list[Item]:
    return [item for reclamation in order.reclamations for item in reclamation.items]


def holders(order: Order, line: OrderLine) -> list[Item]:
    return [item for item in _items_of(order) if item.line is line and item.holds_pieces]


def claimable(order: Order) -> list[Claimable]:
    """Each line of an order with the most that is left to claim.

    The order must have been loaded by `claims.cases.load_orders`, or each line costs a query.
    """
    return [_of_line(order, line) for line in order.lines]


def _of_line(order: Order, line: OrderLine) -> Claimable:
    numbers = {
        reclamation.id: reclamation.number
        for reclamation in order.reclamations
        for item in reclamation.items
        if item.line is line
    }
    free = free_pieces(line.quantity, [item.pieces for item in holders(order, line)])
    left = count(free)
    claimed_on = tuple(numbers.values())
    why = None
    if line.status == "cancelled":
        left, why = 0, "This line was cancelled."
    elif left == 0:
        where = ", ".join(claimed_on)
        why = f"All {line.quantity} pieces are claimed already (on {where})."
    return Claimable(line, left, why, claimed_on)


def problems_of(rules: Rules, order: Order, wanted: Sequence[Wanted]) -> list[str]:
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
    can = _of_line(order, line)
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


def follow_up_problems(session: Session, order: Order, follow_up_of_id: int) -> list[str]:
    earlier = session.get(Reclamation, follow_up_of_id)
    if earlier is None or earlier.order_id != order.id:
        return [f"The reclamation to follow up is not one of order {order.number}."]
    if earlier.closed_at is None:
        return [f"{earlier.number} is still open; go on with it instead of following it up."]
    return []
