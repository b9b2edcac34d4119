"""Who may fire an event at a case: roles, the second person, and what is only for the engine."""

from claims.models import Item, Reclamation
from claims.money import approvals, refunds
from claims.people import Actor
from claims.refusals import NotAllowed, Refused
from workflows.definition import Definition, Event


def check_actor(
    definition: Definition, case: Reclamation | Item, event: Event, actor: Actor
) -> None:
    """Whoever fires it must be the one it is for; decided here again, whatever a page offered.

    Raises NotAllowed for people, and Refused for the clock, workers and other cases.
    """
    if actor.kind in {"person", "import"}:
        if not event.by & actor.roles:
            may = " or ".join(sorted(event.by - {"import"})) or "no person"
            raise NotAllowed(f"{event.label} is for {may}; you are {_roles(actor)}.")
        if event.second_person and actor.kind == "person":
            check_second_person(case, event, actor)
    elif actor.kind == "clock":
        if not event.by_clock:
            raise Refused(f"{event.label} is not an event of the clock.")
    elif actor.kind == "worker":
        outcomes = {name for use in definition.effects.values() for name in use.outcomes.values()}
        if event.name not in outcomes:
            raise Refused(f"{event.label} is not an outcome of any effect.")
    elif event.sent_by is None:
        raise Refused(f"{event.label} is not sent by another case.")


def check_second_person(case: Reclamation | Item, event: Event, actor: Actor) -> None:
    """NotAllowed for whoever proposed or let go the refund, or changed the case since or last."""
    makers = {case.last_person_id}
    if isinstance(case, Item) and (proposed := refunds.proposal(case)):
        makers |= approvals.makers_of(proposed)
    if isinstance(case, Item) and (unclear := refunds.unclear(case)):
        makers |= {unclear.asked_by_id, unclear.cleared_by_id}
    if actor.staff_id in makers:
        raise NotAllowed(
            f"{event.label} needs a second person: you proposed, changed or let go yourself what "
            "it is about."
        )


def _roles(actor: Actor) -> str:
    return " and ".join(sorted(actor.roles)) or "without a role"
