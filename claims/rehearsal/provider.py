"""What a worker would have written down of its calls, and of the shares of a refund."""

from datetime import datetime

from claims.models import Attempt, Effect, Refund
from claims.outcomes import Outcome
from claims.outside import IN_FLIGHT

NAME = "the worker"


def attempt(effect: Effect, result: Outcome | None, at: datetime) -> None:
    """One call for each share that waits, or for the whole effect; without a result a crash.

    That nobody knows comes after many tries: none of them can be on its way any more.
    """
    refund, asked_at = effect.refund, at if result in {"done", "refused"} else at - IN_FLIGHT
    shares = [each.id for each in refund.shares if each.status == "held"] if refund else [None]
    effect.tries += 1
    for share_id in shares:
        effect.attempts.append(
            Attempt(
                share_id=share_id,
                epoch=effect.epoch,
                at=asked_at,
                action="call",
                key=effect.key,
                request_hash="",
                answer={},
                result=result,
                answered_at=at if result else None,
                worker=NAME,
            )
        )


def settle_shares(refund: Refund | None, outcome: Outcome, paid: int) -> None:
    """All of them are paid, or the first few, and of the rest one was refused."""
    held = [share for share in refund.shares if share.status == "held"] if refund else []
    how_many = len(held) if outcome == "done" else paid
    for share in held[:how_many]:
        share.status = "paid"
    if outcome == "refused" and held[how_many:]:
        held[how_many].status = "refused"
