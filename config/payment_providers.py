"""What each payment provider can refund: for pages and the checker, which load no adapter.

The adapters in `tasks/providers` declare their refunds by this table, and a worker does not start
with one that declares others. Nothing here opens a connection.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta

from claims.money.refund_abilities import RefundAbilities
from config.settings import Settings

REFUNDS: Mapping[str, RefundAbilities] = {
    "sandbox": RefundAbilities(),
    # Stripe has no window of its own; some ways to pay have, and what is too late it refuses. A
    # refund is made in the payment's currency, which Stripe has taken.
    "stripe": RefundAbilities(),
    "manual": RefundAbilities(),
}
SET_UP_BY: Mapping[str, str] = {"sandbox": "sandbox_url", "stripe": "stripe_api_key"}
"""The setting without which a provider is not used; one that is not named here always is."""


def set_up_in(settings: Settings) -> frozenset[str]:
    """The names of the providers that these settings set up."""
    return frozenset(
        name for name in REFUNDS if name not in SET_UP_BY or getattr(settings, SET_UP_BY[name])
    )


def set_up_in_environment(environment: Mapping[str, str]) -> frozenset[str]:
    """The same for commands that need no settings."""
    return frozenset(
        name
        for name in REFUNDS
        if name not in SET_UP_BY or environment.get(SET_UP_BY[name].upper(), "").strip()
    )


def shortest_window(
    names: Collection[str], refunds: Mapping[str, RefundAbilities] = REFUNDS
) -> timedelta | None:
    """How long all of these providers pay back; None where none of them has a window."""
    windows = [refunds[name].refund_window for name in names]
    return min((window for window in windows if window is not None), default=None)
