"""What a clerk may ask the list of reclamations for, and the SQL of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, and_, false, or_, select

from claims.models import BusinessUnit, Item, Order, OrderLine, Reclamation, Shop
from claims.queries import waiting

Sort = Literal["newest", "oldest"]


@dataclass(frozen=True, slots=True)
class Filters:
    """Every choice that the address of the page carries."""

    tab: str = "needs-action"
    search: str = ""
    states: tuple[str, ...] = ()
    """Each is `workflow:state`, of an item or of the reclamation."""
    flag: str = ""
    """A flag of states, as the files write it; `flagged` are those that have it."""
    flagged: tuple[str, ...] = ()
    """Like `states`; worked out from the files, not part of the address."""
    reason: str = ""
    shop: str = ""
    unit: str = ""
    """A business unit as `SHOP:UNIT`."""
    assignee: str = ""
    """`me`, `nobody` or the number of a member of staff."""
    since: datetime | None = None
    until: datetime | None = None
    sort: Sort = "newest"


def tabs(viewer_id: int | None) -> Mapping[str, ColumnElement[bool]]:
    """The tabs of the list in their order, and what each shows."""
    return {
        "needs-action": waiting.needs_action(),
        "customer": waiting.waits_for_customer(),
        "money": waiting.money_in_flight(),
        "late": waiting.is_late(),
        "mine": and_(waiting.is_open(), Reclamation.assignee_id == viewer_id),
        "open": waiting.is_open(),
        "closed": Reclamation.closed_at.is_not(None),
    }


def conditions(filters: Filters, viewer_id: int | None) -> list[ColumnElement[bool]]:
    """What the filters ask for, without the tab."""
    found: list[ColumnElement[bool]] = []
    if filters.search:
        found.append(_matches(filters.search))
    if filters.states:
        found.append(or_(*(_in_state(state) for state in filters.states)))
    if filters.flag:
        found.append(or_(false(), *(_in_state(state) for state in filters.flagged)))
    if filters.reason:
        found.append(
            Reclamation.id.in_(select(Item.reclamation_id).where(Item.reason == filters.reason))
        )
    if filters.shop:
        shop = select(Shop.id).where(Shop.code == filters.shop)
        found.append(Reclamation.shop_id.in_(shop))
    if filters.unit:
        found.append(_in_unit(filters.unit))
    if filters.assignee:
        found.append(_assigned(filters.assignee, viewer_id))
    if filters.since:
        found.append(Reclamation.opened_at >= filters.since)
    if filters.until:
        found.append(Reclamation.opened_at < filters.until)
    return found


def _matches(words: str) -> ColumnElement[bool]:
    orders = select(Order.id).where(
        or_(
            Order.number.icontains(words, autoescape=True),
            Order.customer_name.icontains(words, autoescape=True),
            Order.customer_email.icontains(words, autoescape=True),
        )
    )
    spellings = {words, words.upper(), words.lower()}
    with_sku = (
        select(Item.reclamation_id)
        .join(OrderLine, OrderLine.id == Item.order_line_id)
        .where(OrderLine.sku.in_(spellings))
    )
    return or_(
        Reclamation.number.icontains(words, autoescape=True),
        Reclamation.order_id.in_(orders),
        Reclamation.id.in_(with_sku),
    )


def _in_state(choice: str) -> ColumnElement[bool]:
    workflow, _, state = choice.partition(":")
    items = select(Item.reclamation_id).where(Item.workflow == workflow, Item.state == state)
    itself = and_(Reclamation.workflow == workflow, Reclamation.state == state)
    return or_(itself, Reclamation.id.in_(items))


def _in_unit(choice: str) -> ColumnElement[bool]:
    shop, _, unit = choice.partition(":")
    units = (
        select(BusinessUnit.id)
        .join(Shop, Shop.id == BusinessUnit.shop_id)
        .where(Shop.code == shop, BusinessUnit.code == unit)
    )
    return Reclamation.business_unit_id.in_(units)


def _assigned(choice: str, viewer_id: int | None) -> ColumnElement[bool]:
    if choice == "nobody":
        return Reclamation.assignee_id.is_(None)
    if choice == "me":
        return Reclamation.assignee_id == viewer_id
    return Reclamation.assignee_id == (int(choice) if choice.isdecimal() else -1)
