"""To which purchase a claim belongs: found by fixed rules or not at all, never guessed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ARRAY, Text, bindparam, text
from sqlalchemy.orm import Session

from claims.imports.claim_rows import Wish
from claims.imports.mapping import MatchBy, Prices
from claims.imports.values import BadValue
from claims.money.refunds import money

NEVER_BOUGHT = "no purchase of this product by this customer"
BOUGHT_LATER = "bought only after the claim"
NOT_IN_ONE = "more pieces than any one earlier purchase had"
NONE_LEFT = "the pieces are claimed already"
OVER_PAID = "asks for more than the pieces' share of what was paid"

Wanted = tuple[str, str]
"""The customer's or the order's number, and the product."""


@dataclass(slots=True)
class Purchase:
    """An order line that claims may belong to; `left` goes down as claims are matched."""

    line_id: int
    order_id: int
    order_number: str
    placed_at: datetime
    position: int
    bought: int
    left: int
    paid: int
    tax: int

    def share(self, quantity: int, basis: Prices) -> tuple[int, int]:
        """What was paid for so many pieces, as numerator and denominator in minor units."""
        goods = self.paid - self.tax if basis == "without-tax" else self.paid
        return goods * quantity, self.bought


_PURCHASES = """
SELECT w.party, l.sku, l.id, o.id, o.number, o.placed_at, l.position, l.quantity,
       l.quantity - coalesce(h.held, 0), l.paid, l.tax
FROM unnest(:parties, :skus) AS w (party, sku)
JOIN orders o ON o.shop_id = :shop AND o.kind = 'sale' AND o.{column} = w.party
JOIN order_lines l ON l.order_id = o.id AND l.sku = w.sku AND l.status <> 'cancelled'
LEFT JOIN LATERAL (
    SELECT sum(i.quantity)::int AS held FROM items i
    WHERE i.order_line_id = l.id AND i.holds_pieces
) h ON true
ORDER BY o.placed_at DESC, o.id DESC, l.position DESC
"""


def purchases(
    session: Session, shop_id: int, match: MatchBy, wanted: Iterable[Wanted]
) -> Mapping[Wanted, Sequence[Purchase]]:
    """The purchases that claims could belong to, the latest first; one statement for all."""
    pairs = sorted(set(wanted))
    column = "customer_number" if match == "customer-and-sku" else "number"
    found: dict[Wanted, list[Purchase]] = defaultdict(list)
    statement = text(_PURCHASES.format(column=column)).bindparams(
        bindparam("parties", type_=ARRAY(Text)), bindparam("skus", type_=ARRAY(Text))
    )
    rows = session.execute(
        statement,
        {"shop": shop_id, "parties": [p for p, _ in pairs], "skus": [s for _, s in pairs]},
    )
    for party, sku, *purchase in rows:
        found[party, sku].append(Purchase(*purchase))
    return found


def match_wish(
    wish: Wish, purchases_of: Sequence[Purchase], basis: Prices, currency: str
) -> Purchase:
    """The latest earlier purchase with enough pieces left, which are taken from it.

    BadValue says why there is none, or that more was given back than was paid.
    """
    earlier = [p for p in purchases_of if wish.opened_at is None or p.placed_at <= wish.opened_at]
    found = next((purchase for purchase in earlier if purchase.left >= wish.quantity), None)
    if found is None:
        raise _why_none(wish, purchases_of, earlier)
    share, bought = found.share(wish.quantity, basis)
    if wish.amount * bought > share:
        raise BadValue(
            OVER_PAID,
            f"{money(wish.amount, currency)} is asked for {wish.quantity} of {found.bought} × "
            f"{wish.sku} of order {found.order_number}; "
            f"{money(share // bought, currency)} was paid for them"
            f"{' without tax' if basis == 'without-tax' else ''}.",
        )
    found.left -= wish.quantity
    return found


def _why_none(wish: Wish, all_of_them: Sequence[Purchase], earlier: Sequence[Purchase]) -> BadValue:
    if not all_of_them:
        return BadValue(NEVER_BOUGHT, f"{wish.party} has no purchase of {wish.sku} here.")
    if not earlier:
        first = min(purchase.placed_at for purchase in all_of_them)
        return BadValue(
            BOUGHT_LATER,
            f"{wish.party} bought {wish.sku} first on {first.astimezone(UTC):%Y-%m-%d}, later "
            "than this claim.",
        )
    most = max(purchase.bought for purchase in earlier)
    if most < wish.quantity:
        return BadValue(
            NOT_IN_ONE,
            f"{wish.quantity} × {wish.sku} is more than the {most} of the largest earlier "
            f"purchase of {wish.party}.",
        )
    left = max(purchase.left for purchase in earlier)
    return BadValue(
        NONE_LEFT,
        f"{wish.quantity} × {wish.sku} is asked for; of no earlier purchase of {wish.party} are "
        f"more than {left} left.",
    )
