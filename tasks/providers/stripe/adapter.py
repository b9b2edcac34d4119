"""The port for payment providers, spoken to Stripe through its SDK.

The SDK builds and reads; it neither sends by itself (`http`) nor tries again.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, cast

import stripe

from claims.outside import Done, Outcome, Refused, Unknown
from claims.provider_events import REFERENCE_NAME
from claims.reconciling.listed import Listed
from config.payment_providers import REFUNDS
from tasks.providers.port import (
    Abilities,
    Absent,
    CannotTell,
    Failed,
    Finding,
    Found,
    ListPage,
    RefundOrder,
)
from tasks.providers.sending import Sender
from tasks.providers.stripe.amounts import AmountRefused, from_stripe, to_stripe
from tasks.providers.stripe.errors import cannot_tell, sorted_error
from tasks.providers.stripe.http import DeadlineClient
from tasks.providers.stripe.refund import PAYMENT_NAME, Seen, seen

if TYPE_CHECKING:
    from stripe._base_address import BaseAddresses
    from stripe.params import RefundCreateParams, RefundListParams

PAGE = 100
MOST_REFUNDS = 1000
"""So many refunds of one payment are looked through, and no more."""

ABILITIES = Abilities(
    key_lifetime=timedelta(hours=24),
    replays_stored_errors=True,
    keeps_refusals=True,  # docs.stripe.com/error-low-level: whatever came of it, once it began
    looks_up=True,
    refunds=REFUNDS["stripe"],
    lists=True,
)


class Stripe:
    """An account at Stripe, by its secret key. `api_base` is another address for tests."""

    def __init__(
        self, api_key: str, api_base: str | None = None, abilities: Abilities = ABILITIES
    ) -> None:
        stripe.enable_telemetry = False
        self._api_key = api_key
        self._addresses: BaseAddresses = {"api": api_base} if api_base else {}
        self._sender = Sender()
        self._abilities = abilities

    @property
    def abilities(self) -> Abilities:
        return self._abilities

    def pay_refund(self, order: RefundOrder, stop_after_seconds: float) -> Outcome:
        """`pending` counts as done: Stripe has taken it on, and tells later if it fails."""
        try:
            amount = to_stripe(order.amount, order.currency)
            asked = {
                **_payment(order),
                "amount": amount,
                "metadata": {
                    REFERENCE_NAME: order.reference,
                    PAYMENT_NAME: order.payment_reference,
                },
            }
        except AmountRefused as refused:
            return Refused(str(refused))
        try:
            refund = self._client(stop_after_seconds).v1.refunds.create(
                cast("RefundCreateParams", asked), {"idempotency_key": order.key}
            )
            return _outcome(seen(refund), order, amount)
        except Exception as wrong:  # noqa: BLE001 - the SDK stumbles over what is not Stripe's
            return sorted_error(wrong)

    def look_up(self, order: RefundOrder, stop_after_seconds: float) -> Finding:
        """Among the refunds of the payment, by our reference in their metadata."""
        try:
            wanted = cast("RefundListParams", {**_payment(order), "limit": PAGE})
            listed = self._client(stop_after_seconds).v1.refunds.list(wanted)
            looked_at = [seen(r) for r in islice(listed.auto_paging_iter(), MOST_REFUNDS + 1)]
            if len(looked_at) > MOST_REFUNDS:
                return CannotTell(f"The payment has more than {MOST_REFUNDS} refunds.")
            found = [r for r in looked_at if r.reference == order.reference]
            return _finding(found, order) if found else Absent(tuple(map(_listed, looked_at)))
        except AmountRefused as refused:
            return CannotTell(str(refused))
        except Exception as wrong:  # noqa: BLE001 - the SDK stumbles over what is not Stripe's
            return cannot_tell(wrong)

    def list_refunds(
        self, since: datetime, following: str | None, stop_after_seconds: float
    ) -> ListPage | CannotTell:
        """Stripe lists the newest first, and what was made since, not what failed since.

        What cannot be counted is listed all the same: it must not hide the rest.
        """
        wanted: dict[str, object] = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        if following is not None:
            wanted["starting_after"] = following
        try:
            listed = self._client(stop_after_seconds).v1.refunds.list(
                cast("RefundListParams", wanted)
            )
            refunds = [seen(refund) for refund in listed.data]
            more = refunds[-1].id if listed.has_more and refunds else None
            return ListPage(tuple(_listed_in_any_case(refund) for refund in refunds), more)
        except Exception as wrong:  # noqa: BLE001 - the SDK stumbles over what is not Stripe's
            return cannot_tell(wrong)

    def _client(self, stop_after_seconds: float) -> stripe.StripeClient:
        return stripe.StripeClient(
            self._api_key,
            base_addresses=self._addresses,
            http_client=DeadlineClient(self._sender, time.monotonic() + stop_after_seconds),
            max_network_retries=0,
        )


def _payment(order: RefundOrder) -> dict[str, str]:
    reference = order.payment_reference
    if reference.startswith("pi_"):
        return {"payment_intent": reference}
    if reference.startswith(("ch_", "py_")):
        return {"charge": reference}
    raise AmountRefused(
        f"The payment {reference!r} is none of Stripe's: theirs begin with pi_, ch_ or py_. "
        "Import the order with the payment's own reference, or pay back another way."
    )


def _listed(refund: Seen) -> Listed:
    return _as_listed(refund, from_stripe(refund.amount, refund.currency))


def _listed_in_any_case(refund: Seen) -> Listed:
    try:
        return _listed(refund)
    except AmountRefused:
        words = f"{refund.amount} {refund.currency} in Stripe's own units"
        return _as_listed(refund, refund.amount, uncounted=words)


def _as_listed(refund: Seen, amount: int, uncounted: str = "") -> Listed:
    return Listed(
        reference=refund.reference or "",
        provider_reference=refund.id,
        payment_reference=refund.payment,
        amount=amount,
        currency=refund.currency,
        at=refund.at,
        standing="failed" if refund.came_to_nothing else "paid",
        uncounted=uncounted,
    )


def _outcome(refund: Seen, order: RefundOrder, amount: int) -> Outcome:
    if (refund.amount, refund.currency) != (amount, order.currency):
        word = f"Stripe made a refund of {refund.amount} {refund.currency}, not of {amount}."
        return Unknown(f"{word} Compare {refund.id} there.", answered=True, for_person=True)
    if refund.came_to_nothing:
        return Refused(refund.why, refund.told)
    return Done(refund.id, refund.told)


def _finding(found: list[Seen], order: RefundOrder) -> Finding:
    living = [refund for refund in found if not refund.came_to_nothing]
    if not living:
        return Failed(found[0].id, found[0].why, found[0].told)
    if len(living) > 1:
        return CannotTell(
            f"Stripe knows {len(living)} refunds under {order.reference}; there should be one."
        )
    [one] = living
    amount = from_stripe(one.amount, one.currency)
    return Found(one.id, amount, one.currency, one.told, one.payment)
