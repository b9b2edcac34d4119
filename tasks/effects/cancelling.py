"""`replacement.cancel`: the new order of an item is called off, as long as it is not sent.

As with making it nothing outside is asked: whether it can be cancelled is decided, and written,
in the very transaction that finishes the effect, under the locks that sending and claiming take.
"""

from sqlalchemy.orm import Session

from claims import effects, new_orders, refusals
from claims.models import Effect, Order
from claims.outside import Done, Refused
from tasks.effects.job import Job, answer_of, digest, result_of
from tasks.workshop import Workshop


def cancel_order(shop: Workshop, job: Job) -> None:
    with shop.transaction() as session:
        attempt = effects.begin_attempt(session, job.taken, job.key, digest(job.request))
    if attempt is None:
        return
    with shop.transaction() as session:
        if not effects.prolong(session, job.taken, shop.lease):
            return  # whoever took it meanwhile finds the order as it is
        found = _found(session, session.get_one(Effect, job.taken.effect_id))
        outcome = found if isinstance(found, Refused) else Done(found.number)
        effects.answer_attempt(session, attempt, result_of(outcome), answer_of(outcome))
        if isinstance(found, Refused):
            effects.finish(
                session, shop.rules, job.taken, "refused", found.reason, answer_of(outcome)
            )
        else:
            effects.finish(
                session,
                shop.rules,
                job.taken,
                "done",
                f"Order {found.number} was cancelled.",
                answer_of(outcome),
                lambda _session, _effect: new_orders.cancel(found),
            )


def _found(session: Session, effect: Effect) -> Order | Refused:
    """The order to cancel; its lock follows that of the sale, which is older (decision 0007)."""
    if effect.item is None:
        raise LookupError(f"The effect {effect.key} cancels the order of an item, and has no item.")
    try:
        return new_orders.to_cancel(session, effect.item)
    except refusals.Refused as refused:
        return Refused(str(refused))
