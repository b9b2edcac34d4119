"""Four eyes: an approval is for just what was proposed, and for just what the approver saw.

A proposal keeps what it was made of: case, item, amounts, currency, payments it goes back over,
version of the workflow. Where one of these has changed it is void, and has to be proposed again.
The approver's form carries a hash of that and of the order's other refunds; where these have
changed since, nothing is done, and the approver looks again.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping

from claims.models import Item, Json, Refund
from claims.money.amounts import written
from claims.people import Actor
from claims.refusals import Refused, Stale

WAY_OUT = "Send it back, and have it proposed again."

_CALLED = {
    "case": "The case",
    "line": "The order line",
    "quantity": "The quantity",
    "pieces": "Which pieces are claimed",
    "reason": "The reason",
    "resolution": "The wanted resolution",
    "evidence": "The evidence",
    "received": "What came back",
    "deductions": "What is taken off",
    "amount": "The amount",
    "currency": "The currency",
    "entries": "What the amount is made of",
    "payee": "Where the money goes",
    "workflow": "The version of the workflow",
}


def bind(refund: Refund) -> None:
    """Keep what a proposal is made of, with whoever proposes it as its first maker."""
    refund.proposed = {"of": made_of(refund), "makers": _known([refund.asked_by_id])}


def check(refund: Refund) -> None:
    """Refused where a proposal is no longer what was proposed, with what has changed."""
    before: Mapping[str, object] = refund.proposed.get("of", {})
    if not before:
        raise Refused(f"Nobody kept what was proposed, for that was long ago. {WAY_OUT}")
    if changed := changed_since(before, refund):
        what = [f"{called} has changed since this refund was proposed." for called in changed]
        raise Refused(*what, WAY_OUT)


def changed_since(before: Mapping[str, object], refund: Refund) -> list[str]:
    """What of all that a refund is made of has changed since `made_of` gave `before`."""
    now = made_of(refund)
    return [called for name, called in _CALLED.items() if before.get(name) != now[name]]


def seen(refund: Refund) -> str:
    """What an approver's form carries: a hash of the proposal and one of what is beside it."""
    return f"{hashed({'id': refund.id, **made_of(refund)})}-{hashed(_beside(refund))}"


def check_seen(refund: Refund | None, carried: str) -> None:
    """Stale where the approver's form was about something else than what there is now.

    `carried` is what `seen` said when the form was made; empty where nothing was proposed then.
    """
    now = "" if refund is None else seen(refund)
    if carried == now:
        return
    if refund is None:
        raise Stale(("The proposal that you saw is gone.",))
    amount = written(refund.amount, refund.currency, "en_GB")
    if carried.partition("-")[0] != now.partition("-")[0]:
        raise Stale((f"What is proposed now is {amount}, by {refund.asked_by}.",))
    total = sum(_counted(each) for each in refund.order.refunds if each is not refund)
    others = written(total, refund.currency, "en_GB")
    raise Stale((f"Other refunds of the order have changed; they come to {others} by now.",))


def note_maker(item: Item, actor: Actor) -> None:
    """Whoever changes an item while its refund waits for approval is a maker of it, too."""
    refund = waiting(item)
    if refund is not None and actor.kind == "person":
        makers = {*makers_of(refund), actor.staff_id}
        refund.proposed = {**refund.proposed, "makers": _known(makers)}


def makers_of(refund: Refund) -> set[int]:
    """The members of staff who may not approve it."""
    return {*refund.proposed.get("makers", ()), *_known([refund.asked_by_id])}


def waiting(item: Item) -> Refund | None:
    """The refund of an item that waits for approval, if there is one."""
    found = [
        refund
        for refund in item.reclamation.order.refunds
        if refund.item is item and refund.status == "proposed"
    ]
    return found[-1] if found else None


def made_of(refund: Refund) -> Json:
    """Case, item, amounts, currency, payees and version, as they are now."""
    item = refund.item
    return {
        "case": [refund.reclamation.number, refund.order.number, item.position],
        "line": [item.line.position, item.line.sku],
        "quantity": item.quantity,
        "pieces": [[each.lower, each.upper] for each in item.pieces],
        "reason": item.reason,
        "resolution": item.resolution,
        "evidence": [item.evidence or "", item.attached or 0],
        "received": [item.received, item.condition],
        "deductions": dict(item.deductions or {}),
        "amount": refund.amount,
        "currency": refund.currency,
        "entries": [
            [entry.kind, entry.line.position if entry.line else None, entry.amount, entry.tax]
            for entry in refund.lines
        ],
        "payee": [
            [
                share.payment.position,
                share.payment.provider,
                share.payment.reference,
                share.way or "",
                share.amount,
                refund.order.customer_number or "",
            ]
            for share in refund.shares
        ],
        "workflow": [item.workflow, item.workflow_hash],
    }


def _beside(refund: Refund) -> list[object]:
    """The order's other refunds, as far as they count."""
    return [
        [each.reclamation.number, each.item.position, _counted(each)]
        for each in refund.order.refunds
        if each is not refund and _counted(each)
    ]


def _counted(refund: Refund) -> int:
    if refund.status in {"refused", "dropped"}:
        return 0
    return refund.paid_amount if refund.status == "paid" else refund.amount


def _known(people: Iterable[int | None]) -> list[int]:
    return sorted(person for person in set(people) if person is not None)


def hashed(said: object) -> str:
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
