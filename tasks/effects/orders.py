"""`replacement.order` and `parts.order`: a new order of our own, linked to the reclamation.

Nothing outside is asked: the order is a row, written in the very transaction that finishes the
effect, so it is there once or not at all.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from claims import clock
from claims.models import Effect, Order, OrderLine
from claims.outside import Done, Refused
from tasks.effects.job import Job, do_once
from tasks.workshop import Workshop

PARTS_SKU = "parts"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the new order is for."""

    kind: str
    number: str
    sku: str
    name: str
    quantity: int


def order_replacement(shop: Workshop, job: Job) -> None:
    """The same product again, or with `kind: exchange` the one that was typed in."""
    _order(shop, job, replacement(job))


def order_parts(shop: Workshop, job: Job) -> None:
    """One line that names the missing parts."""
    _order(shop, job, parts(job))


def replacement(job: Job) -> Wanted | Refused:
    item, given = job.request["items"][0], job.request["input"]
    kind = str(job.request["with"]["kind"])
    sku, name = str(item["sku"]), str(item["name"])
    if kind == "exchange":
        sku = str(given.get("sku", "")).strip()
        name = str(given.get("name", "")).strip() or sku
    if not sku:
        return Refused("It is not said which product is wanted in exchange; enter its number.")
    return Wanted(kind, _number(job, kind), sku, name, int(item["quantity"]))


def parts(job: Job) -> Wanted | Refused:
    named = " ".join(str(job.request["input"].get("parts", "")).split())
    if not named:
        return Refused("It is not said which parts are missing; enter them.")
    name = f"Parts for {job.request['items'][0]['name']}: {named}"
    return Wanted("parts", _number(job, "parts"), PARTS_SKU, name, 1)


def _number(job: Job, kind: str) -> str:
    again = f".{job.generation}" if job.generation > 1 else ""
    return f"{job.request['reclamation']}-{job.request['items'][0]['position']}-{kind}{again}"


def _order(shop: Workshop, job: Job, wanted: Wanted | Refused) -> None:
    def answer() -> Done | Refused:
        return wanted if isinstance(wanted, Refused) else Done(wanted.number)

    def write_order(session: Session, effect: Effect) -> None:
        if isinstance(wanted, Wanted):
            session.add(_new_order(session, effect, wanted))

    number = "" if isinstance(wanted, Refused) else wanted.number
    do_once(shop, job, answer, write_order, f"Order {number} was made.")


def _new_order(session: Session, effect: Effect, wanted: Wanted) -> Order:
    sale = effect.reclamation.order
    return Order(
        shop_id=sale.shop_id,
        business_unit_id=sale.business_unit_id,
        number=wanted.number,
        kind=wanted.kind,
        status="ordered",
        currency=sale.currency,
        placed_at=clock.now(session),
        customer_number=sale.customer_number,
        customer_name=sale.customer_name,
        customer_email=sale.customer_email,
        customer_address=sale.customer_address,
        total_paid=0,
        origin_reclamation_id=effect.reclamation_id,
        origin_item_id=effect.item_id,
        origin_effect_id=effect.id,
        lines=[
            OrderLine(
                position=1,
                sku=wanted.sku,
                name=wanted.name,
                quantity=wanted.quantity,
                unit_price=0,
                paid=0,
                status="ordered",
            )
        ],
    )
