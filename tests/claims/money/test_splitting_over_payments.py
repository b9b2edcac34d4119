"""The split of a refund over payments, against one that tries every way there is."""

from contextlib import suppress
from datetime import timedelta
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from claims.models import Payment, Refund, RefundShare
from claims.money import splitting
from claims.money.refund_abilities import RefundAbilities
from claims.money.refund_terms import RefundOrder, RefundTerms
from claims.money.splitting import Carrier
from claims.refusals import Refused
from tests.claims.money.money_world import NOW, Bought, World, a_world, check

PROVIDERS = {
    "free": RefundAbilities(),
    "whole": RefundAbilities(partial_refunds=False),
    "once": RefundAbilities(several_refunds_per_payment=False),
    "late": RefundAbilities(refund_window=timedelta(days=30)),
    "foreign": RefundAbilities(currencies=frozenset({"SEK"})),
    "store-credit": RefundAbilities(frozenset(), False, False, timedelta(0)),
}
"""The last is no provider: whatever is said of it, store credit is bound by nothing."""

carriers = st.lists(
    st.builds(
        lambda most, is_whole: Carrier(Payment(), most, is_whole),
        st.integers(0, 9),
        st.booleans(),
    ),
    max_size=5,
)


def every_split(payments: list[Carrier]) -> list[tuple[int, ...]]:
    ways = [(0, each.most) if each.is_whole_only else range(each.most + 1) for each in payments]
    return list(product(*ways))


@settings(max_examples=400, deadline=None)
@given(carriers, st.integers(0, 30))
def test_the_split_is_the_best_of_all_that_there_are(payments: list[Carrier], amount: int) -> None:
    all_of_it = [parts for parts in every_split(payments) if sum(parts) == amount]
    below = [sum(parts) for parts in every_split(payments) if sum(parts) <= amount]

    found = splitting.split(payments, amount)

    assert splitting.nearest(payments, amount) == max(below)
    if found is None:
        assert not all_of_it
        return
    by_payment = {id(payment): part for payment, part in found}
    parts = tuple(by_payment.get(id(each.payment), 0) for each in payments)
    # As much as possible over the first, then over the second, and so on.
    assert parts == max(all_of_it)
    assert all(part > 0 for _, part in found)


def test_a_hundred_payments_that_go_back_whole_take_no_time() -> None:
    payments = [Carrier(Payment(), 3**at % 10_007 + 1, True) for at in range(100)]
    whole = sum(each.most for each in payments)

    found = splitting.split(payments, whole)

    assert found is not None
    assert sum(part for _, part in found) == whole


@settings(max_examples=150, deadline=None)
@given(
    paid=st.lists(
        st.tuples(st.sampled_from(sorted(PROVIDERS)), st.integers(1, 5_000), st.integers(0, 40)),
        min_size=1,
        max_size=4,
    ),
    order=st.sampled_from(["oldest-first", "newest-first"]),
    sequence=st.lists(
        st.tuples(
            st.sampled_from(["asked", "asked", "proposed", "outside"]),
            st.integers(0, 100),
            st.sampled_from(["pay", "refuse", "half", "wait"]),
        ),
        max_size=8,
    ),
)
def test_no_sequence_asks_a_provider_for_what_it_cannot_do(
    paid: list[tuple[str, int, int]],
    order: RefundOrder,
    sequence: list[tuple[str, int, str]],
) -> None:
    total = sum(captured for _, captured, _ in paid)
    terms = RefundTerms(order=order, providers=PROVIDERS)
    amounts = [captured for _, captured, _ in paid]
    world = a_world([Bought(1, total, 0, 0)], 0, 0, amounts, terms, "EUR")
    for payment, (provider, _, days) in zip(world.order.payments, paid, strict=True):
        payment.provider, payment.currency = provider, "EUR"
        payment.paid_at = NOW - timedelta(days=days)
    item = world.claim(world.order.lines[0], 1, "refund", "other")

    for status, percent, answer in sequence:
        before = held(world)
        with suppress(Refused):
            refund = world.ask(item, 1 + total * percent // 100, status)
            if status != "outside":
                can_be_done(refund, before)
            if status == "asked" and answer != "wait":
                world.pay(refund, 1 if answer == "half" else 0, is_refused=answer != "pay")
        check(world)


def held(world: World) -> dict[int, list[RefundShare]]:
    """What counts of each payment."""
    return {
        payment.position: [
            share
            for refund in world.order.refunds
            for share in refund.shares
            if share.payment is payment and share.status in {"held", "paid"}
        ]
        for payment in world.order.payments
    }


def can_be_done(refund: Refund, before: dict[int, list[RefundShare]]) -> None:
    assert sum(share.amount for share in refund.shares) == refund.amount
    for share in refund.shares:
        payment, earlier = share.payment, before[share.payment.position]
        assert payment.paid_at is not None
        match payment.provider:
            case "whole":
                left = payment.captured - sum(each.amount for each in earlier)
                assert share.amount == left
            case "once":
                assert all(each.refund.status == "outside" for each in earlier)
            case "late":
                assert NOW - payment.paid_at < timedelta(days=30)
            case "foreign":
                raise AssertionError("SEK only")
            case _:
                pass
