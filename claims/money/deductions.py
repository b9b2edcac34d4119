"""What is taken off the refund of an item: by a rule of the shop, or as somebody noted it.

A deduction lowers what may be given back; it is held against nothing. Whoever finds later that it
was wrong can still give it back, for the order line has it left.
"""

from collections.abc import Mapping
from typing import Any, cast, get_args

from claims.models import Item
from claims.money.amounts import worth
from claims.money.refund_terms import DeductionKind, RefundTerms

LABELS: Mapping[DeductionKind, str] = {
    "restocking-fee": "Restocking fee",
    "return-shipping": "Return shipping",
    "wear": "Wear",
}
INPUTS: Mapping[str, DeductionKind] = {
    kind.replace("-", "_"): cast(DeductionKind, kind) for kind in get_args(DeductionKind)
}
"""The inputs of an event that are deductions, by their name: restocking_fee and so on."""


def typed_in(values: Mapping[str, object]) -> dict[DeductionKind, int]:
    """The deductions among the typed values of an event, in minor units; nought counts too."""
    found = {kind: values.get(name) for name, kind in INPUTS.items()}
    return {
        kind: amount
        for kind, amount in found.items()
        if isinstance(amount, int) and not isinstance(amount, bool)
    }


def deductions(
    item: Item, terms: RefundTerms, typed: Mapping[str, object] | None = None
) -> dict[DeductionKind, int]:
    """Kind to minor units: what is typed now, else what was noted of it, else by the rules.

    Together they are never more than what was paid for the pieces; the last ones give way.
    """
    paid = worth(item.line.paid, item.line.quantity, item.pieces)
    by_rule = terms.deductions_of(
        item.reason, item.resolution, item.condition or "", paid, item.reclamation.currency
    )
    noted = cast(Mapping[DeductionKind, int], item.deductions or {})
    wanted = {**by_rule, **noted, **typed_in(typed or {})}
    found: dict[DeductionKind, int] = {}
    for kind in LABELS:
        amount = min(wanted.get(kind, 0), paid - sum(found.values()))
        if amount > 0:
            found[kind] = amount
    return found


def note(item: Item, values: Mapping[str, object]) -> None:
    """Keep typed deductions with the item, for the refund that is asked for later."""
    noted: dict[str, Any] = dict(item.deductions or {})
    item.deductions = noted | {str(kind): amount for kind, amount in typed_in(values).items()}
