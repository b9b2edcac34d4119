"""A refund as a provider lists it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Listed:
    """One refund in the provider's own list. `amount` is in minor units, `at` when it was made.

    `reference` is ours as the provider was given it, or empty where it was made elsewhere.
    `standing`: paid (also while the bank still works on it), reversed (the money came back to
    the shop), failed (it never reached the customer).
    """

    reference: str
    provider_reference: str
    payment_reference: str
    amount: int
    currency: str
    at: datetime
    standing: Literal["paid", "reversed", "failed"] = "paid"
    uncounted: str = ""
    """The amount in the provider's words, where it is none of our minor units: then `amount` is as
    the provider counts it, and agrees with no amount of ours."""
