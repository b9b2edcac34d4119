"""The port for payment providers, spoken to the sandbox over HTTP."""

import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import httpx
from pydantic import BaseModel, ValidationError

from claims.outside import Done, NotBegun, Outcome, Refused, Unknown
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

ABILITIES = Abilities(
    key_lifetime=timedelta(hours=24),
    replays_stored_errors=True,
    keeps_refusals=True,
    ends_with_errors=True,
    looks_up=True,
    refunds=REFUNDS["sandbox"],
    lists=True,
)
PAGE = 500


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: dict[str, object] | None
    """None where it was no JSON object."""
    retry_after: str | None

    def text(self, name: str, otherwise: str) -> str:
        value = (self.body or {}).get(name)
        return value if isinstance(value, str) else otherwise


class _Row(BaseModel):
    id: str
    reference: str
    payment: str
    amount: int
    currency: str
    at: datetime
    status: Literal["paid", "reversed", "failed"]

    def listed(self) -> Listed:
        return Listed(
            self.reference,
            self.id,
            self.payment,
            self.amount,
            self.currency,
            self.at,
            self.status,
        )


class _Page(BaseModel):
    refunds: list[_Row]
    next: int | None

    def listed(self) -> ListPage:
        rows = tuple(row.listed() for row in self.refunds)
        return ListPage(rows, None if self.next is None else str(self.next))


class _Others(BaseModel):
    others: list[_Row] = []


class Sandbox:
    """A provider at `url`. A connection for each call, so that none is stale."""

    abilities = ABILITIES

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._sender = Sender()

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
        params = {"reference": order.reference, "payment": order.payment_reference}
        request = httpx.Request("GET", f"{self._url}/refunds", params=params)
        try:
            answer = self._call(request, stop_after_seconds)
        except httpx.RequestError as wrong:
            return CannotTell(f"The provider could not be asked: {wrong!r}.")
        refunds = (answer.body or {}).get("refunds")
        if answer.status != 200 or not isinstance(refunds, list):
            return CannotTell(f"The provider answered {answer.status} when it was asked.")
        if not refunds:
            return _absent(answer)
        return _found(refunds, order.reference)

    def list_refunds(
        self, since: datetime, following: str | None, stop_after_seconds: float
    ) -> ListPage | CannotTell:
        params = {"since": since.isoformat(), "after": following or "0", "limit": str(PAGE)}
        request = httpx.Request("GET", f"{self._url}/refunds", params=params)
        try:
            answer = self._call(request, stop_after_seconds)
        except httpx.RequestError as wrong:
            return CannotTell(f"The provider could not be asked: {wrong!r}.")
        try:
            return _Page.model_validate(answer.body or {}).listed()
        except ValidationError:
            return CannotTell(f"The provider answered {answer.status}, and not with a list.")

    def _call(self, request: httpx.Request, stop_after_seconds: float) -> _Answer:
        answered = self._sender.send(request, time.monotonic() + stop_after_seconds)
        try:
            body = json.loads(answered.content)
        except (ValueError, RecursionError):
            body = None
        return _Answer(
            answered.status,
            body if isinstance(body, dict) else None,
            answered.headers.get("Retry-After"),
        )


def _absent(answer: _Answer) -> Finding:
    try:
        others = _Others.model_validate(answer.body or {}).others
    except ValidationError:
        return CannotTell("The provider does not tell what else of the payment it paid back.")
    return Absent(tuple(row.listed() for row in others))


def _found(refunds: list[dict[str, object]], reference: str) -> Finding:
    match refunds:
        case [{"status": "failed" | "reversed" as standing, "id": str(there)}]:
            return Failed(there, f"The refund was made and {standing} later.", refunds[0])
        case [
            {
                "id": str(there),
                "payment": str(payment),
                "amount": int(amount),
                "currency": str(currency),
            }
        ]:
            return Found(there, amount, currency, refunds[0], payment)
        case [_]:
            return CannotTell("The provider knows a refund but tells it in a way nobody can read.")
        case _:
            return CannotTell(
                f"The provider knows {len(refunds)} refunds under {reference}; there should be one."
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
