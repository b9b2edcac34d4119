"""The hauler's interface: book a van, and look up whether one was booked.

It takes the same reference twice for two bookings; that is why a booking of which nobody knows
the end is looked up before it is made again.
"""

import os

import httpx

from claims import outside
from claims.extending import EffectRun


def book_pickup(run: EffectRun) -> outside.Outcome:
    """Ask for a van, and sort what comes back by what Redress may do next."""
    first = run.request["items"][0]
    body = {
        "reference": run.key,
        "depot": run.request["with"]["depot"],
        "address": run.request["customer"]["address"],
        "parcel": f"{first['quantity']} x {first['name']}",
    }
    try:
        with _client(run) as client:
            answer = client.post("/pickups", json=body)
    except (httpx.ConnectError, httpx.ConnectTimeout) as away:
        return outside.NotBegun(f"The hauler does not listen ({away}).")
    except httpx.HTTPError as cut:
        return outside.Unknown(f"The hauler did not answer ({type(cut).__name__}).")
    match answer.status_code:
        case 201:
            return outside.Done(str(answer.json()["number"]), answer.json())
        case 422:
            return outside.Refused(f"The hauler refuses: {answer.json()['reason']}")
        case 429:
            return outside.NotBegun("The hauler has too much to do.", wait_seconds=60)
        case status:
            return outside.Unknown(f"The hauler answered {status}.", answered=True)


def find_pickup(run: EffectRun) -> outside.Finding:
    """What the hauler knows under our reference."""
    try:
        with _client(run) as client:
            answer = client.get("/pickups", params={"reference": run.key})
            answer.raise_for_status()
    except httpx.HTTPError as trouble:
        return outside.Unknown(f"The hauler cannot tell ({type(trouble).__name__}).")
    found = answer.json()
    if not found:
        return outside.Absent()
    return outside.Done(str(found[0]["number"]), found[0])


def _client(run: EffectRun) -> httpx.Client:
    return httpx.Client(
        base_url=os.environ.get("ACME_HAULER_URL", "http://127.0.0.1:8090"),
        timeout=run.seconds,
        trust_env=False,
    )
