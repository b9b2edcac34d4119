"""The words of the catalogue that mean money; one that lacks them has nothing of it to prove."""

from typing import Literal

AMOUNT = "amount"
"""The input whose money an effect that moves money, a proposal or a mark takes."""
WORTH = "item.value"
LEFT = "item.refundable"
HELD = "item.refunded"
PROPOSED = "item.proposed"
MAY_REFUND = "staff.may_refund"

Doing = Literal["propose", "drop", "mark", "found-paid", "found-not-paid", "pay"]

COMMANDS: dict[str, Doing] = {
    "refund.propose": "propose",
    "refund.drop": "drop",
    "refund.mark": "mark",
    "refund.confirm-paid": "found-paid",
    "refund.confirm-not-paid": "found-not-paid",
}

OF_THE_CLAIM = frozenset({"item.quantity", "item.reason", "item.resolution", "item.sku"})
"""What stays as it is for the length of a path, though it is not fixed for ever."""

KNOWN_TOGETHER = frozenset({"items.total", "items.open", "items.good", "items.bad"})
"""What a reclamation's condition sees of its items and the product knows exactly."""

KNOWN_OF_ITEMS = frozenset({"final", "good", "bad", "state", "flags"})
"""The same of each item, for items.all( ) and its kin."""
