"""Takes effects that are due and carries them out; see the protocol in `claims.effects`."""

import logging
from collections.abc import Mapping

from sqlalchemy.exc import OperationalError

from claims import effects
from claims.effects import Taken
from tasks.effects.crashes import poisoned
from tasks.effects.extended import handler_of
from tasks.effects.job import Handler, Job, back_off, job_of
from tasks.effects.table import HANDLERS
from tasks.workshop import Workshop

PATIENCE = 24
"""So often an effect may be taken with a mistake of the program before a person is told."""

log = logging.getLogger(__name__)


def carry_out_next(
    shop: Workshop, effect_id: int | None = None, handlers: Mapping[str, Handler] = HANDLERS
) -> bool:
    """Take one effect that is due (or this one, if it is) and carry it out; False if none was."""
    shop = shop.held()
    only = None if effect_id is None else [effect_id]
    with shop.transaction() as session:
        taken = effects.take(session, shop.name, shop.lease, 1, only)
    for each in taken:
        _carry_out(shop, each, handlers)
    return bool(taken)


def _carry_out(shop: Workshop, taken: Taken, handlers: Mapping[str, Handler]) -> None:
    with shop.transaction() as session:
        effect = effects.load(session, taken)
        if effect is None:
            return
        if word := poisoned(effect):
            effects.give_to_a_person(session, shop.rules, taken, word, {})
            return
        job = job_of(effect, taken)
    try:
        handler = handlers.get(job.kind) or handler_of(shop.rules.extensions, job.kind)
        handler(shop, job)
    except OperationalError:
        raise  # the database is away; the lease ends by itself
    except Exception as mistake:
        # Whatever was sent is written down as an attempt without an answer, which is unknown.
        log.exception("Effect %s (%s) could not be carried out.", taken.effect_id, job.kind)
        _set_aside(shop, job, mistake)


def _set_aside(shop: Workshop, job: Job, mistake: Exception) -> None:
    """A poisoned effect waits longer and longer, and does not slow the others."""
    word = f"The program made a mistake: {type(mistake).__name__}: {mistake}"
    with shop.transaction() as session:
        if job.taken.epoch % PATIENCE == 0:
            effects.give_to_a_person(session, shop.rules, job.taken, word, {})
        else:
            effects.postpone(session, job.taken, back_off(job.taken.epoch % PATIENCE), word)
