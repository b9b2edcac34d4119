"""Who sent it, and when: Stripe's scheme, which the sandbox signs by too.

The header is `t=1700000000,v1=<hex>`: HMAC-SHA256 of "1700000000." and the body. While a secret
is being changed there are several `v1`; one that fits is enough. Other schemes are passed over.
https://docs.stripe.com/webhooks#verify-manually
"""

import hmac
import re
from datetime import UTC, datetime, timedelta

TOLERANCE = timedelta(minutes=5)
"""How far the time of signing may be from ours; a provider signs anew each time it sends."""
LONGEST_HEADER = 2000


class Forged(Exception):
    """It was not signed with our secret, or not now; the text says for our log what was wrong."""


def signed_at(header: str, body: bytes, secret: str) -> datetime:
    """When the sender signed it; raises Forged unless it was signed with the secret."""
    if not header or len(header) > LONGEST_HEADER:
        raise Forged("it carries no signature")
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    signatures = [value for name, _, value in parts if name == "v1"]
    if len(times) != 1 or not re.fullmatch("[0-9]{1,11}", times[0]) or not signatures:
        raise Forged("its signature is none of this scheme")
    right = signature(times[0], body, secret).encode()
    if not any(hmac.compare_digest(right, each.encode()) for each in signatures):
        raise Forged("its signature is not of our secret")
    return datetime.fromtimestamp(int(times[0]), UTC)


def refuse_stale(signed: datetime, now: datetime) -> None:
    """Raises Forged for what somebody recorded and sends again, or signed ahead."""
    if abs(now - signed) > TOLERANCE:
        raise Forged(f"it was signed at {signed:%Y-%m-%d %H:%M:%S} UTC, which is not now")


def signature(time: str, body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), time.encode() + b"." + body, "sha256").hexdigest()
