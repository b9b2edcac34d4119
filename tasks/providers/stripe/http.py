"""How Stripe's SDK sends: over our own `Sender`, so that what was surely not sent is told apart.

Made for each call, with the moment at which all its requests have to be over.
"""

from collections.abc import Mapping
from typing import Any

import httpx
import stripe

from tasks.providers.sending import Sender

READ_HEADERS = frozenset({"request-id", "retry-after", "idempotent-replayed"})
"""The others make the SDK warn or try again, which is ours to do."""


class NotReached(stripe.StripeError):
    """Surely nothing was sent."""


class CutOff(stripe.StripeError):
    """Something was sent, and no whole answer came back."""


class DeadlineClient(stripe.HTTPClient):
    """Stripe's own extension point for another HTTP library."""

    name = "httpx"

    def __init__(self, sender: Sender, stop_at: float) -> None:
        super().__init__()
        self._sender, self._stop_at = sender, stop_at

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        **_: object,
    ) -> tuple[str, int, dict[str, str]]:
        request = httpx.Request(method.upper(), url, headers=headers, content=post_data)
        try:
            answered = self._sender.send(request, self._stop_at)
        except (httpx.ConnectError, httpx.ConnectTimeout) as wrong:
            raise NotReached(f"Stripe cannot be reached: {wrong}.") from wrong
        except httpx.TimeoutException as wrong:
            raise CutOff("Stripe gave no answer in time.") from wrong
        except httpx.RequestError as wrong:
            raise CutOff(f"The connection to Stripe was cut: {wrong}.") from wrong
        kept = {n: v for n, v in answered.headers.items() if n.lower() in READ_HEADERS}
        return answered.content.decode("utf-8", "replace"), answered.status, kept

    def close(self) -> None:
        """There is nothing to close: each request has a connection of its own."""
