"""The providers whose webhooks are taken, in one explicit table, and how each tells of a refund."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from claims.provider_events import REFERENCE_NAME, Told
from config.settings import Settings

Name = Annotated[str, StringConstraints(pattern="^[!-~]{1,255}$")]
"""Visible ASCII: nothing else is ever an id, a kind or a reference of ours."""


class _Object(BaseModel):
    object: str


class _Data(BaseModel):
    object: _Object


class _AnyStripeEvent(BaseModel):
    object: Literal["event"]
    id: Name
    type: Name
    created: int = Field(ge=0, lt=10**11)
    data: _Data


class _StripeRefund(BaseModel):
    id: Name
    metadata: dict[str, str] | None = None


class _StripeData(BaseModel):
    object: _StripeRefund


class _StripeEvent(_AnyStripeEvent):
    data: _StripeData  # type: ignore[assignment]  # read more closely


class _SandboxEvent(BaseModel):
    id: Name
    kind: Name
    at: datetime
    refund: Name
    reference: Name


def _of_stripe(body: bytes) -> Told | None:
    """None for what is about something else; raises ValidationError for what is no event."""
    if _AnyStripeEvent.model_validate_json(body).data.object.object != "refund":
        return None
    event = _StripeEvent.model_validate_json(body)
    refund = event.data.object
    reference = (refund.metadata or {}).get(REFERENCE_NAME, "")
    at = datetime.fromtimestamp(event.created, UTC)
    return Told("stripe", event.id, event.type, _plain(reference), refund.id, at)


def _of_sandbox(body: bytes) -> Told:
    event = _SandboxEvent.model_validate_json(body)
    at = event.at if event.at.tzinfo else event.at.replace(tzinfo=UTC)
    return Told("sandbox", event.id, event.kind, event.reference, event.refund, at)


def _plain(reference: str) -> str:
    """Somebody may have written anything into the metadata of a refund of their own."""
    is_ours = reference.isascii() and reference.isprintable() and len(reference) <= 255
    return reference if is_ours else ""


@dataclass(frozen=True, slots=True)
class Source:
    """`secret` is None where webhooks of this provider are not set up."""

    header: str
    secret: Callable[[Settings], str | None]
    read: Callable[[bytes], Told | None]


SOURCES: Mapping[str, Source] = {
    "stripe": Source("Stripe-Signature", lambda s: s.stripe_webhook_secret, _of_stripe),
    "sandbox": Source("Sandbox-Signature", lambda s: s.sandbox_webhook_secret, _of_sandbox),
}
