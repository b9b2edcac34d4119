"""One event taken to its end in memory: decide first, then write what follows from it.

The rows were locked and loaded by `claims.cases`; nothing here queries, commits or calls
anyone. Whatever one event sets off at other cases happens in the same transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from claims import allowances, asking, clocks, journal
from claims.commands import CommandRun
from claims.facts import facts_of
from claims.models import Effect, Incident, Item, Reclamation
from claims.money import approvals, findings, refunds
from claims.money.amounts import decimals
from claims.people import CASE, Actor
from claims.refusals import Refused
from claims.rules import Rules
from workflows.conditions import ConditionFailed
from workflows.definition import Definition, Transition
from workflows.engine import NotTaken

LONGEST_CHAIN = 32
"""On-enter events that may follow one another; the checker refuses circles, this stops a slip."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event on its way into a case."""

    case: Reclamation | Item
    event: str
    actor: Actor
    at: datetime
    input: Mapping[str, object] = field(default_factory=dict)
    request_token: str | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A happening with the line it takes; nothing has been changed yet."""

    happening: Happening
    definition: Definition
    line: Transition


def reclamation_of(case: Reclamation | Item) -> Reclamation:
    return case.reclamation if isinstance(case, Item) else case


def name_of(case: Reclamation | Item) -> str:
    """How a sentence calls the case: `Item 2 (Blue shirt)`, `Reclamation R-000017`."""
    if isinstance(case, Item):
        return f"Item {case.position} ({case.line.name})"
    return f"Reclamation {case.number}"


def prepare(session: Session, rules: Rules, happening: Happening) -> Prepared:
    """Choose the line and check all that its commands and effects need; Refused with reasons."""
    case = happening.case
    engine = rules.engine(session, case.workflow_hash)
    definition = rules.definition(session, case.workflow_hash)
    if happening.event not in definition.events:
        raise Refused(f"{name_of(case)} knows no event {happening.event!r}.")
    places = decimals(reclamation_of(case).currency)
    facts = {
        **facts_of(session, rules, case, happening.at, happening.actor),
        **engine.input_facts(happening.event, happening.input, places),
    }
    try:
        decision = engine.decide(case.state, happening.event, facts)
    except ConditionFailed as failed:
        raise Refused(f"{name_of(case)} cannot tell what follows: {failed}") from failed
    if isinstance(decision, NotTaken):
        raise Refused(*decision.reasons)
    if isinstance(case, Item):
        run = _command_run(rules, case, happening)
        for command in decision.line.do:
            check, _ = rules.extensions.commands[command]
            check(run)
    prepared = Prepared(happening, definition, decision.line)
    _check_what_follows(session, rules, prepared)
    return prepared


def _check_what_follows(session: Session, rules: Rules, prepared: Prepared) -> None:
    """Whether the line's effects can be asked for, all items take what is sent to them, and who
    confirms what became of a refund may let that much go."""
    happening, line, case = prepared.happening, prepared.line, prepared.happening.case
    if findings.DECIDES.keys() & set(line.do) and isinstance(case, Item):
        _check_word(session, rules, case, happening)
    for name in line.effects:
        if happening.actor.kind == "import":
            asking.refuse_in_import(prepared.definition.effects[name])
        else:
            use = prepared.definition.effects[name]
            asking.check(session, rules, case, use, happening.input, happening.actor, happening.at)
    if isinstance(case, Reclamation) and line.send_items:
        for item in case.items:
            if item.final is None:
                sent = Happening(item, line.send_items, _sent_by(happening), happening.at)
                _prepare_item(session, rules, sent)


def _check_word(session: Session, rules: Rules, item: Item, happening: Happening) -> None:
    if (unclear := refunds.unclear(item)) is not None:
        allowances.check_word(session, rules, unclear, happening.actor, happening.at)


def _command_run(rules: Rules, item: Item, happening: Happening) -> CommandRun:
    return CommandRun(
        item,
        happening.input,
        happening.actor,
        happening.at,
        rules.refund_terms(item.reclamation.shop.code),
    )


def take(session: Session, rules: Rules, prepared: Prepared) -> None:
    """Carry a prepared step out: state, journal, deadlines, commands, effects, other cases."""
    _move(rules, prepared)
    case, line, happening = prepared.happening.case, prepared.line, prepared.happening
    if isinstance(case, Item):
        run = _command_run(rules, case, happening)
        for command in line.do:
            _, act = rules.extensions.commands[command]
            act(run)
    _settle(rules, prepared)
    _ask_effects(session, rules, prepared)
    _send(session, rules, prepared)
    _go_on(session, rules, prepared)


def _move(rules: Rules, prepared: Prepared) -> None:
    """The one place that assigns `state`."""
    case, line, happening = prepared.happening.case, prepared.line, prepared.happening
    target = prepared.definition.states[line.target]
    journal.write(
        reclamation_of(case),
        happening.actor,
        "event",
        happening.at,
        item=case if isinstance(case, Item) else None,
        event=line.event,
        from_state=line.source,
        to_state=line.target,
        input=happening.input,
        request_token=happening.request_token,
    )
    case.version += 1
    if isinstance(case, Item):
        approvals.note_maker(case, happening.actor)
    if happening.actor.kind == "person":
        case.last_person_id = happening.actor.staff_id
    if line.source == line.target:
        # It stays where it is: how long it has been there, and its other deadlines, go on.
        clocks.stayed(case, line.event, happening.at)
        return
    case.state, case.state_since = line.target, happening.at
    case.waits_for = target.waits_for
    calendar = rules.choices.calendar(reclamation_of(case).shop.code)
    clocks.moved(case, prepared.definition, calendar, line.event, happening.at)


def _settle(rules: Rules, prepared: Prepared) -> None:
    case, at = prepared.happening.case, prepared.happening.at
    final = prepared.definition.states[case.state].final
    if final is None:
        return
    case.final = final
    if isinstance(case, Item):
        # A proposal that nobody can approve any more would hold its money for ever.
        if (proposed := refunds.proposal(case)) is not None:
            refunds.release(proposed, "dropped", at)
        case.holds_pieces = final == "good" and not _can_be_claimed_again(rules, case)
    else:
        case.closed_at = at


def _can_be_claimed_again(rules: Rules, item: Item) -> bool:
    """Whether the customer still holds the pieces, and something of them can still be refunded:
    of what was paid for them, or of the shipping that falls on them by the shop's rule."""
    terms = rules.refund_terms(item.reclamation.shop.code)
    # Another claim may ask for the goods, where this one asked for the shipping alone.
    terms = replace(terms, shipping_only=frozenset())
    left = refunds.refundable(item, terms, is_deducting=False).amount
    paid_back = item.line.paid > 0 and left == 0
    return rules.choices.keeps_product(item.resolution) and not paid_back


def _ask_effects(session: Session, rules: Rules, prepared: Prepared) -> None:
    happening = prepared.happening
    for position, name in enumerate(prepared.line.effects):
        use = prepared.definition.effects[name]
        if happening.actor.kind == "import" and asking.refuse_in_import(use):
            continue
        if position:
            # What the line asked for just before counts by now.
            asking.check(
                session, rules, happening.case, use, happening.input, happening.actor, happening.at
            )
        shop = reclamation_of(happening.case).shop.code
        effect = asking.ask(
            happening.case,
            use,
            happening.input,
            happening.actor,
            happening.at,
            rules.refund_terms(shop),
        )
        asked: list[Effect] = session.info.setdefault("effects_new", [])
        asked.append(effect)


def _send(session: Session, rules: Rules, prepared: Prepared) -> None:
    happening, line = prepared.happening, prepared.line
    reclamation = reclamation_of(happening.case)
    actor = _sent_by(happening)
    if line.send_items:
        for item in reclamation.items:
            if item.final is None:
                sent = Happening(item, line.send_items, actor, happening.at)
                take(session, rules, _prepare_item(session, rules, sent))
    if line.send_reclamation:
        sent = Happening(reclamation, line.send_reclamation, actor, happening.at)
        try:
            step = prepare(session, rules, sent)
        except Refused as refused:
            # An item's money may have moved already: what it reached stays, and a person is told.
            reclamation_deaf(session, reclamation, line.send_reclamation, refused, happening.at)
        else:
            take(session, rules, step)


def _sent_by(happening: Happening) -> Actor:
    origin = happening.actor if happening.actor.kind in {"person", "import"} else CASE
    return replace(origin, kind="import" if origin.kind == "import" else "case")


def _prepare_item(session: Session, rules: Rules, sent: Happening) -> Prepared:
    try:
        return prepare(session, rules, sent)
    except Refused as refused:
        raise Refused(f"{name_of(sent.case)} stands in the way.", *refused.reasons) from None


def reclamation_deaf(
    session: Session, reclamation: Reclamation, event: str, refused: Refused, at: datetime
) -> None:
    session.add(
        Incident(
            reclamation=reclamation,
            kind="event-not-taken",
            sentence=f"{name_of(reclamation)} could not take {event!r}: {refused}",
            opened_at=at,
        )
    )


def _go_on(session: Session, rules: Rules, prepared: Prepared) -> None:
    """Fire on-enter events for as long as one of them leads on."""
    happening = prepared.happening
    if happening.case.final is not None:
        return
    engine = rules.engine(session, happening.case.workflow_hash)
    facts = facts_of(session, rules, happening.case, happening.at, CASE)
    try:
        line = engine.automatic(happening.case.state, facts)
    except ConditionFailed as failed:
        raise Refused(f"{name_of(happening.case)} cannot tell what follows: {failed}") from failed
    if line is None:
        return
    chain: int = session.info.get("on_enter_chain", 0)
    if chain >= LONGEST_CHAIN:
        raise Refused(
            f"{name_of(happening.case)} went through {chain} on-enter events without a stop; "
            "correct its workflow."
        )
    session.info["on_enter_chain"] = chain + 1
    try:
        # As the other case's doing, or the import's: nobody pressed anything.
        actor = happening.actor if happening.actor.kind == "import" else CASE
        take(
            session,
            rules,
            prepare(session, rules, Happening(happening.case, line.event, actor, happening.at)),
        )
    finally:
        session.info["on_enter_chain"] = chain
