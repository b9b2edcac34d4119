"""The catalogue of claims with what the examples of the rules need besides."""

from dataclasses import replace
from datetime import timedelta

from claims.catalogue import CATALOGUE
from workflows.catalogue import EffectKind

EXAMPLE_CATALOGUE = replace(
    CATALOGUE,
    effects={
        **CATALOGUE.effects,
        "carrier.pick-up": EffectKind("orders a carrier who keeps no books", looks_up=False),
    },
    refund_window=timedelta(days=180),
    alone_up_to={"agent": 50.0},
)
HOLDERS = {
    "agent": ["Anna", "Ben"],
    "lead": ["Lena", "Lars"],
    "warehouse": ["Willi"],
    "finance": ["Fritz"],
}
"""Nobody is admin."""
