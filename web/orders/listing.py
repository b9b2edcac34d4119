"""The filters that are on, each with the address that takes it off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from claims.models import BusinessUnit, Shop
from claims.queries.orders import Filters
from web.formats import day
from web.words import here_with

CLAIMED = {"yes": "Claimed", "open": "Claimed, still open", "no": "Never claimed"}


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    off: str


def chips(filters: Filters, shops: Sequence[Shop], units: Sequence[BusinessUnit]) -> list[Chip]:
    named_shops = {shop.code: shop.name for shop in shops}
    named_units = {f"{unit.shop.code}:{unit.code}": unit.name for unit in units}
    labels = {
        "q": f"“{filters.search}”" if filters.search else "",
        "shop": named_shops.get(filters.shop, filters.shop),
        "unit": named_units.get(filters.unit, filters.unit),
        "claimed": CLAIMED.get(filters.claimed, ""),
        "since": f"From {day(filters.since.date())}" if filters.since else "",
        "until": (
            f"Until {day((filters.until - timedelta(days=1)).date())}" if filters.until else ""
        ),
    }
    return [Chip(label, here_with(**{name: None})) for name, label in labels.items() if label]
