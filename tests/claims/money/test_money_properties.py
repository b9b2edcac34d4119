"""Whatever is done to an order, its money adds up: thousands of orders, any sequence.

The short form runs always. The long one:
    make money ORDERS=20000 ARGS=--hypothesis-seed=7
"""

import os
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from claims.models import Item, Refund
from claims.money import refunds
from claims.money.refund_terms import (
    Asks,
    DeductionRule,
    RefundOrder,
    RefundTerms,
    ShippingRule,
    ShippingShare,
)
from claims.refusals import Refused
from tests.claims.money.money_world import Bought, World, a_world, check, check_all_is_back

ORDERS = int(os.environ.get("MONEY_ORDERS", "150"))

amounts = st.one_of(st.integers(0, 30), st.integers(0, 100_000))
bought = st.builds(
    lambda quantity, paid, rate: Bought(quantity, paid, paid * rate // (10_000 + rate), rate),
    quantity=st.integers(1, 7),
    paid=amounts,
    rate=st.sampled_from([0, 700, 1900, 2300]),
)
shares: st.SearchStrategy[ShippingShare] = st.sampled_from(["whole", "proportional", "none"])
which_order: st.SearchStrategy[RefundOrder] = st.sampled_from(["oldest-first", "newest-first"])
rules_of_shipping = st.one_of(
    st.just(()),
    shares.map(lambda share: (ShippingRule(share),)),
    st.just(
        (ShippingRule("whole", Asks(reasons=frozenset({"faulty"}))), ShippingRule("proportional"))
    ),
)
deductions = st.lists(
    st.one_of(
        st.builds(
            DeductionRule,
            kind=st.sampled_from(["restocking-fee", "wear"]),
            percent=st.integers(0, 100).map(Decimal),
        ),
        st.builds(
            DeductionRule,
            kind=st.just("return-shipping"),
            amount=st.integers(0, 2_000).map(lambda cents: Decimal(cents) / 100),
        ),
    ),
    max_size=3,
).map(tuple)
terms = st.builds(
    RefundTerms,
    order=which_order,
    deductions=st.one_of(st.just(()), deductions),
    shipping=rules_of_shipping,
    goodwill=st.sampled_from([frozenset(), frozenset({"goodwill"})]),
    as_store_credit=st.sampled_from([frozenset(), frozenset({"refund"})]),
    shipping_only=st.sampled_from([frozenset(), frozenset({"refund"}), frozenset({"goodwill"})]),
)
ACTIONS = (
    *("claim", "ask", "ask-all", "pay"),
    *("claim", "ask", "ask-all", "pay"),
    *("refuse", "refuse", "drop", "outside", "note", "settle", "settle-freely", "too-much"),
)
steps = st.lists(
    st.tuples(st.sampled_from(ACTIONS), st.integers(0, 1_000), st.integers(0, 1_000)),
    min_size=3,
    max_size=25,
)


@settings(
    max_examples=ORDERS,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
    lines=st.lists(bought, min_size=1, max_size=4),
    shipping=amounts,
    shipping_rate=st.sampled_from([0, 1900]),
    cuts=st.lists(st.integers(0, 100), max_size=3),
    own_terms=terms,
    sequence=steps,
)
def test_any_sequence_adds_up_to_what_was_paid_and_never_exceeds_it(
    currency: str,
    lines: list[Bought],
    shipping: int,
    shipping_rate: int,
    cuts: list[int],
    own_terms: RefundTerms,
    sequence: list[tuple[str, int, int]],
) -> None:
    total = sum(line.paid for line in lines) + shipping
    shipping_tax = shipping * shipping_rate // (10_000 + shipping_rate)
    world = a_world(lines, shipping, shipping_tax, split(total, cuts), own_terms, currency)

    for action, which, much in sequence:
        with suppress(Refused):
            do(world, action, which, much)
        check(world)
    finish(world)

    check(world)
    check_all_is_back(world, has_shipping=bool(own_terms.shipping) and gives_shipping(own_terms))


def gives_shipping(own_terms: RefundTerms) -> bool:
    return all(rule.share != "none" for rule in own_terms.shipping)


def split(total: int, cuts: list[int]) -> list[int]:
    """The total in up to four payments, some of them of nothing."""
    ends = sorted(total * cut // 100 for cut in cuts)
    return [end - begin for begin, end in zip([0, *ends], [*ends, total], strict=True)]


def do(world: World, action: str, which: int, much: int) -> None:
    """One step; Refused where it is none that may be taken."""
    if action == "claim":
        line = world.order.lines[which % len(world.order.lines)]
        resolution = ("refund", "goodwill")[which % 2]
        world.claim(line, 1 + much % line.quantity, resolution, ("other", "faulty")[much % 2])
    elif action in {"pay", "refuse", "drop"}:
        if world.open_refunds:
            refund = world.open_refunds[which % len(world.open_refunds)]
            decide(world, refund, action, much)
    elif world.open_items:
        do_to(world, world.open_items[which % len(world.open_items)], action, which, much)


def decide(world: World, refund: Refund, action: str, much: int) -> None:
    if action == "drop":
        refunds.release(refund, "dropped", refund.asked_at)
    else:
        world.pay(refund, much % 4, is_refused=action == "refuse")


def do_to(world: World, item: Item, action: str, which: int, much: int) -> None:
    most = refunds.refundable(item, world.terms).most
    match action:
        case "ask":
            world.ask(item, most * much // 1_000, ("asked", "proposed")[which % 2])
        case "ask-all":
            world.ask(item, most, "asked")
        case "outside":
            world.ask(item, most * much // 1_000, "outside")
        case "too-much":
            with pytest.raises(Refused):
                world.ask(item, most + 1 + much, "asked")
        case "note":
            item.deductions = {"wear": much}
        case _:
            if not any(refund.item is item for refund in world.open_refunds):
                world.settle(item, keeps_pieces=action == "settle")


def finish(world: World) -> None:
    """Everything that waits is decided, all that is left is claimed, and each gets its rest."""
    for position, refund in enumerate(world.open_refunds):
        world.pay(refund, 0, is_refused=position % 2 == 1)
    world.terms = RefundTerms(shipping=world.terms.shipping)
    for item in world.items:
        item.final, item.deductions = None, {}
        check(world)
    for line in world.order.lines:
        for quantity in range(line.quantity, 0, -1):
            try:
                world.claim(line, quantity, "refund", "other")
            except Refused:
                continue
    for item in [item for item in world.items if item.holds_pieces]:
        rest = refunds.refundable(item, world.terms).amount
        if rest:
            world.ask(item, rest, "outside")
            check(world)
