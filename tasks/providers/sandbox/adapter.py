"""The port for payment providers, spoken to the sandbox over HTTP."""

import json
import ssl
import time
from dataclasses import dataclass
from datetime import timedelta

import httpx

from claims.outside import Done, NotBegun, Outcome, Refused, Unknown
from tasks.providers.port import (
    Abilities,
    Absent,
    CannotTell,
    Finding,
    Found,
    RefundOrder,
)

CONNECT_SECONDS = 2.0
MOST_BYTES = 256 * 1024

ABILITIES = Abilities(
    key_lifetime=timedelta(hours=24),
    replays_stored_errors=True,
    looks_up=True,
    partial_refunds=True,
    several_refunds_per_payment=True,
    refund_window=None,
    currencies=None,
)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: dict[str, object] | None
    """None where it was no JSON object."""
    retry_after: str | None

    def text(self, name: str, otherwise: str) -> str:
        value = (self.body or {}).get(name)
        return value if isinstance(value, str) else otherwise


class Sandbox:
    """A provider at `url`. A connection for each call, so that none is stale."""

    abilities = ABILITIES

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._tls = ssl.create_default_context()  # made once: it costs 20 ms

    def pay_refund(self, order: RefundOrder, stop_after_seconds: float) -> Outcome:
        request = httpx.Request(
            "POST",
            f"{self._url}/refunds",
            headers={"Idempotency-Key": order.key},
            json={
                "payment": order.payment_reference,
                "amount": order.amount,
                "currency": order.currency,
                "reference": order.reference,
            },
        )
        try:
            answer = self._call(request, stop_after_seconds)
        except (httpx.ConnectError, httpx.ConnectTimeout) as wrong:
            return NotBegun(f"The provider cannot be reached: {wrong}.")
        except httpx.TimeoutException:
            return Unknown(f"The provider gave no answer within {stop_after_seconds:g} seconds.")
        except httpx.RequestError as wrong:
            return Unknown(f"The connection to the provider was cut: {wrong}.")
        return _sorted(answer)

    def look_up(self, order: RefundOrder, stop_after_seconds: float) -> Finding:
        params = {"reference": order.reference}
        request = httpx.Request("GET", f"{self._url}/refunds", params=params)
        try:
            answer = self._call(request, stop_after_seconds)
        except httpx.RequestError as wrong:
            return CannotTell(f"The provider could not be asked: {wrong!r}.")
        refunds = (answer.body or {}).get("refunds")
        if answer.status != 200 or not isinstance(refunds, list):
            return CannotTell(f"The provider answered {answer.status} when it was asked.")
        match refunds:
            case []:
                return Absent()
            case [
                {"id": str(provider_reference), "amount": int(amount), "currency": str(currency)}
            ]:
                return Found(provider_reference, amount, currency, refunds[0])
            case [_]:
                return CannotTell(
                    "The provider knows a refund but tells it in a way nobody can read."
                )
            case _:
                return CannotTell(
                    f"The provider knows {len(refunds)} refunds under {order.reference}; "
                    "there should be one."
                )

    def _call(self, request: httpx.Request, stop_after_seconds: float) -> _Answer:
        """One request on a fresh connection, given up when the time is over, never redirected."""
        stop = time.monotonic() + stop_after_seconds
        timeout = httpx.Timeout(
            stop_after_seconds, connect=min(CONNECT_SECONDS, stop_after_seconds)
        )
        request.extensions["timeout"] = timeout.as_dict()
        content = b""
        with httpx.HTTPTransport(verify=self._tls, trust_env=False) as transport:
            response = transport.handle_request(request)
            try:
                for chunk in response.iter_bytes():
                    content += chunk
                    if len(content) > MOST_BYTES or time.monotonic() > stop:
                        raise httpx.ReadTimeout("the answer takes too long", request=request)
            finally:
                response.close()
        try:
            body = json.loads(content)
        except (ValueError, RecursionError):
            body = None
        return _Answer(
            response.status_code,
            body if isinstance(body, dict) else None,
            response.headers.get("Retry-After"),
        )


def _sorted(answer: _Answer) -> Outcome:
    """Only what is surely done or surely not is called so; all the rest is unknown."""
    match answer.status:
        case 200 | 201 if (provider_reference := answer.text("id", "")) and answer.body:
            return Done(provider_reference, answer.body)
        case 400 | 402 | 404 if answer.body is not None:
            return Refused(
                answer.text("error", f"The provider answered {answer.status}."), answer.body
            )
        case 429:
            wait = answer.retry_after or ""
            return NotBegun(
                "The provider has too many requests.",
                wait_seconds=float(wait) if wait.isdecimal() else None,
            )
        case 409:
            return Unknown(answer.text("error", "The key is in use."), answered=True)
        case status if status >= 500:
            # A gateway that has lost patience knows nothing of what goes on behind it.
            return Unknown(f"The provider answered {status}.", answered=status not in {502, 504})
        case status:
            return Unknown(
                f"The provider answered {status} in a way nobody can read.", answered=True
            )
