"""Tabs of a list: where each leads, and how much it shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import url_for


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    href: str
    count: int
    is_here: bool
    is_capped: bool = False
    """More than `count`: counting went no further."""


def tab(label: str, href: str, count: int, is_here: bool, counted_to: int) -> Tab:
    return Tab(label, href, min(count, counted_to), is_here, count > counted_to)


def tabs_for(
    endpoint: str,
    parameter: str,
    labels: Mapping[str, str],
    counts: Mapping[str, int],
    here: str,
    counted_to: int,
) -> list[Tab]:
    """One tab for each label, whose address names it in `parameter`."""
    return [
        tab(
            label,
            f"{url_for(endpoint)}?{urlencode({parameter: name})}",
            counts[name],
            name == here,
            counted_to,
        )
        for name, label in labels.items()
    ]
