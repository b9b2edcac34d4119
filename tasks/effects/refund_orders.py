"""What is asked of a provider about a share, and what its answer means beside what was ordered."""

from claims.models import Effect, Refund, RefundShare
from claims.money.refunds import money, share_reference
from tasks.effects.history import is_adopted
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


def was_paid(refund: Refund, effect: Effect) -> str:
    """In a sentence, that all of it was, and whether it was only found so."""
    paid = f"{money(refund.amount, refund.currency)} was paid"
    if is_adopted(effect):
        return f"{paid} already, before these rows were put back from a backup."
    return f"{paid}."


def two_keys(share: RefundShare, reference: str) -> str:
    """In a sentence, that the provider said under two keys that it paid."""
    return (
        f"{money(share.amount, share.payment.currency)} may have been paid twice: the provider "
        f"said so under two keys ({reference}). Compare with the provider."
    )
