"""Filing a reclamation: what can be claimed of an order, and claiming it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from claims import cases, changes, clock, new_reclamation
from claims.claimable import Wanted, follow_up_problems, problems_of
from claims.door import finish_writing
from claims.journal import FORM_USED
from claims.models import Order, Reclamation
from claims.new_reclamation import NewClaim
from claims.people import Actor
from claims.refusals import NotAllowed, NotFound, Refused
from claims.rules import Rules

MAY_CLAIM = frozenset({"agent", "lead", "import"})


@dataclass(frozen=True, slots=True)
class Filing:
    """A claim that an import files; `import_key` is what it is known by, so that it is once."""

    order_id: int
    wanted: Sequence[Wanted]
    opened_at: datetime
    import_key: str


def claim(
    session: Session,
    rules: Rules,
    order_id: int,
    wanted: Sequence[Wanted],
    actor: Actor,
    *,
    priority: str = "normal",
    assignee_id: int | None = None,
    follow_up_of_id: int | None = None,
    note: str = "",
    request_token: str | None = None,
) -> Reclamation:
    """File one reclamation with an item for each wanted line; claiming moves nothing else.

    The order is locked, so that nobody claims the same pieces meanwhile. The same
    `request_token` again gives back the reclamation that it filed the first time. Raises Refused
    with a sentence for everything that is wrong, NotFound, NotAllowed.
    """
    _check_role(actor)
    session.execute(select(Order.id).where(Order.id == order_id).with_for_update(key_share=True))
    orders = cases.load_orders(session, {order_id})
    if order_id not in orders:
        raise NotFound(f"There is no order with the key {order_id}.")
    if request_token is not None:
        known = session.scalar(
            select(Reclamation).where(Reclamation.request_token == request_token)
        )
        if known is not None:
            if known.order_id != order_id or known.journal[0].actor_id != actor.staff_id:
                raise Refused(FORM_USED)
            return known
    order = orders[order_id]
    problems = problems_of(rules, order, wanted)
    if follow_up_of_id is not None:
        problems += follow_up_problems(session, order, follow_up_of_id)
    if problems:
        raise Refused(*problems)
    [number] = _numbers(session, 1)
    reclamation = new_reclamation.write(
        session,
        rules,
        number,
        NewClaim(
            order,
            wanted,
            actor,
            clock.now(session),
            priority,
            assignee_id,
            follow_up_of_id,
            request_token,
            note=note,
        ),
    )
    finish_writing(session)
    _go_on(session, rules, [reclamation], actor)
    return reclamation


def file_claims(
    session: Session, rules: Rules, filings: Sequence[Filing], actor: Actor
) -> list[Reclamation | Refused]:
    """File many claims, each table written once; answers in the order of `filings`.

    A claim whose `import_key` is known already is answered with the reclamation it has.
    """
    _check_role(actor)
    order_ids = {filing.order_id for filing in filings}
    session.execute(
        select(Order.id)
        .where(Order.id.in_(sorted(order_ids)))
        .order_by(Order.id)
        .with_for_update(key_share=True)
    )
    orders = cases.load_orders(session, order_ids)
    keys = [filing.import_key for filing in filings]
    known = {
        reclamation.import_key: reclamation
        for reclamation in session.scalars(
            select(Reclamation).where(Reclamation.import_key.in_(keys))
        )
    }
    numbers = iter(_numbers(session, len(filings)))
    answers: list[Reclamation | Refused] = []
    filed: list[Reclamation] = []
    with session.no_autoflush:
        for filing in filings:
            if filing.import_key in known:
                answers.append(known[filing.import_key])
                continue
            order = orders[filing.order_id]
            problems = problems_of(rules, order, filing.wanted)
            if problems:
                answers.append(Refused(*problems))
                continue
            reclamation = new_reclamation.write(
                session,
                rules,
                next(numbers),
                NewClaim(
                    order, filing.wanted, actor, filing.opened_at, import_key=filing.import_key
                ),
            )
            known[filing.import_key] = reclamation
            filed.append(reclamation)
            answers.append(reclamation)
        finish_writing(session)
    _go_on(session, rules, filed, actor)
    return answers


def _go_on(session: Session, rules: Rules, filed: Sequence[Reclamation], actor: Actor) -> None:
    """Let those go on by themselves whose first states ask for it; mostly none does."""
    watching = [
        each for each in filed if changes.is_watching(session, rules, each, changes.all_cases(each))
    ]
    if not watching:
        return
    cases.load_earlier_claims(session, watching)
    for reclamation in watching:
        begun = changes.all_cases(reclamation)
        changes.go_on(session, rules, reclamation, actor, reclamation.opened_at, begun)
    finish_writing(session)


def _check_role(actor: Actor) -> None:
    if not actor.roles & MAY_CLAIM:
        raise NotAllowed("Only an agent or a lead can file a claim.")


def _numbers(session: Session, how_many: int) -> list[str]:
    values = session.scalars(
        select(func.nextval("reclamation_numbers")).select_from(
            func.generate_series(1, how_many).alias("each")
        )
    )
    return [f"R-{value:06d}" for value in values]
