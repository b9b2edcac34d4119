"""`staff.notify`: a word to everyone who holds a role, shown on their pages."""

from sqlalchemy.orm import Session

from claims import clock
from claims.models import Effect, Notice
from claims.outside import Done
from claims.rules import Rules
from tasks.effects.job import Job, do_once
from tasks.workshop import Workshop


def notify_staff(shop: Workshop, job: Job) -> None:
    """`R-000017, item 2 (Blue shirt): Refund unclear.`"""

    def write_notice(session: Session, effect: Effect) -> None:
        session.add(
            Notice(
                role=str(job.request["with"]["role"]),
                reclamation_id=effect.reclamation_id,
                item_id=effect.item_id,
                effect_id=effect.id,
                sentence=_sentence(session, shop.rules, effect),
                at=clock.now(session),
            )
        )

    told = f"Whoever is {job.request['with']['role']} was told."
    do_once(shop, job, lambda: Done(job.key), write_notice, told)


def _sentence(session: Session, rules: Rules, effect: Effect) -> str:
    case = effect.item or effect.reclamation
    name = effect.reclamation.number
    state = effect.reclamation.state
    if effect.item is not None:
        name += f", item {effect.item.position} ({effect.item.line.name})"
        # The state it was in when the word was asked for; it may be elsewhere by now.
        state = str(effect.request["items"][0]["state"])
    return f"{name}: {rules.definition(session, case.workflow_hash).states[state].label}."
