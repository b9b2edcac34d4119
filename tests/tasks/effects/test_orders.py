"""Replacement, exchange and parts orders: new orders, linked to the reclamation both ways."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from claims.effects import Taken
from claims.models import Effect, Item, Order
from claims.outside import Refused
from claims.people import Actor
from tasks.effects.job import Job, job_of
from tasks.effects.orders import parts, replacement
from tasks.effects.table import HANDLERS
from tasks.workshop import Workshop
from tests.support.cases import AGENT, WAREHOUSE
from tests.support.mail import Mailbox
from tests.support.shop import Line
from tests.tasks.desk import Desk

Step = tuple[str, Actor, dict[str, str]]
RECEIVED: list[Step] = [
    ("request-return", AGENT, {}),
    ("parcel-arrived", WAREHOUSE, {"received": "2", "condition": "opened"}),
]


def new_order(desk: Desk, item_id: int) -> Order:
    with desk.sessions() as session:
        order = session.scalars(select(Order).where(Order.origin_item_id == item_id)).one()
        assert [line.sku for line in order.lines]
        assert order in session.get_one(Item, item_id).reclamation.new_orders
        return order


def test_an_exchange_is_an_order_for_the_product_that_was_typed_in(
    desk: Desk, workshop: Workshop, mailbox: Mailbox
) -> None:
    item = desk.walk(
        *RECEIVED,
        ("exchange", AGENT, {"sku": "SHIRT-RED-L", "name": "Red shirt, L"}),
        workshop=workshop,
        order={"lines": [Line(quantity=2)]},
        resolution="exchange",
        quantity=2,
    )

    order = new_order(desk, item)
    assert (order.kind, order.status, order.total_paid) == ("exchange", "ordered", 0)
    assert [(line.sku, line.name, line.quantity, line.paid) for line in order.lines] == [
        ("SHIRT-RED-L", "Red shirt, L", 2, 0)
    ]
    assert order.customer_address == "Lindenweg 4\n20095 Hamburg"
    assert desk.state_of(item) == "exchange-ordered"


def test_a_replacement_is_an_order_for_the_same_product(
    desk: Desk, workshop: Workshop, mailbox: Mailbox
) -> None:
    item = desk.walk(
        ("accept", AGENT, {}),
        ("replace", AGENT, {}),
        workshop=workshop,
        reason="faulty",
        resolution="replacement",
    )

    order = new_order(desk, item)
    assert order.kind == "replacement"
    assert [(line.sku, line.quantity) for line in order.lines] == [("SHIRT-BLUE-M", 1)]


def test_missing_parts_are_an_order_that_names_them(
    desk: Desk, workshop: Workshop, mailbox: Mailbox
) -> None:
    item = desk.walk(
        ("send-parts", AGENT, {"parts": "two\nbuttons"}),
        workshop=workshop,
        reason="part-missing",
        resolution="parts",
    )

    order = new_order(desk, item)
    assert [line.name for line in order.lines] == ["Parts for Blue shirt, M: two buttons"]
    assert desk.state_of(item) == "parts-ordered"


def test_an_order_is_there_once_though_its_effect_was_taken_twice(
    desk: Desk, workshop: Workshop, mailbox: Mailbox
) -> None:
    item = desk.walk(
        ("send-parts", AGENT, {"parts": "a lid"}),
        workshop=workshop,
        reason="part-missing",
        resolution="parts",
    )

    with desk.sessions() as session:
        effect = session.scalars(select(Effect).where(Effect.kind == "parts.order")).one()
        stale = job_of(effect, taken_before(effect))
    HANDLERS["parts.order"](workshop, stale)

    assert new_order(desk, item).number.endswith("-1-parts")


def taken_before(effect: Effect) -> Taken:
    return Taken(effect.id, effect.epoch - 1, "stale")


@pytest.mark.parametrize("wanted", [replacement, parts])
def test_an_order_for_nothing_is_refused_with_a_sentence(
    desk: Desk, workshop: Workshop, mailbox: Mailbox, wanted: Callable[[Job], object]
) -> None:
    desk.ask_refund()
    with desk.sessions() as session:
        effect = session.scalars(select(Effect)).one()
        job = job_of(effect, Taken(effect.id, 0, "tests"))

    refused = wanted(replace(job, request={**job.request, "with": {"kind": "exchange"}}))

    assert isinstance(refused, Refused)
    assert "enter" in refused.reason
