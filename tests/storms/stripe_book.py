"""localstripe's own list of refunds as rows for the auditor, read without anything of ours.

Not through the proxy, not through our adapter or Stripe's SDK: the plain answer of localstripe.
"""

import json
import urllib.request

from tests.storms.auditor import Row

REFERENCE = "redress_reference"
"""The name of our reference in a refund's metadata."""
SAME_MINOR_UNITS = frozenset({"EUR", "JPY"})
"""Stripe counts these as we do; the storm's shops sell in no other."""
MOST = 1_000_000


def stripe_rows(url: str) -> list[Row]:
    """Every refund that localstripe has made, oldest first."""
    request = urllib.request.Request(f"{url}/v1/refunds?limit={MOST}")
    request.add_header("Authorization", "Bearer sk_test_auditor")
    straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with straight.open(request, timeout=30) as answer:
        listed = json.load(answer)
    assert not listed["has_more"], f"localstripe keeps some of {listed['total_count']} to itself"
    return [_row(refund) for refund in reversed(listed["data"])]


def _row(refund: Row) -> Row:
    currency = refund["currency"].upper()
    assert currency in SAME_MINOR_UNITS, f"{refund['id']} is in {currency}, which is not ours"
    return {
        "id": refund["id"],
        "reference": refund["metadata"].get(REFERENCE, ""),
        "payment": refund["payment_intent"] or refund["charge"],
        "amount": refund["amount"],
        "currency": currency,
    }
