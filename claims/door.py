"""The one door for every event, whoever fires it: people, the clock, workers, other cases.

One event is one transaction: lock, read again, decide, write. The caller commits; after a
Refused it must roll back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from claims import attachments, cases, clock, journal, refunded
from claims.attachments import Upload
from claims.cases import CaseRef
from claims.changes import take_whole
from claims.constraints import said_of
from claims.facts import facts_of
from claims.may_fire import check_actor
from claims.models import Effect, Item, JournalEntry, Reclamation
from claims.money import approvals, findings, refunds
from claims.money.amounts import decimals
from claims.people import Actor
from claims.refusals import InvalidInput, Refused, Stale
from claims.rules import Rules
from claims.sentences import changes_since
from claims.steps import Happening, name_of, prepare, reclamation_of
from workflows.definition import Definition, Event

__all__ = [
    "CaseRef",
    "Fired",
    "Firing",
    "finish_writing",
    "fire",
    "fire_loaded",
    "fire_many",
    "fire_typed",
]


@dataclass(frozen=True, slots=True)
class Fired:
    """An event that was taken; `repeated` where the same form had been sent before."""

    reclamation_id: int
    event: str
    from_state: str
    to_state: str
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Firing:
    """One event of many; money in `input` is in minor units, `at` is when it happened."""

    case: CaseRef
    event: str
    input: Mapping[str, object] = field(default_factory=dict)
    at: datetime | None = None


def fire(
    session: Session,
    rules: Rules,
    case: CaseRef,
    event: str,
    actor: Actor,
    raw: Mapping[str, str] | None = None,
    *,
    seen_version: int | None = None,
    request_token: str | None = None,
    files: Mapping[str, Upload] | None = None,
    seen_proposal: str | None = None,
) -> Fired:
    """Fire an event at one case, with its form as it was typed and the files that came with it.

    The same `request_token` again does nothing and tells what was done the first time; for
    anything else than that it is refused. Raises
    Stale (the case is no longer at `seen_version`, or what waits for a second person is no longer
    what `seen_proposal` says: see `claims.money.approvals.seen` and `claims.money.findings.seen`;
    an empty one says that none was seen), InvalidInput (fields), NotAllowed (roles, second person,
    limits), Refused (no line can be taken now, or money is not left), NotFound.
    """
    reclamation = cases.lock(session, [cases.reclamation_of(session, case)])
    [loaded] = reclamation.values()
    chosen = cases.chosen(loaded, case)
    if request_token is not None and (
        done := journal.said_before(session, request_token, actor, "event", chosen, event)
    ):
        return _repeated(done)
    if seen_version is not None and seen_version != chosen.version:
        raise Stale(changes_since(session, rules, chosen, seen_version))
    definition = rules.definition(session, chosen.workflow_hash)
    declared = definition.events.get(event)
    if seen_proposal is not None:
        _check_seen(definition, chosen, declared, seen_proposal)
    at = clock.now(session)
    refunded.load(session, rules, [loaded], actor, at, lock=True)
    typed = attachments.take_in(session, chosen, declared, raw or {}, files or {}, actor, at)
    fired = fire_typed(session, rules, chosen, event, actor, typed, at, request_token)
    finish_writing(session)
    return fired


def _check_seen(
    definition: Definition, case: Reclamation | Item, event: Event | None, seen_proposal: str
) -> None:
    if event is None or not isinstance(case, Item):
        return
    if findings.decided_by(definition, case.state, event.name):
        # Where nothing was seen and nothing is there, the line itself says what is missing.
        if seen_proposal or findings.of_item(case):
            findings.check_seen(findings.of_item(case), seen_proposal)
    elif seen_proposal or event.second_person:
        approvals.check_seen(refunds.proposal(case), seen_proposal)


def fire_typed(
    session: Session,
    rules: Rules,
    case: Reclamation | Item,
    event: str,
    actor: Actor,
    raw: Mapping[str, str],
    at: datetime,
    request_token: str | None = None,
) -> Fired:
    """Check who fires an event at a loaded case and what was typed, and fire it; in memory."""
    definition = rules.definition(session, case.workflow_hash)
    declared = _declared(definition, case, event)
    check_actor(definition, case, declared, actor)
    engine = rules.engine(session, case.workflow_hash)
    if impossible := engine.why_impossible(case.state, event):
        raise Refused(impossible)
    values = _read_input(session, rules, case, declared, raw, at, actor)
    return fire_loaded(session, rules, Happening(case, event, actor, at, values, request_token))


def fire_loaded(session: Session, rules: Rules, happening: Happening) -> Fired:
    """Fire an event at a case that `claims.cases` has locked and loaded; nothing is flushed."""
    case = happening.case
    before = case.state
    step = prepare(session, rules, happening)
    take_whole(session, rules, step)
    reclamation = reclamation_of(case)
    return Fired(reclamation.id, happening.event, before, case.state)


def finish_writing(session: Session) -> None:
    """Flush; what the database refuses becomes a sentence. Then remember what to ring for."""
    try:
        session.flush()
    except IntegrityError as error:
        raise Refused(said_of(error)) from error
    asked: list[Effect] = session.info.pop("effects_new", [])
    session.info.setdefault("effects_asked", []).extend(effect.id for effect in asked)


def fire_many(
    session: Session, rules: Rules, firings: Sequence[Firing], actor: Actor
) -> list[Fired | Refused]:
    """Fire many events, each table written once; the answers are in the order of `firings`.

    A refusal of one leaves the others as they are. For imports and bulk actions.
    """
    if not firings:
        return []
    try:
        with session.begin_nested():
            answers = _fire_chunk(session, rules, firings, actor)
            finish_writing(session)
            return answers
    except _Halfway:
        pass
    # One of them was refused when others had been changed for it: each on its own, then.
    return [_fire_alone(session, rules, firing, actor) for firing in firings]


class _Halfway(Exception):
    """A refusal that came after something had been changed in memory."""


def _fire_chunk(
    session: Session, rules: Rules, firings: Sequence[Firing], actor: Actor
) -> list[Fired | Refused]:
    ids = _reclamation_ids(session, [firing.case for firing in firings])
    loaded = cases.lock(session, list(ids.values()))
    now = clock.now(session)
    refunded.load(session, rules, list(loaded.values()), actor, now, lock=True)
    answers: list[Fired | Refused] = []
    with session.no_autoflush:
        for firing in firings:
            chosen = cases.chosen(loaded[ids[firing.case]], firing.case)
            happening = Happening(chosen, firing.event, actor, firing.at or now, firing.input)
            try:
                definition = rules.definition(session, chosen.workflow_hash)
                check_actor(definition, chosen, _declared(definition, chosen, firing.event), actor)
                step = prepare(session, rules, happening)
            except Refused as refused:
                answers.append(refused)
                continue
            before = chosen.state
            try:
                take_whole(session, rules, step)
            except Refused as refused:
                raise _Halfway from refused
            reclamation = reclamation_of(chosen)
            answers.append(Fired(reclamation.id, firing.event, before, chosen.state))
        try:
            finish_writing(session)
        except Refused as refused:
            raise _Halfway from refused
    return answers


def _fire_alone(session: Session, rules: Rules, firing: Firing, actor: Actor) -> Fired | Refused:
    try:
        with session.begin_nested():
            [answer] = _fire_chunk(session, rules, [firing], actor)
            return answer
    except _Halfway as halfway:
        cause = halfway.__cause__
        return cause if isinstance(cause, Refused) else Refused(str(cause))


def _reclamation_ids(session: Session, refs: Sequence[CaseRef]) -> dict[CaseRef, int]:
    item_ids = [ref.id for ref in refs if ref.subject == "item"]
    of_items = {
        row.id: row.reclamation_id
        for row in session.execute(
            select(Item.id, Item.reclamation_id).where(Item.id.in_(item_ids))
        )
    }
    return {ref: ref.id if ref.subject == "reclamation" else of_items[ref.id] for ref in refs}


def _repeated(entry: JournalEntry) -> Fired:
    return Fired(
        entry.reclamation_id,
        entry.event or "",
        entry.from_state or "",
        entry.to_state or "",
        repeated=True,
    )


def _declared(definition: Definition, case: Reclamation | Item, event: str) -> Event:
    declared = definition.events.get(event)
    if declared is None:
        raise Refused(f"{name_of(case)} knows no event {event!r} in {definition.label}.")
    return declared


def _read_input(
    session: Session,
    rules: Rules,
    case: Reclamation | Item,
    event: Event,
    raw: Mapping[str, str],
    at: datetime,
    actor: Actor,
) -> Mapping[str, object]:
    engine = rules.engine(session, case.workflow_hash)
    currency = reclamation_of(case).currency
    facts = facts_of(session, rules, case, at, actor)
    values, wrong = engine.read_input(event.name, raw, facts, decimals(currency))
    if wrong:
        raise InvalidInput(wrong)
    return values
