"""The port for payment providers where there is none: finance pays from a list of transfers.

Worth no call: `tasks.effects.refunds` reads from the list what became of a transfer.
"""

from claims.outside import NotBegun, Outcome
from config.payment_providers import REFUNDS
from tasks.providers.port import Abilities, CannotTell, Finding, RefundOrder

ABILITIES = Abilities(
    key_lifetime=None,
    replays_stored_errors=False,
    looks_up=False,
    refunds=REFUNDS["manual"],
    by_hand=True,
)


class Manual:
    """Knows no machine on the other side, and says so to whoever asks."""

    abilities = ABILITIES

    def pay_refund(self, order: RefundOrder, stop_after_seconds: float) -> Outcome:  # noqa: ARG002
        return NotBegun("A bank transfer is made by people; it stands in the list of transfers.")

    def look_up(self, order: RefundOrder, stop_after_seconds: float) -> Finding:  # noqa: ARG002
        return CannotTell("Only the bank's statement tells what became of a transfer.")
