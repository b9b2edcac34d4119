"""What is asked of a provider about a share, and what its answer means beside what was ordered."""

from claims.models import RefundShare
from claims.refunds import money
from tasks.effects.next_step import share_reference
from tasks.providers.port import Found, RefundOrder


def order_of(share: RefundShare, effect_key: str, key: str) -> RefundOrder:
    """The refund of one share, as the provider is asked for it under this key."""
    return RefundOrder(
        reference=share_reference(effect_key, share.position),
        key=key,
        payment_reference=share.payment.reference,
        amount=share.amount,
        currency=share.payment.currency,
    )


def another_refund(order: RefundOrder, found: Found) -> str:
    """In a sentence, how what was found under our reference is not what was ordered."""
    there = money(found.amount, found.currency)
    if (found.amount, found.currency) != (order.amount, order.currency):
        return (
            f"The provider knows a refund of {there} where "
            f"{money(order.amount, order.currency)} was asked for ({found.provider_reference})."
        )
    return (
        f"The provider knows the refund of {there} as one of payment {found.payment_reference} "
        f"where it was asked for of {order.payment_reference} ({found.provider_reference})."
    )
