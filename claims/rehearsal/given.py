"""What a rehearsal begins with: an order, what is claimed of it, and when."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

RECLAMATION = 0
"""The case that is the reclamation itself; its items are 1, 2, …"""

A_MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who acts; the same name is the same person. `import` among the roles is a program."""

    name: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class ItemGiven:
    """One claimed line of the order."""

    workflow: str | None = None
    """Its name; None: what reason and resolution lead to in this shop."""
    quantity: int = 1
    price: int = 2499
    """What was paid for each piece, in minor units with tax."""
    bought: int | None = None
    """How many pieces the order line has; None: as many as are claimed."""
    reason: str = "does-not-fit"
    resolution: str = "refund"
    evidence: str = ""
    sku: str = ""
    name: str = ""
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Given:
    items: tuple[ItemGiven, ...] = (ItemGiven(),)
    reclamation_workflow: str | None = None
    """Its name; None: the one that the shop has chosen."""
    at: datetime = A_MONDAY
    """When the reclamation is opened."""
    placed_at: datetime | None = None
    """When the order was placed; None: ten days before."""
    shop: str = "shop"
    business_unit: str = ""
    currency: str = "EUR"
    shipping: int = 0
    payments: tuple[int, ...] = ()
    """What each payment captured, in minor units, oldest first; empty: one of the whole sum."""
    customer: str = "C-1"
    customer_claims: int = 0
    """Earlier reclamations of the customer."""
    customer_refunded: int = 0
    """What other orders of the customer were refunded a short while ago, in minor units."""
    priority: str = "normal"
    opened_by: Person = field(default_factory=lambda: Person("agent", frozenset({"agent"})))
